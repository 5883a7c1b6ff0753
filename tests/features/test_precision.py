"""What ``auto`` means, found without torch and remembered where only torch knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.features import precision
from ptmrank_core.features.cache.facts_file import FactsFile
from ptmrank_core.features.precision import Precision, cpu_dtype, resolve_options
from ptmrank_core.records import ExtractionOptions


@pytest.fixture
def facts(tmp_path: Path) -> FactsFile:
    """An empty file of facts."""
    return FactsFile(tmp_path / "home" / "extraction.json")


@pytest.mark.parametrize(
    ("flags", "dtype"),
    [("fpu avx512f avx512_bf16", "bfloat16"), ("fpu amx_bf16 amx_tile", "bfloat16"), ("fpu avx2", "float32")],
)
def test_the_processors_flags_decide(tmp_path: Path, flags: str, dtype: str) -> None:
    """Half precision is taken where there are instructions for it."""
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\n", encoding="utf-8")
    assert cpu_dtype(path) == dtype


def test_without_flags_float32_is_taken(tmp_path: Path) -> None:
    """Other systems have no such file."""
    assert cpu_dtype(tmp_path / "none") == "float32"


def test_a_dtype_that_was_asked_for_stays(facts: FactsFile) -> None:
    """Only ``auto`` is replaced."""
    options = ExtractionOptions(dtype="float16", device="cuda:1")
    assert resolve_options(options, facts) is options


@pytest.mark.parametrize(("device", "dtype"), [("cpu", cpu_dtype()), ("mps", "float32")])
def test_devices_that_need_no_question(facts: FactsFile, device: str, dtype: str) -> None:
    """The processor and Apple's GPU are known without torch."""
    assert resolve_options(ExtractionOptions(device=device), facts).dtype == dtype


def test_what_only_torch_knows_is_asked_once(facts: FactsFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is kept for this machine; another driver or another torch asks again."""
    asked = []

    def ask(device: str) -> Precision:
        asked.append(device)
        return Precision("cuda", "bfloat16")

    monkeypatch.setattr(precision, "_ask_torch", ask)
    for devices in (["a"], ["a"], ["a", "b"]):
        monkeypatch.setattr(precision, "_nvidia_devices", lambda devices=devices: devices)
        assert resolve_options(ExtractionOptions(device="cuda"), facts).dtype == "bfloat16"
    assert asked == ["cuda", "cuda"]


def test_a_damaged_file_of_facts_is_an_empty_one(facts: FactsFile, tmp_path: Path) -> None:
    """Losing a fact costs time, never a result."""
    facts.put("a", 1)
    facts.put("b", [2])
    assert (facts.get("a"), facts.get("b"), facts.get("c")) == (1, [2], None)
    (tmp_path / "home" / "extraction.json").write_text("[", encoding="utf-8")
    assert facts.get("a") is None
    facts.put("a", 3)
    assert facts.get("a") == 3
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["extraction.json"]
