"""Adapters of tiny checkpoints: as peft saves them, and files as they are where it is not installed."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

CONFIG = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["query"], "task_type": None}


def adapter_files(base: str, **settings: Any) -> dict[str, bytes]:
    """The files of an adapter that nobody merges."""
    config = {**CONFIG, "base_model_name_or_path": base, **settings}
    name = "base_model.model.encoder.layer.0.attention.self.query.lora_{}.weight"
    weights = {
        name.format("A"): np.ones((2, 16), np.float32),
        name.format("B"): np.ones((16, 2), np.float32),
    }
    return {"adapter_config.json": json.dumps(config).encode(), "adapter_model.safetensors": save(weights)}


def write_adapter(folder: Path, base: str, **settings: Any) -> Path:
    """Write such files into a folder, which may hold a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in adapter_files(base, **settings).items():
        (folder / name).write_bytes(content)
    return folder


def save_adapter(folder: Path, base: Path, model_class: Any, **settings: Any) -> Any:
    """Adapt a checkpoint by peft with random adapters, save the adapter, and return the adapted model."""
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - an extra

    torch.manual_seed(7)
    model = model_class.from_pretrained(base)
    given = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "init_lora_weights": False, **settings}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # transformers warns of what peft reads
        adapted = get_peft_model(model, LoraConfig(**given))
    with torch.no_grad():  # what is trained beside the adapters is not what it was
        for name, weight in adapted.named_parameters():
            if weight.requires_grad and "lora_" not in name:
                weight.normal_(generator=torch.Generator().manual_seed(3))
    adapted.save_pretrained(folder)
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = str(base)
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    return adapted.eval()
