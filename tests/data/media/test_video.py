"""Videos: animations always, everything else where the extra is installed."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ptmrank_core.data import Limits, VideoClip, VideoItem
from ptmrank_core.data.media.video import check_video
from ptmrank_core.data.sources.folders import FileBlob
from ptmrank_core.errors import SamplesError

needs_decoder = pytest.mark.skipif(
    importlib.util.find_spec("av") is None, reason="the extra video (PyAV) is not installed"
)
# Container, codec, options of the encoder: key frames now and then, frames that refer to later ones.
ENCODINGS = [
    ("mp4", "mpeg4", {}),
    ("mp4", "libx264", {"g": "10", "bf": "2"}),
    ("mov", "mpeg4", {"g": "5"}),
    ("matroska", "ffv1", {}),
    ("webm", "libvpx-vp9", {"g": "10"}),
    ("avi", "mpeg4", {"g": "10", "bf": "2"}),
    ("mpegts", "libx264", {"g": "10", "bf": "2"}),
    ("mpeg", "mpeg2video", {"bf": "2"}),
    ("flv", "flv1", {}),
]


def _encode(container: str, codec: str, n_frames: int = 40, **options: str) -> bytes:
    """Bytes of a video whose frames get brighter, 6 levels each; the upper half is white."""
    import av  # noqa: PLC0415 - an extra

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(n_frames):
            pixels = np.full((48, 64, 3), 6 * min(i, 40), np.uint8)
            pixels[:24] = 255
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    return buffer.getvalue()


def _levels(data: bytes, n: int) -> list[float]:
    """Brightness of the lower half of sampled frames, in steps of one frame."""
    frames = VideoClip(data, check_video("a.mp4", data)).sample(n)
    assert {(frame.mode, frame.size) for frame in frames} == {("RGB", (64, 48))}
    return [float(np.asarray(frame)[30:].mean()) / 6 for frame in frames]


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
@pytest.mark.parametrize(("n", "indices"), [(1, [3]), (2, [0, 7]), (4, [0, 2, 5, 7]), (8, range(8))])
def test_frames_of_an_animation_are_spread_evenly(make: Any, kind: str, n: int, indices: Any) -> None:
    """The first and the last are among them, the others at equal steps; of one it is the middle one."""
    data = make.animation(1, kind=kind)
    n_frames = check_video("a", data)
    assert n_frames == 8
    frames = VideoClip(data, n_frames).sample(n)
    assert {(frame.mode, frame.size) for frame in frames} == {("RGB", (16, 12))}
    assert [int(np.asarray(frame)[0, 0, 0]) // 10 for frame in frames] == [*indices]


def test_a_short_clip_repeats_frames(make: Any) -> None:
    """A model that wants 16 frames gets 16 of a clip of 8, in their order."""
    frames = VideoClip(make.animation(1), 8).sample(16)
    levels = [int(np.asarray(frame)[0, 0, 0]) for frame in frames]
    assert len(levels) == 16
    assert levels == sorted(levels)
    assert len(set(levels)) == 8


def test_a_picture_is_no_video(make: Any) -> None:
    """One frame does not move."""
    with pytest.raises(SamplesError, match=r"^not a video: 1 frame$"):
        check_video("a.gif", make.picture(1, "gif"))


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_a_damaged_animation_is_a_reason(make: Any, share: float) -> None:
    """An animation that was cut off does not reach its last frame whole."""
    data = make.animation(2, kind="webp")
    with pytest.raises(SamplesError, match=r"^unreadable video: |^not a video: "):
        check_video("a.webp", data[: int(share * len(data))])


def test_frames_have_a_bound(make: Any) -> None:
    """Large frames are told before they are decoded."""
    with pytest.raises(SamplesError, match=r"^too many pixels: 16 x 12; at most 100 are read"):
        check_video("a.gif", make.animation(1), Limits(max_pixels=100))


def test_an_item_whose_file_changed_is_refused(make: Any, tmp_path: Path) -> None:
    """Items give clips of the bytes that were read first, and of no others."""
    path = make.write(tmp_path / "1.gif", make.animation(1))
    item = VideoItem(FileBlob(path, "1.gif", 10**6), hashlib.sha256(path.read_bytes()).hexdigest(), 8)
    assert len(item.decode().sample(3)) == 3
    path.write_bytes(make.animation(2))
    with pytest.raises(SamplesError, match="A video has changed since it was read"):
        item.decode()


def test_without_the_decoder_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A video that needs PyAV says how to install it; what is no video says that."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SamplesError, match=r"needs the extra video: pip install -e '.\[video\]'"):
        check_video("a.mp4", b"\0\0\0\x18ftypmp42")
    with pytest.raises(SamplesError, match=r"^not a video \(.txt\)$"):
        check_video("a.txt", b"hello")


@needs_decoder
@pytest.mark.parametrize(("container", "codec", "options"), ENCODINGS)
def test_frames_of_a_video_are_spread_evenly(container: str, codec: str, options: dict[str, str]) -> None:
    """Frames of 40 are found by their place, wherever a container lets decoding start."""
    data = _encode(container, codec, **options)
    np.testing.assert_allclose(_levels(data, 4), [0, 13, 26, 39], atol=0.8)
    np.testing.assert_allclose(_levels(data, 1), [19], atol=0.8)


@needs_decoder
def test_a_video_held_upright_is_turned() -> None:
    """The rotation that a phone writes into the file is applied: the white half comes to the right."""
    data = bytearray(_encode("mp4", "mpeg4"))
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    frame = VideoClip(bytes(data), 40).sample(1)[0]
    assert frame.size == (48, 64)
    left, right = np.asarray(frame)[32, [4, 44], 0]
    assert right > 240 > left


@needs_decoder
@pytest.mark.parametrize("share", [0.02, 0.5])
def test_a_video_that_was_cut_off_is_unreadable(share: float) -> None:
    """Half an MP4 is no video, nor are its first bytes."""
    data = _encode("mp4", "libx264")
    with pytest.raises(SamplesError, match=r"^unreadable video: "):
        check_video("a.mp4", data[: int(share * len(data))])


@needs_decoder
def test_a_long_video_is_refused() -> None:
    """The bound on seconds is told."""
    data = _encode("mp4", "mpeg4", 60)
    with pytest.raises(SamplesError, match=r"^too long: 2 seconds; at most 1 are read"):
        check_video("a.mp4", data, Limits(max_seconds=1))


@needs_decoder
@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    ],
)
def test_a_list_of_other_files_is_not_followed(data: bytes) -> None:
    """What names further files or addresses is no video: nothing but the upload itself is opened."""
    with pytest.raises(SamplesError, match=r"^unreadable video: no readable header"):
        check_video("a.mp4", data)


@needs_decoder
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes.txt", r"^not a video \(.txt\)$"),
        ("a.rm", r"^a video format that is not supported \(.rm\); save it as MP4$"),
        ("a.mp4", r"^unreadable video: no readable header"),
    ],
)
def test_the_reason_fits_the_name(name: str, reason: str) -> None:
    """Other bytes under a video's name are a broken video, under another name none."""
    with pytest.raises(SamplesError, match=reason):
        check_video(name, b"Please watch me, whoever you are, and so on.")


@needs_decoder
@pytest.mark.parametrize(("container", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9")])
def test_random_damage_is_a_reason(container: str, codec: str) -> None:
    """Damaged bytes decode or give a reason; no other error, no warning."""
    data = _encode(container, codec, 20)
    generator = np.random.default_rng(6)
    for _ in range(60):
        damaged = bytearray(data)
        for at in generator.integers(0, len(data), size=4):
            damaged[at] = generator.integers(256)
        cut = len(data) if generator.random() < 0.7 else int(generator.integers(1, len(data)))
        with contextlib.suppress(SamplesError):
            assert check_video("a.mp4", bytes(damaged[:cut])) > 1


def test_still_frames_are_pictures(make: Any) -> None:
    """What is sampled is a PIL image of its own, whose pixels stay when the clip is gone."""
    frame = VideoClip(make.animation(1), 8).sample(2)[1]
    assert isinstance(frame, Image.Image)
    assert np.asarray(frame).shape == (12, 16, 3)
