"""The source tasks of the audio models: labelled clips, generated from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray
from scipy.signal import chirp, lfilter, sawtooth, square

from assets.demo.scripts.audio.speech import (
    SAMPLING_RATE,
    SOURCE_SPEAKERS,
    Signal,
    Speaker,
    Waveform,
    record,
    say,
)

# No digit, and nothing that sounds like one ("for", "to", "won", "ate").
WORDS = (
    "red",
    "green",
    "yellow",
    "black",
    "white",
    "brown",
    "orange",
    "purple",
    "pink",
    "silver",
    "yes",
    "no",
    "stop",
    "go",
    "left",
    "right",
    "up",
    "down",
    "open",
    "close",
    "start",
    "dog",
    "cat",
    "bird",
    "house",
    "tree",
    "water",
    "fire",
    "winter",
    "summer",
)
GERMAN_DIGITS = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
TRAIN_TAKES = (0, 1, 2)
TEST_TAKES = (3,)
SPEAKERS_BY_NAME = {speaker.name: speaker for speaker in SOURCE_SPEAKERS}

Takes = tuple[int, ...]


@dataclass(frozen=True)
class SourceTask:
    """What a model was trained to tell apart.

    Attributes
    ----------
    class_names : tuple of str
        Names of the classes, by class number.
    description : str
        What is heard, for the model card.
    sound : callable
        ``sound(class_name, rng, takes)`` returns one sound, not yet recorded; of each utterance there are
        several takes, and it is one of `takes`.
    shuffled : bool
        Whether the labels are dealt out again at random, so that nothing can be learned.
    """

    class_names: tuple[str, ...]
    description: str
    sound: Callable[[str, np.random.Generator, Takes], Signal]
    shuffled: bool = False


def make_clips(
    task: SourceTask, n_clips: int, *, seed: int, held_out: bool
) -> tuple[list[Waveform], NDArray[np.int64]]:
    """Generate labelled clips of a source task.

    Parameters
    ----------
    task : SourceTask
        The source task.
    n_clips : int
        How many clips; the classes differ by at most one clip.
    seed : int
        Seed of the clips.
    held_out : bool
        Whether to draw the stream for testing, in which other takes are heard than in training.

    Returns
    -------
    clips : list of array
        The clips, in random order.
    labels : array of shape (n_clips,)
        Class number of each clip.
    """
    rng = np.random.default_rng((seed, int(held_out)))
    labels = rng.permutation(np.arange(n_clips) % len(task.class_names))
    takes = TEST_TAKES if held_out else TRAIN_TAKES
    clips = [record(task.sound(task.class_names[label], rng, takes), rng) for label in labels]
    return clips, rng.permutation(labels) if task.shuffled else labels


@cache
def _take(text: str, speaker: Speaker, take: int) -> Signal:
    """One of several takes of an utterance, with the same speed and pitch in every task."""
    return say(text, speaker, np.random.default_rng((take, *f"{speaker.name} {text}".encode())))


def _speaker(rng: np.random.Generator) -> Speaker:
    return SOURCE_SPEAKERS[rng.integers(len(SOURCE_SPEAKERS))]


def _word(word: str, rng: np.random.Generator, takes: Takes) -> Signal:
    return _take(word, _speaker(rng), int(rng.choice(takes)))


def _letter(letter: str, rng: np.random.Generator, takes: Takes) -> Signal:
    return _take(letter.lower(), _speaker(rng), int(rng.choice(takes)))


def _german_digit(digit: str, rng: np.random.Generator, takes: Takes) -> Signal:
    return _take(digit, Speaker("de", _speaker(rng).variant), int(rng.choice(takes)))


def _voice(name: str, rng: np.random.Generator, takes: Takes) -> Signal:
    return _take(WORDS[rng.integers(len(WORDS))], SPEAKERS_BY_NAME[name], int(rng.choice(takes)))


def _tone(name: str, rng: np.random.Generator, _takes: Takes) -> Signal:
    """Sound of one kind: random length, pitch and shape within the kind."""
    time = np.arange(int(rng.uniform(0.25, 0.75) * SAMPLING_RATE)) / SAMPLING_RATE
    swell = np.minimum(1, np.minimum(time, time[::-1]) / rng.uniform(0.005, 0.08))
    return np.asarray(TONES[name](time, rng) * swell, dtype=np.float64)


def _pitch(rng: np.random.Generator) -> float:
    """Return a frequency in hertz; all octaves from 150 to 1,200 are equally likely."""
    return float(150 * 2 ** rng.uniform(0, 3))


def _sweep(time: Signal, rng: np.random.Generator, *, up: bool) -> Signal:
    low = _pitch(rng)
    ends = (low, low * rng.uniform(1.5, 3))
    first, last = ends if up else ends[::-1]
    return np.asarray(chirp(time, first, time[-1], last), dtype=np.float64)


def _vibrato(time: Signal, rng: np.random.Generator) -> Signal:
    depth, rate = rng.uniform(2, 6), rng.uniform(6, 12)
    turns = _pitch(rng) * time + depth * np.sin(2 * np.pi * rate * time)
    return np.asarray(np.sin(2 * np.pi * turns), dtype=np.float64)


def _tremolo(time: Signal, rng: np.random.Generator) -> Signal:
    beat = 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(6, 20) * time)
    return np.asarray(np.sin(2 * np.pi * _pitch(rng) * time) * beat, dtype=np.float64)


def _chord(time: Signal, rng: np.random.Generator) -> Signal:
    root = _pitch(rng)
    third = rng.choice([6 / 5, 5 / 4])
    notes = [np.sin(2 * np.pi * root * ratio * time) for ratio in (1, third, 3 / 2)]
    return np.asarray(np.sum(notes, axis=0) / 3, dtype=np.float64)


def _rumble(time: Signal, rng: np.random.Generator) -> Signal:
    noise = lfilter([1], [1, -rng.uniform(0.9, 0.97)], rng.normal(size=len(time)))
    return np.asarray(noise, dtype=np.float64)


def _clicks(time: Signal, rng: np.random.Generator) -> Signal:
    period = int(SAMPLING_RATE / rng.uniform(15, 40))
    impulses = np.zeros(len(time))
    impulses[rng.integers(period) :: period] = 1
    ringing = rng.uniform(0.5, 0.8)
    return np.asarray(lfilter([1], [1, ringing], impulses), dtype=np.float64)


TONES: dict[str, Callable[[Signal, np.random.Generator], Signal]] = {
    "sine": lambda time, rng: np.sin(2 * np.pi * _pitch(rng) * time),
    "square wave": lambda time, rng: square(2 * np.pi * _pitch(rng) * time),
    "sawtooth": lambda time, rng: sawtooth(2 * np.pi * _pitch(rng) * time),
    "rising sweep": lambda time, rng: _sweep(time, rng, up=True),
    "falling sweep": lambda time, rng: _sweep(time, rng, up=False),
    "vibrato": _vibrato,
    "tremolo": _tremolo,
    "chord": _chord,
    "hiss": lambda time, rng: rng.normal(size=len(time)),
    "rumble": _rumble,
    "clicks": _clicks,
}

SOURCE_TASKS: dict[str, SourceTask] = {
    "words": SourceTask(WORDS, "thirty English words, none a digit, in sixteen voices", _word),
    "letters": SourceTask(
        tuple(ascii_uppercase), "the names of the letters A to Z in English, in sixteen voices", _letter
    ),
    "german": SourceTask(GERMAN_DIGITS, "the digits 0 to 9 in German, in sixteen voices", _german_digit),
    "voices": SourceTask(
        tuple(SPEAKERS_BY_NAME), "which of sixteen voices says one of thirty English words", _voice
    ),
    "tones": SourceTask(tuple(TONES), "eleven kinds of sound that no voice makes", _tone),
    "shuffled": SourceTask(
        WORDS,
        "the clips of the words task with their labels shuffled, so that nothing but the clips themselves "
        "can be learned by heart",
        _word,
        shuffled=True,
    ),
}
