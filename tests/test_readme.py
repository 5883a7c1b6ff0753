"""The README and the guides tell the truth: links, files, commands, options, numbers."""

from __future__ import annotations

import inspect
import re
import shlex
import tomllib
from collections import Counter
from importlib.util import find_spec

import pytest

from ptmrank_core.benchmarker import Benchmarker
from ptmrank_core.catalogue import ALL_TASKS, demo_models
from ptmrank_core.catalogue.table import shipped_table
from ptmrank_core.cli import _parser
from ptmrank_core.cli.guide import command_guide
from ptmrank_core.data import DEMO_SAMPLES
from ptmrank_core.metrics import METRICS, default_metrics
from tests.guides.guide import BLOCK, FILE, ROOT, blocks

README = (ROOT / "README.md").read_text(encoding="utf-8")
HOSTING_GUIDE = "dashboard/README.md"
SECURITY_GUIDE = "dashboard/security.md"
SCRIPT_GUIDE = "ptmrank_core/script/README.md"
# Whose files and commands are checked here; the other guides are made, or followed by tests of their own.
DESCRIBING = (
    "README.md",
    HOSTING_GUIDE,
    SECURITY_GUIDE,
    "ptmrank_core/README.md",
    "ptmrank_core/benchmark/README.md",
    "ptmrank_core/benchmark/race/README.md",
    "ptmrank_core/ranking/README.md",
    "ptmrank_core/data/README.md",
    SCRIPT_GUIDE,
    "tests/README.md",
)
ALL_GUIDES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("ptmrank_core", "dashboard", "tests")
    for path in (ROOT / folder).rglob("*.md")
)
NUMBERS = {11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen"}
PROGRAMS = ("ptmrank ", "python -m ptmrank_core ")


def text_of(guide: str) -> str:
    """What a guide says."""
    return (ROOT / guide).read_text(encoding="utf-8")


def code_of(guide: str) -> list[str]:
    """Each line of a guide's code blocks without its comment, and each piece of code within its sentences.

    A line that goes on is one with the next; the number that a scheduler gives to a task is 1.
    """
    text = re.sub(r"\\\n\s*", "", text_of(guide)).replace("$SLURM_ARRAY_TASK_ID", "1")
    fenced = [line for block in BLOCK.finditer(text) for line in block[3].splitlines()]
    prose = BLOCK.sub("", text)
    indented = [line for line in prose.splitlines() if line.startswith("    ")]
    lines = [line.split(" # ")[0].strip() for line in (*fenced, *indented)]
    return lines + [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]


def commands_of(guide: str) -> list[str]:
    """What follows the program in the commands of a guide; those with ``COMMAND`` stand for any."""
    return [
        code.removeprefix(program)
        for code in code_of(guide)
        for program in PROGRAMS
        if code.startswith(program) and "COMMAND" not in code
    ]


def test_the_readme_is_short() -> None:
    """It has at most 200 lines, and one to four pictures."""
    assert README.count("\n") <= 200
    assert 1 <= README.count("![") <= 4


def test_the_test_command_is_the_one_ci_runs() -> None:
    """.ci/run ends with the README's own command."""
    command = re.search(r"&& (pytest .*)$", README, flags=re.MULTILINE)
    assert command
    assert command.group(1) in text_of(".ci/run")


@pytest.mark.parametrize("guide", ["README.md", *ALL_GUIDES])
def test_every_link_leads_somewhere(guide: str) -> None:
    """The files that the README and the guides link to, and the pictures that they show, are there."""
    prose = BLOCK.sub("", text_of(guide))
    for target in re.findall(r"\]\(([^)#:]+)\)", prose):
        assert ((ROOT / guide).parent / target).exists(), target


@pytest.mark.parametrize("guide", DESCRIBING)
def test_every_file_that_is_named_is_there(guide: str) -> None:
    """Files and folders that a guide names by their whole path exist, or its own code makes them."""
    text = text_of(guide)
    made = {block.path for block in blocks(text) if block.language == "python"}
    prose = BLOCK.sub("", text)
    folders = re.findall(r"`((?:ptmrank_core|dashboard|tests|assets)/[\w/-]*)`", prose)
    named = {
        path
        for path in (*FILE.findall(prose), *folders)
        if path not in made and path != ".streamlit/secrets.toml"
    }
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    assert named or guide in {"README.md", SCRIPT_GUIDE}


@pytest.mark.parametrize("guide", DESCRIBING)
def test_every_command_that_is_shown_is_understood(guide: str) -> None:
    """The command line takes each command as it stands there, and each module that is run exists."""
    for command in commands_of(guide):
        assert _parser().parse_args(shlex.split(command)).do
    modules = {match[1] for code in code_of(guide) if (match := re.match(r"python -m ([\w.]+)", code))}
    assert [module for module in sorted(modules) if find_spec(module) is None] == []


def test_the_readme_shows_every_command() -> None:
    """Each command of the command line has an example, but for those that the guide to it alone explains."""
    shown = {command.split()[0] for command in commands_of("README.md")}
    commands = set(re.findall(r"^## (\w+)$", command_guide(), flags=re.MULTILINE))
    assert commands - shown == {"cache", "extract", "metrics", "sweep"}
    assert shown <= commands


@pytest.mark.parametrize("guide", sorted({*DESCRIBING} - {HOSTING_GUIDE}))  # whose options are Streamlit's
def test_every_option_that_is_named_exists(guide: str) -> None:
    """An option in a sentence is one of the command line's."""
    named = {match[1] for code in code_of(guide) if (match := re.match(r"(--[a-z-]+)", code))}
    assert [option for option in sorted(named) if f"`{option}" not in command_guide()] == []


@pytest.mark.parametrize("guide", ["README.md", SCRIPT_GUIDE])
def test_every_import_that_is_shown_works(guide: str) -> None:
    """What a script imports is there under that name."""
    imports = [line for line in code_of(guide) if re.match(r"from ptmrank_core\S* import ", line)]
    assert imports
    exec("\n".join(imports), {})  # noqa: S102 - lines of our own README


def test_the_arguments_of_the_benchmarker_are_all_explained() -> None:
    """The table of the script API has each of its parameters but the models, and switches of metrics."""
    rows = re.findall(r"^\| `(\w+)(=True)?`", text_of(SCRIPT_GUIDE), flags=re.MULTILINE)
    parameters = inspect.signature(Benchmarker).parameters
    named = [name for name, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD]
    assert [name for name, switch in rows if not switch] == named[1:]
    assert {name for name, switch in rows if switch} < set(METRICS)


def test_every_extra_that_is_named_exists() -> None:
    """``[test]``, ``[login]`` and the extras of sentences are in pyproject.toml."""
    extras = tomllib.loads(text_of("pyproject.toml"))["project"]["optional-dependencies"]
    named = set(re.findall(r"-e '\.\[(\w+)\]'", README)) | set(re.findall(r"extra `(\w+)`", README))
    assert named >= {"test", "login", "video", "umap"}
    assert named <= set(extras)


def test_the_settings_are_those_that_are_read() -> None:
    """The tables of variables, here and for servers, name each that is read, and no other."""
    readers = text_of("ptmrank_core/config.py") + text_of("ptmrank_core/variables.py")
    read = set(re.findall(r'"(PTMRANK_\w+)"', readers))
    tables = README + text_of(HOSTING_GUIDE)
    assert set(re.findall(r"^\| `(PTMRANK_\w+)`", tables, flags=re.MULTILINE)) == read


def test_every_promise_is_held_by_tests_that_exist() -> None:
    """Each row of the guide to security names a file of tests and tests that are in it."""
    rows = [line for line in text_of(SECURITY_GUIDE).splitlines() if "`test_" in line]
    for row in rows:
        for file, tests in re.findall(r"`([\w/]+\.py)`: ((?:`test_\w+`,? ?)+)", row):
            there = set(re.findall(r"def (test_\w+)", text_of(file)))
            assert set(re.findall(r"`(test_\w+)`", tests)) <= there, file
    assert len(rows) == sum(line.startswith("| ") for line in text_of(SECURITY_GUIDE).splitlines()) - 3


def test_the_numbers_of_the_readme_hold() -> None:
    """So many metrics, task categories, models in the table, and models and samples of each demo."""
    n_metrics = len(default_metrics())
    words = set(re.findall(r"(\w+)\s+(?:\[transferability )?metrics", README.lower()))
    assert words & set(NUMBERS.values()) == {NUMBERS[n_metrics]}
    assert f"{sum(not task.is_later for task in ALL_TASKS.values())} task categories" in README
    assert f"{len(shipped_table())} models" in README
    n_models = Counter(model.modality for model in demo_models())
    shown = re.findall(r"(\d+) (image|text|audio) models on (\d+) ", README)
    assert {(kind, int(models), int(samples)) for models, kind, samples in shown} == {
        (demo.modality, n_models[demo.modality], demo.n_samples) for demo in DEMO_SAMPLES.values()
    }


def test_the_guide_to_the_tests_names_every_folder() -> None:
    """Each folder of tests/ has its place among the kinds of tests, and each marker its meaning."""
    guide = text_of("tests/README.md")
    folders = {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert [name for name in sorted(folders) if f"`tests/{name}/" not in guide] == []
    markers = tomllib.loads(text_of("pyproject.toml"))["tool"]["pytest"]["ini_options"]["markers"]
    names = {marker.partition(":")[0] for marker in markers}
    assert [name for name in sorted(names) if f"`{name}`" not in guide] == []
