"""Make the shipped table of models: ``python -m assets.catalogue.make_table CATALOGUE.json``.

The source is a list of one object for each pair of a task and a model; the table has a row for each model,
one a line. What is unknown there is unknown here. What is added: whether this version can load a model, told
from its family and from what loads it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.peatmoss.database import PEATMOSS_DATE
from ptmrank_core.catalogue.table import FIELDS, TABLE
from ptmrank_core.features.pooling import FAMILIES

# The source's number cannot be: a base BERT of width 768.
WRONG_PARAMETERS = {"DeepPavlov/rubert-base-cased"}
TIMM_BACKBONES = {"DETR", "Conditional DETR", "Deformable DETR", "DAB-DETR", "Table Transformer (DETR)"}
OWN_CODE = "It needs its own code, which is never run here."
PICKLE = "It is a pickle, which is never loaded."
NO_CLASS = "AutoModel has no class for its family."
TWO_INPUTS = "It reads a text beside each picture, and its picture tower is not taken apart here."
LOADERS = {
    "transformers": "transformers",
    "sentence-transformers (or transformers)": "sentence-transformers",
    "timm (or transformers AutoModel via timm_wrapper)": "timm",
}
HURDLE_BY_LOADER = {
    "open_clip": "It needs the package open_clip.",
    "custom code (trust_remote_code)": OWN_CODE,
    "speechbrain": "It needs the package speechbrain.",
    "tabpfn package": "It needs the package tabpfn.",
    "tabicl package": "It needs the package tabicl.",
    "skops / joblib (pickle: do not load untrusted)": PICKLE,
}
HURDLE_BY_FAMILY = {
    "BLIP": TWO_INPUTS,
    "CLIPSeg": TWO_INPUTS,
    "Depth Anything": NO_CLASS,
    "Donut": "It reads the picture of a page, and AutoModel has no class for its family.",
    "EnCodec": "It gives codes of sound, no vector.",
    "Jina v2": OWN_CODE,
    "LayoutLMv2": "It reads the picture of a page beside its words.",
    "LayoutLMv3": "It reads the picture of a page beside its words.",
    "OWL-ViT": TWO_INPUTS,
    "OneFormer": TWO_INPUTS,
    "SAM": "It gives outlines, no vector of the picture.",
    "UperNet (ConvNeXt)": NO_CLASS,
    "ZoeDepth": NO_CLASS,
}


def main() -> None:
    """Read the source and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("source", type=Path, help="the list of tasks and models with their facts")
    parser.add_argument("--out", type=Path, default=TABLE)
    options = parser.parse_args()
    entries = json.loads(options.source.read_text(encoding="utf-8"))
    options.out.write_text(table_text(entries), encoding="utf-8")


def table_text(entries: list[dict[str, Any]]) -> str:
    """Make the table's text: a head, then one row a line."""
    models: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        models.setdefault(entry["model_id"], []).append(entry)
    head = {"peatmoss_date": PEATMOSS_DATE, "fields": list(FIELDS)}
    rows = [compact([make_row(same)[name] for name in FIELDS]) for same in models.values()]
    return f'{compact(head)[:-1]},"models":[\n' + ",\n".join(rows) + "\n]}\n"


def compact(value: Any) -> str:
    """Write JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def make_row(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Make the row of one model from its entries, one a task.

    Raises
    ------
    ValueError
        If the entries contradict each other.
    """
    first = entries[0]
    beside = {"task", "starter"}
    if any(entry[name] != first[name] for entry in entries for name in first if name not in beside):
        raise ValueError(f"{first['model_id']}: its entries contradict each other")
    hurdle = HURDLE_BY_LOADER.get(first["loader"]) or HURDLE_BY_FAMILY.get(first["family"])
    is_wrong = first["model_id"] in WRONG_PARAMETERS
    return {
        "id": first["model_id"],
        "modality": first["modality"],
        "tasks": [entry["task"] for entry in entries],
        "starter_of": [entry["task"] for entry in entries if entry["starter"]],
        "family": first["family"],
        "model_type": first["model_type"],
        "loader": "timm" if first["family"] in TIMM_BACKBONES else LOADERS.get(first["loader"]),
        "hurdle": hurdle,
        "is_pooled": not hurdle and first["model_type"] in FAMILIES.get(first["modality"], {}),
        "n_parameters": None if is_wrong else count(first["params_m"]),
        "n_encoder_parameters": count(first["encoder_params_m"]),
        "width": first["feature_dim"],
        "pretraining": first["pretraining"],
        "licence": short_licence(first["licence"]),
        "year": first["year"],
        "is_gated": first["gated"],
        "source_head": first["source_head"] if first["source_head"] != "?" else None,
        "n_source_classes": first["source_classes"],
        "input_size": None if first["input_size"] is None else str(first["input_size"]),
        "downloads": first["peatmoss_downloads"],
        "reuse_repositories": first["peatmoss_reuse_repos"],
        "peatmoss_id": first["peatmoss_id"],
        "note": first["note"],
    }


def count(millions: float | None) -> int | None:
    """Write millions as a number."""
    return None if millions is None else round(millions * 1_000_000)


def short_licence(licence: str | None) -> str | None:
    """Name a licence that the source gives as an address."""
    if licence is None or not licence.startswith("https://"):
        return licence
    return licence.rstrip("/").rsplit("/", 1)[-1]


if __name__ == "__main__":
    main()
