"""Continue the training of the model in this folder: ``python continue_training.py DATA --epochs 1``.

DATA is a folder with one folder of files for each class (pictures, recordings, or texts in .txt files); or
with a table ``metadata.csv``. The table has a column ``file_name`` (or ``text``, and ``text_pair`` for pairs
of texts) and a column ``label``; for numbers or several labels, a column for each output of the model, named
like it (see ``id2label`` in config.json). A tenth of the samples is held out to test on.

It needs transformers with its Trainer, and what reads the files:

    pip install "transformers[torch]" pillow soundfile scipy
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path
from typing import Any

import torch
import transformers

HERE = Path(__file__).resolve().parent
KIND = "image"  # what the model reads: image, text or audio
LEARNING_RATE = 1e-4
LONGEST_RECORDING = 30  # seconds; the rest is not read

AUTO_CLASSES = {
    "image": ("AutoModelForImageClassification", "AutoImageProcessor"),
    "text": ("AutoModelForSequenceClassification", "AutoTokenizer"),
    "audio": ("AutoModelForAudioClassification", "AutoFeatureExtractor"),
}


def read_rows(data: Path) -> list[dict[str, str]]:
    """Read the table of a folder of data, or list its files by class."""
    table = data / "metadata.csv"
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    folders = [folder for folder in sorted(data.iterdir()) if folder.is_dir()]
    return [
        {"file_name": str(path.relative_to(data)), "label": folder.name}
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def read_target(row: dict[str, str], config: Any) -> int | list[float]:
    """Read what the model should answer: a class, or a number for each output."""
    if config.problem_type == "single_label_classification":
        return int(config.label2id[row["label"]])
    return [float(row[name]) for _, name in sorted(config.id2label.items())]


def read_recording(path: Path, rate: int) -> Any:
    """Read a recording at a model's sampling rate, one channel."""
    import soundfile
    from scipy.signal import resample_poly

    frames, own_rate = soundfile.read(path, dtype="float32", always_2d=True)
    wave = frames.mean(axis=1)
    if own_rate != rate:
        wave = resample_poly(wave, rate, own_rate).astype("float32")
    return wave[: LONGEST_RECORDING * rate]


class Collator:
    """Turns samples into a batch of inputs and labels."""

    def __init__(self, data: Path, processor: Any, *, as_classes: bool) -> None:
        self.data, self.processor, self.as_classes = data, processor, as_classes

    def __call__(self, samples: list[dict[str, Any]]) -> dict[str, Any]:
        """Read the samples of a batch."""
        inputs = getattr(self, f"read_{KIND}")([sample["row"] for sample in samples])
        dtype = torch.long if self.as_classes else torch.float32
        return {**inputs, "labels": torch.tensor([sample["target"] for sample in samples], dtype=dtype)}

    def read_image(self, rows: list[dict[str, str]]) -> Any:
        """Read pictures."""
        from PIL import Image

        pictures = [Image.open(self.data / row["file_name"]).convert("RGB") for row in rows]
        return self.processor(images=pictures, return_tensors="pt")

    def read_text(self, rows: list[dict[str, str]]) -> Any:
        """Read texts, from the table or from files."""
        texts = [
            row.get("text") or (self.data / row["file_name"]).read_text(encoding="utf-8") for row in rows
        ]
        pairs = [row["text_pair"] for row in rows] if rows[0].get("text_pair") else None
        return self.processor(texts, pairs, truncation=True, padding=True, return_tensors="pt")

    def read_audio(self, rows: list[dict[str, str]]) -> Any:
        """Read recordings."""
        rate = self.processor.sampling_rate
        read = [
            self.processor(read_recording(self.data / row["file_name"], rate), sampling_rate=rate)
            for row in rows
        ]
        return self.processor.pad(
            [{name: value[0] for name, value in one.items()} for one in read],
            padding=True,
            return_tensors="pt",
        )


def loss_of(problem: str) -> Any:
    """Loss of a kind of answers; not every model of transformers has its own for each."""
    losses: dict[str, Any] = {
        "single_label_classification": torch.nn.functional.cross_entropy,
        "multi_label_classification": torch.nn.functional.binary_cross_entropy_with_logits,
        "regression": torch.nn.functional.mse_loss,
    }
    return lambda outputs, labels, num_items_in_batch=None: losses[problem](outputs["logits"], labels)  # noqa: ARG005


def accuracy(prediction: Any) -> dict[str, float]:
    """Share of the samples whose class is right."""
    return {"accuracy": float((prediction.predictions.argmax(axis=1) == prediction.label_ids).mean())}


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--output", type=Path, default=HERE / "continued")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Train, test, and save the model beside its processor."""
    options = read_options()
    model_class, processor_class = (getattr(transformers, name) for name in AUTO_CLASSES[KIND])
    model, processor = model_class.from_pretrained(HERE), processor_class.from_pretrained(HERE)
    rows = read_rows(options.data)
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(options.seed)).tolist()
    samples = [{"row": rows[i], "target": read_target(rows[i], model.config)} for i in order]
    n_test = max(1, len(samples) // 10)
    as_classes = model.config.problem_type == "single_label_classification"
    trainer = transformers.Trainer(
        model=model,
        args=transformers.TrainingArguments(
            output_dir=str(options.output),
            num_train_epochs=options.epochs,
            learning_rate=options.learning_rate,
            lr_scheduler_type="cosine",
            weight_decay=0.05,
            per_device_train_batch_size=options.batch_size,
            per_device_eval_batch_size=options.batch_size,
            remove_unused_columns=False,
            save_strategy="no",
            report_to="none",
            dataloader_pin_memory=torch.cuda.is_available(),
            seed=options.seed,
        ),
        data_collator=Collator(options.data, processor, as_classes=as_classes),
        train_dataset=samples[n_test:],
        eval_dataset=samples[:n_test],
        compute_loss_func=loss_of(model.config.problem_type),
        compute_metrics=accuracy if as_classes else None,
    )
    trainer.train()
    print(trainer.evaluate())
    trainer.save_model(str(options.output))
    processor.save_pretrained(options.output)
    shutil.copy(__file__, options.output)


if __name__ == "__main__":
    main()
