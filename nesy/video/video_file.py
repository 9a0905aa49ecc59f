"""A file of video -> its frames and when each is shown; read by PyAV (FFmpeg), the extra `nesy[video]`.

When frames are shown is read off the packets, without decoding; for a frame that is wanted the file is read from the
key frame before it. So a long clip costs little, and one of a variable frame rate is told by its own times.
"""

import struct
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image

from nesy.errors import InputError
from nesy.image import MAX_PIXELS

if TYPE_CHECKING:
    import av.container
    import av.video.frame
    import av.video.stream


_FORMATS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpeg", "mpegts", "mpegvideo"),
    *("asf", "flv", "ogg", "yuv4mpegpipe", "h264", "hevc", "ivf"),
)
_ALONE = {"protocol_whitelist": "file", "format_whitelist": ",".join(_FORMATS)}
"""What FFmpeg may open: this file, in a format that holds its pictures itself; a playlist would have others fetched."""


class VideoFile:
    """The first video stream of a file."""

    def __init__(self, path: Path) -> None:
        """Read when its frames are shown.

        Raises:
            InputError: PyAV is not installed, or the file holds no video that can be read.
        """
        self._path = path
        stamps: list[int] = []
        self._keys: list[int] = []
        end = 0
        with self._opened() as (container, stream):
            self._base = stream.time_base or Fraction(1, 1000)
            size = (stream.codec_context.width, stream.codec_context.height)
            if size[0] * size[1] > MAX_PIXELS:
                raise InputError(f"{path}: {size[0]}x{size[1]} pixels is more than the limit of {MAX_PIXELS}")
            self._timed = True
            for packet in container.demux(stream):
                if packet.size == 0 or packet.is_corrupt:
                    continue
                stamp = packet.pts if packet.pts is not None else packet.dts
                if stamp is None:  # a raw stream tells no times: one frame after the other, at its rate
                    self._timed = False
                    stamp = len(stamps) * (packet.duration or round(1 / (self._base * (stream.guessed_rate or 25))))
                stamps.append(stamp)
                end = max(end, stamp + (packet.duration or 0))
                if packet.is_keyframe:
                    self._keys.append(stamp)
        self._stamps = sorted(set(stamps))
        self._keys.sort()
        first = self._stamps[0] if stamps else 0
        self.times_s = [round(float((stamp - first) * self._base), 3) for stamp in self._stamps]
        self.duration_s = round(float(max(end - first, 0) * self._base), 3)
        if len(self.times_s) > 1:  # the last frame is shown for a while, told or not
            shown = (self.times_s[-1] - self.times_s[0]) / (len(self.times_s) - 1)
            self.duration_s = max(self.duration_s, round(self.times_s[-1] + shown, 3))

    def pictures(self, wanted: Collection[int]) -> Iterator[tuple[int, PIL.Image.Image]]:
        """Yield the wanted frames, upright.

        Raises:
            InputError: the file is damaged.
        """
        left = sorted(wanted)
        for seeking in (True, False) if self._timed else (False,):
            with self._opened() as (container, stream):
                for place, picture in self._decoded(container, stream, tuple(left), seeking=seeking):
                    left.remove(place)
                    yield place, picture
            if not left:
                return

    def _decoded(
        self,
        container: "av.container.InputContainer",
        stream: "av.video.stream.VideoStream",
        places: Sequence[int],
        *,
        seeking: bool,
    ) -> Iterator[tuple[int, PIL.Image.Image]]:
        """Yield frames in order; end at one that a jump to its key frame has gone past, as in a transport stream."""
        frames, decoded = container.decode(stream), 0
        at: int | None = None
        for place in places:
            stamp = self._stamps[place]
            key = self._key_before(stamp)
            jumped = seeking and key is not None and (at is None or key > at) and place > 0
            if jumped and key is not None:
                container.seek(key, stream=stream)
                frames = container.decode(stream)
            for frame in frames:
                at = stamp if frame.pts is None else frame.pts
                if not self._timed:
                    at = self._stamps[min(decoded, len(self._stamps) - 1)]
                decoded += 1
                if jumped and at > stamp:
                    return
                jumped = False
                if at >= stamp:
                    yield place, self._upright(frame)
                    break

    def _key_before(self, stamp: int) -> int | None:
        place = bisect_right(self._keys, stamp)
        return self._keys[place - 1] if place else None

    @contextmanager
    def _opened(self) -> "Iterator[tuple[av.container.InputContainer, av.video.stream.VideoStream]]":
        try:
            import av
        except ImportError:
            raise InputError(f"{self._path}: a video; `pip install 'nesy[video]'` reads it") from None
        # PyAV's log stays as it is, silent: one of Python's own, of whatever level, takes the interpreter's lock in a
        # thread that decodes, for which a codec that is closed waits with that lock held.
        try:
            address = f"file:{self._path.resolve()}"
            with av.open(address, mode="r", metadata_errors="replace", options=_ALONE) as container:
                if not container.streams.video:
                    raise InputError(f"{self._path}: holds no video")
                stream = container.streams.video[0]
                if stream.codec_context is None:
                    raise InputError(f"{self._path}: its codec is not known here")
                stream.thread_type = "AUTO"
                yield container, stream
        except (av.error.FFmpegError, OSError, ValueError, EOFError) as error:
            told = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise InputError(f"{self._path}: cannot be read as a video: {told}") from None

    def _upright(self, frame: "av.video.frame.VideoFrame") -> PIL.Image.Image:
        """Return a frame as it is shown: turned as its metadata say, its pixels square."""
        picture: PIL.Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        aspect: Any = getattr(frame, "sample_aspect_ratio", None) or getattr(frame, "pixel_aspect", None)
        if aspect and float(aspect) > 0 and abs(float(aspect) - 1) > 0.01:
            picture = picture.resize((max(1, round(picture.width * float(aspect))), picture.height))
        return _turned(picture, frame)


def _turned(picture: PIL.Image.Image, frame: "av.video.frame.VideoFrame") -> PIL.Image.Image:
    """Return a picture turned as its frame's matrix says, and mirrored, which the angle of PyAV does not tell."""
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is not None:
        across, down, _, right, below = struct.unpack("=5i", bytes(matrix)[:20])
        if across * below < down * right:  # its determinant is negative
            return picture.transpose(_MIRRORED[abs(across) < abs(down), across + down < 0])
    return picture.rotate(frame.rotation, expand=True) if frame.rotation % 360 else picture


_MIRRORED = {
    (False, True): PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    (False, False): PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    (True, False): PIL.Image.Transpose.TRANSPOSE,
    (True, True): PIL.Image.Transpose.TRANSVERSE,
}
"""By whether width becomes height, and whether the picture's first axis is turned round."""
