"""What is changed in the weights and in the tokenizer of a checkpoint, by what their fields mean."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hardening import junk
from tests.hardening.mutate import mutate_json

__all__ = ["change_tokenizer", "change_weights", "read_json", "write_json"]

REGEXES = ("(a+)+$", "(?:x*)*y", "[", "(?P<a>", "\\p{Foo}", "(" * 500, "", ".*" * 50, "\\")
LENGTHS = (0, 1, 2**40, 2**63, 2**64 - 1, 100_000_001)
Header = dict[str, Any]


def read_json(folder: Path, name: str) -> Any:
    """Read a JSON file of a checkpoint."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def write_json(folder: Path, name: str, told: Any, rng: random.Random) -> None:
    """Write a JSON file, now and then as no library does."""
    data = junk.compose_json(told, rng) if rng.random() < 0.1 else junk.encode(json.dumps(told))
    (folder / name).write_bytes(data)


def change_weights(folder: Path, rng: random.Random) -> None:
    """Change the header of the weights by what its fields mean, or numbers among the weights."""
    path = folder / "model.safetensors"
    data = path.read_bytes()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8:end]), data[end:]
    kind = rng.random()
    if kind < 0.4:
        _change_field(header, len(body), rng)
    elif kind < 0.6:
        header = _change_names(header, rng)
    elif kind < 0.7:
        header = mutate_json(header, rng)
    elif kind < 0.9:
        body = _change_numbers(header, body, rng)
    told = json.dumps(header).encode()
    length = len(told) if kind < 0.9 else rng.choice((*LENGTHS, len(told) - 1))
    path.write_bytes(struct.pack("<Q", length) + told + body)


def _name(header: Header, rng: random.Random) -> str:
    return rng.choice([name for name in header if name != "__metadata__"])


def _change_field(header: Header, n_bytes: int, rng: random.Random) -> None:
    about = header[_name(header, rng)]
    shape, offsets = about["shape"], about["data_offsets"]
    values: dict[str, tuple[Any, ...]] = {
        "dtype": ("F64", "F16", "BF16", "I8", "BOOL", "F8_E4M3", "X", 1, "U64"),
        "shape": ([], [0], [-1], [2**40, 2**40], shape[::-1], [*shape, 1], "x", [1.5], shape * 2),
        "data_offsets": ([0, 0], [-1, 4], [0, 2**63], [4, 0], [0, n_bytes], "x", [0], offsets[::-1]),
    }
    field = rng.choice(list(values))
    about[field] = rng.choice(values[field])


def _change_names(header: Header, rng: random.Random) -> Header:
    """Rename or leave out weights, or change what is told beside them."""
    kind = rng.randrange(3)
    names = [name for name in header if name != "__metadata__"]
    if kind == 0:
        name = _name(header, rng)
        header[rng.choice([f"{name}.x", "x", "", name.upper(), "\u202e"])] = header.pop(name)
    elif kind == 1:
        gone = set(rng.sample(names, rng.choice([1, len(names) // 2, len(names)])))
        return {name: about for name, about in header.items() if name not in gone}
    else:
        told: tuple[Any, ...] = (
            {"format": "tf"},
            {"format": 1},
            1,
            {},
            {"format": "flax"},
            {"a": "x" * 10**6},
        )
        header["__metadata__"] = rng.choice(told)
    return header


def _change_numbers(header: Header, body: bytes, rng: random.Random) -> bytes:
    start, end = header[_name(header, rng)]["data_offsets"]
    number = rng.choice([float("nan"), float("inf"), 1e38, 0.0, -1e30])
    filled = body[:start] + struct.pack("<f", number) * ((end - start) // 4) + body[end:]
    cut = body[: rng.randrange(len(body))]
    return rng.choice([filled, filled, cut, body + b"x" * 100, b"\xff" * len(body), b"\0" * len(body)])


def _change_vocabulary(model: dict[str, Any], rng: random.Random) -> None:
    vocabulary = model.get("vocab")
    if rng.random() < 0.5 and isinstance(vocabulary, dict):
        for token in rng.sample(sorted(vocabulary), min(len(vocabulary), rng.choice([1, 50, 2000]))):
            del vocabulary[token]
    else:
        odd = ({}, [], {"a": 0}, {"a": 2**32}, {"a": -1}, {"[UNK]": 0, "a": 10**6}, None)
        model["vocab"] = rng.choice(odd)


def _change_model(model: dict[str, Any], rng: random.Random) -> None:
    values: dict[str, tuple[Any, ...]] = {
        "unk_token": (None, "", "nothing", 1),
        "type": ("BPE", "WordPiece", "Unigram", "WordLevel", "x", None),
        "merges": ([], ["a b"], [["a", "b"]], "x", ["a"], [["x", "y"]] * 1000),
    }
    field = rng.choice(list(values))
    model[field] = rng.choice(values[field])


def _change_pieces(tokenizer: dict[str, Any], rng: random.Random) -> None:
    """Put something else in the place of one of the steps."""
    pattern = {"Regex": rng.choice(REGEXES)}
    token = {"id": rng.choice([0, 10**6, 2**32 - 1, -1]), "content": rng.choice(["", "a", junk.text(rng)])}
    flags = dict.fromkeys(["single_word", "lstrip", "rstrip", "normalized", "special"], True)
    fixed = {"strategy": {"Fixed": 10**9}, "direction": "Right", "pad_id": 2**31, "pad_type_id": 9}
    values: dict[str, tuple[Any, ...]] = {
        "normalizer": (
            {"type": "Replace", "pattern": pattern, "content": ""},
            {"type": "Replace", "pattern": pattern, "content": "x" * 100_000},
            {"type": "x"},
            {"type": "Prepend", "prepend": "x" * 50_000},
        ),
        "pre_tokenizer": (
            {"type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": False},
            {"type": "Split", "pattern": pattern, "behavior": "x", "invert": True},
            None,
        ),
        "added_tokens": ([token | flags], [token], {}, None),
        "post_processor": (
            None,
            {"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}},
            {"type": "BertProcessing", "sep": ["x", 10**6], "cls": ["y", 2**31]},
            {"type": "x"},
        ),
        "truncation": (
            {"max_length": 0, "strategy": "LongestFirst", "stride": 5, "direction": "Right"},
            {},
            1,
        ),
        "padding": (fixed | {"pad_to_multiple_of": 0, "pad_token": "x"}, {}, 1),
    }
    piece = rng.choice(list(values))
    tokenizer[piece] = rng.choice(values[piece])


def change_tokenizer(folder: Path, rng: random.Random) -> None:
    """Change a piece of the tokenizer."""
    tokenizer = read_json(folder, "tokenizer.json")
    changes: list[Callable[[], None]] = [
        lambda: _change_vocabulary(tokenizer["model"], rng),
        lambda: _change_model(tokenizer["model"], rng),
        lambda: _change_pieces(tokenizer, rng),
        lambda: _change_pieces(tokenizer, rng),
    ]
    if rng.random() < 0.15:
        tokenizer = mutate_json(tokenizer, rng)
    else:
        rng.choice(changes)()
    write_json(folder, "tokenizer.json", tokenizer, rng)
