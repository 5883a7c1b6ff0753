"""Spoken words, synthesised by espeak-ng and recorded with a little silence and noise.

``python -m assets.demo.scripts.audio.speech`` writes the clips of ``demo:spoken-digits``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import lfilter, resample_poly

from ptmrank_core.data.builtin.spoken_digits import SPOKEN_DIGITS

SAMPLING_RATE = 8_000
LONGEST_CLIP = SAMPLING_RATE  # samples: one second
FULL_SCALE = 32_768
WAV_HEADER_BYTES = 44
SILENCE_BELOW = 0.01
"""What is quieter than this part of the peak, at either end of an utterance, is cut off."""

CLIPS = Path(__file__).resolve().parents[2] / "spoken-digits" / "clips"
DEMO_TAKES = 4
TEST_TAKES = 6
DEMO_SEED = 20
TEST_SEED = 21

Signal = NDArray[np.float64]
Waveform = NDArray[np.int16]


class SynthesiserMissingError(RuntimeError):
    """espeak-ng is not installed."""


@dataclass(frozen=True)
class Speaker:
    """A voice of espeak-ng: an accent, and a variant that says how the voice sounds.

    Attributes
    ----------
    language : str
        Name of the accent, such as ``"en-gb-scotland"``.
    variant : str
        Name of the variant, such as ``"f2"``.
    """

    language: str
    variant: str

    @property
    def name(self) -> str:
        """Name of the speaker in file names."""
        return f"{self.language}-{self.variant}"


def _speakers(names: str) -> tuple[Speaker, ...]:
    return tuple(Speaker(*name.split("+")) for name in names.split())


# No variant stands in two of the groups: no voice of the target is heard in training, and none of the
# demo's voices in testing.
DEMO_SPEAKERS = _speakers(
    "en-gb+f2 en-us+m3 en-gb-scotland+m1 en-029+f4 en-gb-x-gbclan+m7 en-gb-x-rp+steph en-us+croak "
    "en-gb-x-gbcwmd+klatt2 en-us-nyc+f1 en-gb+whisper"
)
TEST_SPEAKERS = _speakers(
    "en-gb+m2 en-us+f3 en-gb-scotland+f5 en-029+m5 en-gb-x-gbclan+belinda en-gb-x-rp+m6 en-us+whisperf "
    "en-gb-x-gbcwmd+grandpa en-us-nyc+klatt4 en-gb+edward"
)
SOURCE_SPEAKERS = _speakers(
    "en-gb+m4 en-us+m8 en-gb-scotland+adam en-029+Andrea en-gb-x-gbclan+anika en-gb-x-rp+victor "
    "en-us+zac en-gb-x-gbcwmd+travis en-us-nyc+pablo en-gb+max en-us+Annie en-gb-scotland+klatt3 "
    "en-029+iven2 en-gb-x-gbclan+boris en-gb-x-rp+linda en-us+aunty"
)


@cache
def espeak() -> str:
    """Return the path of espeak-ng.

    Raises
    ------
    SynthesiserMissingError
        If it is not installed.
    """
    path = shutil.which("espeak-ng")
    if path is None:
        raise SynthesiserMissingError("espeak-ng is not installed: apt-get install espeak-ng")
    return path


def espeak_version() -> str:
    """Return the version of espeak-ng, such as ``"1.51"``."""
    done = subprocess.run(  # noqa: S603 - a fixed command
        [espeak(), "--version"], capture_output=True, text=True, check=True
    )
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found.group() if found else "unknown"


def say(text: str, speaker: Speaker, rng: np.random.Generator) -> Signal:
    """Let a speaker say something, at a random speed and pitch.

    Parameters
    ----------
    text : str
        What to say.
    speaker : Speaker
        Who says it.
    rng : np.random.Generator
        Where the speed (words per minute) and the pitch (0 to 99) come from.

    Returns
    -------
    array of shape (n_samples,)
        Amplitudes, -1 to 1, at `SAMPLING_RATE`.
    """
    speed, pitch = rng.integers(130, 231), rng.integers(25, 76)
    voice = f"{speaker.language}+{speaker.variant}"
    command = [espeak(), "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - words of ours
    rate = int.from_bytes(spoken[24:28], "little")
    amplitudes = np.frombuffer(spoken[WAV_HEADER_BYTES:], dtype="<i2") / FULL_SCALE
    return np.asarray(resample_poly(amplitudes, SAMPLING_RATE, rate), dtype=np.float64)


def record(signal: Signal, rng: np.random.Generator) -> Waveform:
    """Record a sound: random level, a little silence around it, and noise over all.

    Parameters
    ----------
    signal : array of shape (n_samples,)
        The sound.
    rng : np.random.Generator
        Where everything random comes from.

    Returns
    -------
    array of shape (n_samples,)
        At most `LONGEST_CLIP` samples at `SAMPLING_RATE`.
    """
    loud = np.flatnonzero(np.abs(signal) > SILENCE_BELOW * np.abs(signal).max())
    sound = signal[loud[0] : loud[-1] + 1]
    before, after = rng.integers(SAMPLING_RATE // 50, SAMPLING_RATE // 10, size=2)
    level = 10 ** (rng.uniform(-24, -6) / 20)
    padded = np.pad(sound * level / np.abs(sound).max(), (before, after))[:LONGEST_CLIP]
    noise_level = level / 10 * 10 ** (-rng.uniform(5, 25) / 20)
    noise = _noise(len(padded), rng) * noise_level
    return np.rint(np.clip(padded + noise, -1, 1) * (FULL_SCALE - 1)).astype(np.int16)


def _noise(n_samples: int, rng: np.random.Generator) -> Signal:
    """Noise of power 1, between white and brown."""
    colour = rng.uniform(0, 0.95)
    noise = lfilter([np.sqrt(1 - colour**2)], [1, -colour], rng.normal(size=n_samples))
    return np.asarray(noise, dtype=np.float64)


def spoken_digit(digit: str, speaker: Speaker, take: int, *, seed: int) -> Waveform:
    """Record one take of one digit; it depends on nothing but the arguments.

    Parameters
    ----------
    digit : str
        One of `SPOKEN_DIGITS`.
    speaker : Speaker
        Who says it.
    take : int
        Number of the take.
    seed : int
        Seed of the set of clips.

    Returns
    -------
    array of shape (n_samples,)
        The clip.
    """
    key = (seed, SPOKEN_DIGITS.index(digit), take, *speaker.name.encode("ascii"))
    rng = np.random.default_rng(key)
    return record(say(digit, speaker, rng), rng)


def write_demo_clips(folder: Path = CLIPS) -> int:
    """Write the clips of ``demo:spoken-digits`` as ``DIGIT/SPEAKER-TAKE.flac``.

    Parameters
    ----------
    folder : Path
        Where to.

    Returns
    -------
    int
        How many clips were written.
    """
    for digit in SPOKEN_DIGITS:
        (folder / digit).mkdir(parents=True, exist_ok=True)
        for speaker in DEMO_SPEAKERS:
            for take in range(DEMO_TAKES):
                clip = spoken_digit(digit, speaker, take, seed=DEMO_SEED)
                path = folder / digit / f"{speaker.name}-{take + 1:02d}.flac"
                soundfile.write(path, clip, SAMPLING_RATE, format="FLAC", subtype="PCM_16")
    return len(SPOKEN_DIGITS) * len(DEMO_SPEAKERS) * DEMO_TAKES


@cache
def clips_of_others() -> tuple[list[Waveform], NDArray[np.int64]]:
    """Record the digits of other speakers, on which the truth is measured.

    Returns
    -------
    clips : list of array
        The clips.
    labels : array of shape (n_clips,)
        Digits.
    """
    wanted = [
        (digit, speaker, take)
        for digit in SPOKEN_DIGITS
        for speaker in TEST_SPEAKERS
        for take in range(TEST_TAKES)
    ]
    clips = [spoken_digit(digit, speaker, take, seed=TEST_SEED) for digit, speaker, take in wanted]
    return clips, np.array([SPOKEN_DIGITS.index(digit) for digit, _, _ in wanted])


if __name__ == "__main__":
    print(f"{write_demo_clips()} clips in {CLIPS}, espeak-ng {espeak_version()}")
