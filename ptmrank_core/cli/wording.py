"""How the command line words an error of the core: each input by its option."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.errors import InputField

__all__ = ["OPTIONS"]

OPTIONS: Mapping[InputField, str] = {
    InputField.MODALITY: "say what the samples are with --modality",
    InputField.TARGET_KIND: "say what the labels are with --target classification, regression or multilabel",
    InputField.TEXT_COLUMNS: "name the text column with --text-column (twice for a pair of texts)",
    InputField.LABEL_COLUMNS: "name the label column with --label-column",
    InputField.GROUP_COLUMN: "name the group column with --group-column",
    InputField.MODELS: "name models with --models, such as --models demo",
    InputField.DEVICE: "choose --device auto or --device cpu",
}
"""What to do about each input on the command line."""
