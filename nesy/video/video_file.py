"""A file of video -> its frames and when each is shown; read by PyAV (FFmpeg), the extra `nesy[video]`.

When frames are shown is read off the packets, without decoding; for a frame that is wanted the file is read from the
key frame before it. So a long clip costs little, and one of a variable frame rate is told by its own times.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator
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
            for packet in container.demux(stream):
                if packet.size == 0 or packet.is_corrupt:
                    continue
                stamp = packet.pts if packet.pts is not None else packet.dts
                if stamp is None:
                    stamp = len(stamps)  # a raw stream tells no times
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
        places = sorted(wanted)
        with self._opened() as (container, stream):
            frames = container.decode(stream)
            at: int | None = None
            for place in places:
                stamp = self._stamps[place]
                key = self._key_before(stamp)
                if key is not None and (at is None or key > at) and place:
                    container.seek(key, stream=stream)
                    frames = container.decode(stream)
                for frame in frames:
                    at = frame.pts if frame.pts is not None else stamp
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
        av.logging.set_level(av.logging.PANIC)  # what is wrong with a file is said here, once
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
        return picture.rotate(frame.rotation, expand=True) if frame.rotation % 360 else picture
