"""Decoding evenly spaced frames of videos.

Animated GIF, WebP and PNG files are decoded by Pillow; everything else by PyAV, which the extra ``video``
installs.
"""

from __future__ import annotations

import importlib.util
import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from ptmrank_core.data.media.animations import count_frames
from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.media.images import DAMAGE_ERRORS, to_rgb
from ptmrank_core.data.media.pillow import QUIET
from ptmrank_core.data.sources.entries import read_unchanged
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Blob

__all__ = ["VIDEOS", "VideoClip", "VideoItem", "check_video"]

ANIMATIONS = ("GIF", "WEBP", "PNG")
VIDEOS = Formats(
    one="a video",
    kind="video",
    read=".mp4 .m4v .mov .avi .mkv .webm .mpg .mpeg .wmv .flv .3gp .ogv .mts .m2ts .gif .webp .apng",
    others=".rm .rmvb .swf .braw .r3d .vob",
    better="MP4",
)
SIGNATURES = (b"GIF8", b"\x89PNG")
MISSING_DECODER = "needs the extra video: pip install -e '.[video]'"
# FFmpeg also reads playlists, which name other files and addresses: only these formats may be opened.
CONTAINERS = "asf,avi,flv,matroska,mov,mpeg,mpegts,mpegvideo,ogg,webm"
OPTIONS = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none"}
EXACT_CONTAINERS = ("mov", "matroska")
SHARE_THERE = 0.9
"""Edit lists make a container declare slightly more frames than it shows; a file cut off lacks more."""


@dataclass(frozen=True, eq=False, slots=True)
class VideoClip:
    """A video whose frames are decoded on request.

    Parameters
    ----------
    data
        Bytes of the file.
    n_frames
        Number of its frames.
    max_pixels
        Bound on width times height.
    """

    data: bytes
    n_frames: int
    max_pixels: int = DEFAULT_LIMITS.max_pixels

    def sample(self, n: int) -> list[Image.Image]:
        """Return evenly spaced frames.

        Parameters
        ----------
        n
            Number of frames, at least 1: the first, the last and some between, or the middle one if n is 1.
            If the clip has fewer frames, some are repeated.

        Returns
        -------
        list of PIL.Image.Image
            n pictures in mode ``"RGB"``, upright.

        Raises
        ------
        SamplesError
            If one of them cannot be decoded.
        """
        last = self.n_frames - 1
        indices = [last // 2] if n == 1 else np.linspace(0, last, n).round().astype(int).tolist()
        decode = _decode_animation if _is_animation(self.data) else _decode_video
        frames = decode(self.data, sorted(set(indices)), self.max_pixels)
        return [frames[index] for index in indices]


@dataclass(frozen=True, slots=True)
class VideoItem:
    """A video, read and decoded when it is needed.

    Parameters
    ----------
    blob
        Reads its bytes.
    digest
        SHA-256 (hex) of its bytes; features are cached under it.
    n_frames
        Number of its frames.
    max_pixels
        Bound on width times height.
    """

    blob: Blob
    digest: str
    n_frames: int
    max_pixels: int = DEFAULT_LIMITS.max_pixels

    @property
    def size(self) -> int:
        """The same for all videos: models see the same number of frames."""
        return 1

    def decode(self) -> VideoClip:
        """Return the clip.

        Raises
        ------
        SamplesError
            If its bytes can no longer be read, or have changed since they were first read.
        """
        return VideoClip(read_unchanged(self.blob, self.digest, "video"), self.n_frames, self.max_pixels)


def check_video(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> int:
    """Open a video and decode its first and its last frame, as a check.

    Parameters
    ----------
    name
        Name of its file; its suffix is used in messages.
    data
        Bytes of the file.
    limits
        ``max_pixels`` bounds its frames, ``max_seconds`` its length; of an animation also the number of its
        frames and the pixels of all of them.

    Returns
    -------
    int
        Number of its frames.

    Raises
    ------
    SamplesError
        If it cannot be decoded, or not without the extra ``video``; the message is the reason.
    """
    try:
        n_frames = _count_animation(data, limits) if _is_animation(data) else _count_video(data, limits)
    except UnidentifiedError as error:
        raise VIDEOS.explain(name, error) from error
    if n_frames < 2:
        raise SamplesError(f"not a video: {n_frames} frame{'s' * (n_frames != 1)}")
    VideoClip(data, n_frames, limits.max_pixels).sample(2)
    return n_frames


def _is_animation(data: bytes) -> bool:
    """Whether the bytes are an animation, which Pillow decodes."""
    return data.startswith(SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


@contextmanager
def _told(errors: tuple[type[BaseException], ...]) -> Iterator[None]:
    """Turn the errors of a decoder into a ``SamplesError``."""
    try:
        yield
    except errors as error:
        reason = getattr(error, "strerror", None) or error or type(error).__name__
        raise SamplesError(f"unreadable video: {reason}") from error


def _check_pixels(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise SamplesError(f"too many pixels: {width:,} x {height:,}; at most {max_pixels:,} are read")


def _count_animation(data: bytes, limits: Limits) -> int:
    """Count the frames of an animation."""
    with QUIET, _told(DAMAGE_ERRORS), Image.open(io.BytesIO(data), formats=ANIMATIONS) as image:
        return count_frames(image, data, limits)


def _decode_animation(data: bytes, indices: Sequence[int], max_pixels: int) -> dict[int, Image.Image]:
    """Decode some frames of an animation, in ascending order."""
    frames = {}
    with QUIET, _told(DAMAGE_ERRORS), Image.open(io.BytesIO(data), formats=ANIMATIONS) as image:
        _check_pixels(image.width, image.height, max_pixels)
        for index in indices:
            image.seek(index)
            frames[index] = to_rgb(image)[0]
    return frames


@contextmanager
def _open_video(data: bytes) -> Iterator[tuple[Any, Any]]:
    """Open a video; yield its container and its video stream."""
    import av  # noqa: PLC0415 - an extra

    with _told((av.FFmpegError,)):
        try:
            container = av.open(io.BytesIO(data), metadata_errors="replace", options=OPTIONS)
        except av.FFmpegError as error:
            raise UnidentifiedError("unreadable video: no readable header of a known format") from error
        with container:
            if not container.streams.video:
                raise UnidentifiedError("unreadable video: it has no video stream")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise SamplesError("unreadable video: its codec is not known")
            stream.codec_context.thread_count = 1  # several videos are decoded at the same time
            yield container, stream


def _frame_places(container: Any, stream: Any) -> tuple[list[int], list[int]]:
    """List the positions of all frames, and of the key frames, without decoding any.

    Positions are times where the container has exact ones; then decoding can start at any key frame.
    Elsewhere they count frames in decoding order, and decoding can only start at the beginning.
    """
    packets = [packet for packet in container.demux(stream) if packet.size and not packet.is_discard]
    is_exact = container.format.name.split(",")[0] in EXACT_CONTAINERS
    if not is_exact or any(packet.pts is None for packet in packets):
        return [*range(len(packets))], []
    keys = sorted(packet.pts for packet in packets if packet.is_keyframe)
    return sorted(packet.pts for packet in packets), keys


def _count_video(data: bytes, limits: Limits) -> int:
    """Count the frames of a video."""
    if importlib.util.find_spec("av") is None:
        raise UnidentifiedError(MISSING_DECODER)
    with _open_video(data) as (container, stream):
        if (container.duration or 0) > limits.max_seconds * 1e6:
            raise SamplesError(
                f"too long: {container.duration / 1e6:,.0f} seconds; at most {limits.max_seconds:,} are read"
            )
        _check_pixels(stream.codec_context.width, stream.codec_context.height, limits.max_pixels)
        declared, there = stream.frames, len(_frame_places(container, stream)[0])
    if there < SHARE_THERE * declared:
        raise SamplesError(f"unreadable video: cut off after {there:,} of {declared:,} frames")
    return there


def _upright(frame: Any, max_pixels: int) -> Image.Image:
    """Convert a frame to RGB, rotated upright."""
    _check_pixels(frame.width, frame.height, max_pixels)
    image: Image.Image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _decode_video(data: bytes, indices: Sequence[int], max_pixels: int) -> dict[int, Image.Image]:
    """Decode some frames of a video, in ascending order, each from the last key frame before it."""
    with _open_video(data) as (container, stream):
        places, keys = _frame_places(container, stream)
    frames: dict[int, Image.Image] = {}
    with _open_video(data) as (container, stream):
        decoded = enumerate(container.decode(stream))
        frame, reached = None, -1
        for index in indices:
            key = bisect_right(keys, places[index]) - 1
            if key >= 0 and keys[key] > reached:
                container.seek(keys[key], stream=stream)
                decoded, frame = enumerate(container.decode(stream)), None
            while frame is None or reached < places[index]:
                number, following = next(decoded, (0, None))
                if following is None:
                    break  # the last frames of a clip may not be shown
                frame, reached = following, following.pts if keys else number
            if frame is None:
                raise SamplesError(f"unreadable video: frame {index + 1:,} cannot be decoded")
            frames[index] = _upright(frame, max_pixels)
    return frames
