"""What users upload, made in memory: tables of texts and numbers, recordings, videos."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import openpyxl
import soundfile
from PIL import Image

RATE = 8000
MOODS = ("happy", "sad", "so-so")
TOPICS = ("food", "film", "music")
SENTENCE = "the plot was fine and long but some actors sang better than others in that old slow film"
WORDS = tuple(SENTENCE.split())


def sentence(rng: np.random.Generator, n_words: int = 12) -> str:
    """Words in a random order."""
    return " ".join(rng.choice(WORDS, n_words))


def write_csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """The bytes of a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    return buffer.getvalue().encode()


def review_table(n: int = 60) -> bytes:
    """Reviews with stars, with a mood that nobody would recognise as the label, and with authors."""
    rng = np.random.default_rng(0)
    rows = [[sentence(rng), MOODS[i % 3], 1 + i % 5, f"u{i % 7}"] for i in range(n)]
    return write_csv(["review", "mood", "stars", "author"], rows)


def workbook_of_reviews(*sheets: str, n: int = 30) -> bytes:
    """A workbook with texts in two classes on each of its sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, name in enumerate(sheets):
        rng = np.random.default_rng(number)
        sheet = book.create_sheet(name)
        sheet.append(["comment", "rating"])
        for i in range(n):
            sheet.append([sentence(rng), ["bad", "good"][i % 2]])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def price_table(n: int = 40) -> bytes:
    """Texts with a price each."""
    rng = np.random.default_rng(0)
    return write_csv(["text", "price"], [[sentence(rng), f"{rng.normal():.4f}"] for _ in range(n)])


def topic_table(n: int = 40) -> bytes:
    """Texts with one or two topics each."""
    rng = np.random.default_rng(0)
    topics = [[TOPICS[i % 3], "music"] if i % 2 else [TOPICS[i % 3]] for i in range(n)]
    return write_csv(["text", "labels"], [[sentence(rng), "|".join(sorted({*own}))] for own in topics])


def number_table(n: int = 40) -> bytes:
    """Rows of ten numbers with a class each."""
    rng = np.random.default_rng(0)
    rows = [[*rng.normal(loc=i % 2, size=10).round(3), "ab"[i % 2]] for i in range(n)]
    return write_csv([*(f"x{k}" for k in range(10)), "class"], rows)


def recording_files(n_per_class: int = 5) -> dict[str, bytes]:
    """Short tones in two classes, each of a pitch of its own."""
    files = {}
    time = np.arange(RATE // 4) / RATE
    for kind, pitch in (("high", 900), ("low", 200)):
        for i in range(n_per_class):
            buffer = io.BytesIO()
            soundfile.write(buffer, 0.3 * np.sin(2 * np.pi * (pitch + 7 * i) * time), RATE, format="WAV")
            files[f"{kind}/{i}.wav"] = buffer.getvalue()
    return files


def clip_files(n_per_class: int = 3) -> dict[str, bytes]:
    """Animations in two classes, which are pictures or videos as one likes."""
    rng = np.random.default_rng(0)
    files = {}
    for kind in ("down", "up"):
        for i in range(n_per_class):
            frames = [Image.fromarray(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)) for _ in range(4)]
            buffer = io.BytesIO()
            frames[0].save(buffer, format="GIF", save_all=True, append_images=frames[1:])
            files[f"{kind}/{i}.gif"] = buffer.getvalue()
    return files
