"""One value as a sample: what it may be, and its item."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ptmrank_core.data.media.kinds import MEDIA, Checked, check_entry
from ptmrank_core.data.media.text import PairItem, TextItem, digest_pair, digest_text
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.pictures import array_picture, picture_item
from ptmrank_core.data.objects.recordings import waveform_item
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.folders import list_file
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BytesBlob, LeftOut, Modality, Waveform

__all__ = ["ValueReader", "Values", "as_array", "is_missing_value", "modality_of", "short"]

Values: TypeAlias = Sequence[Any] | NDArray[Any]
"""The values of a column: of any type, or an array of numbers."""
WORDS: Mapping[Modality, str] = {
    "image": "a picture: of Pillow, an array of pixels, the bytes or the path of a file",
    "audio": "a recording: (waveform, sampling rate), the bytes or the path of a file",
    "video": "a video: the bytes or the path of a file",
    "text": "a text: a str, or the Path of a file",
    "tabular": "a row of numbers",
}
MISSING_TYPES = frozenset({"NAType", "NaTType", "NoneType"})


class RawWaveform(NamedTuple):
    """A recording as it was given."""

    array: NDArray[Any]
    rate: int


def short(value: Any) -> str:
    """Show a value in a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def is_missing_value(value: Any) -> bool:
    """Whether a value stands for none: ``None``, NaN, or what pandas has for them."""
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    return type(value).__name__ in MISSING_TYPES


def as_array(value: Any) -> NDArray[Any] | None:
    """Return a value as an array, where it is an array, a tensor, or a list of numbers."""
    if hasattr(value, "detach"):  # a tensor of torch, on any device, perhaps with a gradient
        value = value.detach().cpu()
        value = value.numpy() if "bfloat16" not in str(value.dtype) else value.float().numpy()
    if hasattr(value, "__array__") and not isinstance(value, Image.Image):  # of any other library
        value = np.asarray(value)
    if not isinstance(value, np.ndarray | list | tuple):
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array if array.dtype.kind in "biuf" and array.ndim else None


def raw_waveform(value: Any, rate: int | None) -> RawWaveform | None:
    """Return the waveform and the rate of what is a recording in memory."""
    if isinstance(value, Waveform):
        return RawWaveform(value.samples, value.rate)
    if hasattr(value, "get_all_samples"):  # a decoder of torchcodec, as datasets 4 gives it
        decoded = value.get_all_samples()
        value = (decoded.data, decoded.sample_rate)
    if isinstance(value, Mapping) and {"array", "sampling_rate"} <= set(value):
        value = (value["array"], value["sampling_rate"])
    if isinstance(value, tuple | list) and len(value) == 2 and _is_whole(value[1]):
        array = as_array(value[0])
        return None if array is None else RawWaveform(array, int(value[1]))
    array = as_array(value)
    return None if rate is None or array is None else RawWaveform(array, rate)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _file_of(value: Any) -> tuple[str, bytes | None] | None:
    """Return path and bytes of what is a file in memory, as Parquet tables of the Hub hold it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return "", bytes(value)
    if isinstance(value, Mapping) and {"bytes", "path"} == set(value):
        data, path = value["bytes"], value["path"]
        return (path or "", None if data is None else bytes(data)) if data is not None or path else None
    return None


def modality_of(value: Any, rate: int | None, limits: Limits) -> Modality | None:
    """Recognise what a value is; ``None`` where it may be several things, or nothing that can be ranked on.

    Parameters
    ----------
    value
        Any value that is not missing.
    rate
        Sampling rate of arrays, where the user gave one: they are recordings then.
    limits
        Bounds on files.
    """
    if isinstance(value, Image.Image):
        return "image"
    if raw_waveform(value, rate) is not None:
        return "audio"
    if isinstance(value, str):
        return None if _of_suffix(value) in {"image", "audio", "video"} and "\n" not in value else "text"
    file = (str(value), None) if isinstance(value, os.PathLike) else _file_of(value)
    if file is not None:
        path, data = file
        return _of_suffix(path) or (_of_bytes(data, limits) if data is not None else None)
    return _of_parts(value)


def _of_parts(value: Any) -> Modality | None:
    """Recognise a pair of texts or an array."""
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(part, str) for part in value):
        return "text"
    array = as_array(value)
    if array is None or (array.ndim > 1 and array.dtype != np.uint8):
        return None
    return "tabular" if array.ndim == 1 else "image"


def _of_suffix(path: str) -> Modality | None:
    suffix = suffix_of(path)
    return next((m for m, kind in MEDIA.items() if suffix and suffix in kind.formats.suffixes), None)


def _of_bytes(data: bytes, limits: Limits) -> Modality | None:
    entry = Entry("", len(data), BytesBlob(data))
    kinds = (MEDIA["image"], MEDIA["audio"])
    return next((k.modality for k in kinds if isinstance(check_entry(entry, k, limits), Checked)), None)


class ValueReader:
    """Makes items of values of one modality.

    Parameters
    ----------
    wanted
        Its modality is known; its rate is that of recordings without one.
    limits
        Bounds on what is read.
    name
        What the values are entries of, for messages: ``"the list"``.
    """

    def __init__(self, wanted: ObjectReading, limits: Limits, name: str) -> None:
        if wanted.modality is None:
            raise ValueError("The modality has to be known before values are read.")
        self.modality: Modality = wanted.modality
        self._rate, self._limits, self._name = wanted.sampling_rate, limits, name

    def read(self, value: Any, number: int) -> tuple[str, Checked | LeftOut]:
        """Read one value.

        Parameters
        ----------
        value
            Of any type.
        number
            Of the entry, from 1.

        Returns
        -------
        name, made
            Name of the sample, and its item or the reason to leave it out.

        Raises
        ------
        SamplesError
            If the value is something else than a sample of this modality.
        """
        name = f"{self.modality}:{number}"
        if is_missing_value(value):
            return name, LeftOut(name, f"no {self.modality}")
        if isinstance(value, os.PathLike) or (isinstance(value, str) and self.modality != "text"):
            return str(value), self._read_path(os.fspath(value))
        try:
            made = self._read_object(value)
        except SamplesError as error:
            if error.hint:  # true of all of them
                raise SamplesError(
                    f"Entry {number} of {self._name}: {error.message}", hint=error.hint
                ) from error
            return name, LeftOut(name, error.message)
        if made is None:
            raise SamplesError(
                f"Entry {number} of {self._name} is {short(value)}; expected {WORDS[self.modality]}.",
                hint=self._hint(value),
            )
        return name, LeftOut(name, made.reason) if isinstance(made, LeftOut) else made

    def _hint(self, value: Any) -> str:
        if self.modality == "audio" and as_array(value) is not None:
            return "Say the rate of waveforms that have none of their own: sampling_rate=16000."
        return "Every sample is of one kind, and the task says of which."

    def _read_object(self, value: Any) -> Checked | LeftOut | None:
        """Read a value that is no path; ``None`` where it is no sample of this modality."""
        file = _file_of(value)
        if file is not None:
            return self._read_bytes(*file)
        if self.modality == "image":
            array = None if isinstance(value, Image.Image) else as_array(value)
            image = array_picture(array) if array is not None else value
            return picture_item(image, self._limits) if isinstance(image, Image.Image) else None
        if self.modality == "audio":
            raw = raw_waveform(value, self._rate)
            return None if raw is None else waveform_item(*raw, self._limits)
        return self._read_text(value) if self.modality == "text" else None

    def _read_bytes(self, path: str, data: bytes | None) -> Checked | LeftOut | None:
        if data is None:
            return self._read_path(path)
        entry, kind = Entry(path, len(data), BytesBlob(data)), MEDIA.get(self.modality)
        return None if kind is None else check_entry(entry, kind, self._limits)

    def _read_text(self, value: Any) -> Checked | LeftOut | None:
        texts = (value,) if isinstance(value, str) else value
        if not isinstance(texts, tuple | list) or not all(isinstance(text, str) for text in texts):
            return None
        if len(texts) not in {1, 2}:
            return None
        if not all(text.strip() for text in texts):
            return LeftOut("", "an empty text" if len(texts) == 1 else "one text of the pair is empty")
        n_chars = max(map(len, texts))
        if n_chars > self._limits.max_text_chars:
            at_most = f"at most {self._limits.max_text_chars:,} are read"
            return LeftOut("", f"text too long: {n_chars:,} characters; {at_most}")
        try:
            digest = digest_text(texts[0]) if len(texts) == 1 else digest_pair(*texts)
        except UnicodeEncodeError:
            return LeftOut("", "not Unicode: half of a surrogate pair")
        return Checked(TextItem(texts[0]) if len(texts) == 1 else PairItem(*texts), digest, frozenset())

    def _read_path(self, given: str) -> Checked | LeftOut:
        path = Path(given).expanduser()
        try:
            (entry,) = list_file(path, self._limits).entries
        except SamplesError as error:
            return LeftOut(given, error.message.partition(" cannot be used: ")[2].rstrip("."))
        return check_entry(Entry(given, entry.size_bytes, entry.blob), MEDIA[self.modality], self._limits)
