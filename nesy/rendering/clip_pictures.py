"""The frames of a clip and its timeline -> a strip of annotated frames, and the clip annotated, as GIF or MP4."""

import io
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.errors import InputError
from nesy.rendering.palette import GROUND, INK, PAPER, category_colours
from nesy.rendering.picture import scene_picture
from nesy.scene import Scene, term
from nesy.video.clip import Clip
from nesy.video.timeline import Timeline
from nesy.video.timeline_building import names_by_frame

if TYPE_CHECKING:
    import av.video.stream

_STRIP_PX, _CLIP_PX, _LABEL_PX, _GAP_PX = 420, 640, 26, 8
_MOST_ACROSS = 4


def frame_pictures(clip: Clip, timeline: Timeline, longer_px: int) -> list[PIL.Image.Image]:
    """Draw each frame with its boxes and relations, things called as they are over time, and its time above.

    Args:
        clip: the pictures.
        timeline: what is claimed of these frames.
        longer_px: the longer side of a picture, in pixels.
    """
    names = names_by_frame(timeline.tracks, len(timeline.frames))
    colours = category_colours(term(entity.category) for frame in timeline.frames for entity in frame.scene.entities)
    shown = []
    for frame, picture, own in zip(timeline.frames, clip.frames, names, strict=True):
        drawn = scene_picture(picture.image.pixels, _renamed(frame.scene, own), colours, longer_px=longer_px)
        page = PIL.Image.new("RGB", (drawn.width, drawn.height + _LABEL_PX), PAPER)
        page.paste(drawn, (0, _LABEL_PX))
        pen = PIL.ImageDraw.Draw(page)
        font = PIL.ImageFont.load_default(16)
        pen.text((8, _LABEL_PX / 2), f"{frame.time_s:g} s", font=font, fill=INK, anchor="lm")
        shown.append(page)
    return shown


def filmstrip(clip: Clip, timeline: Timeline) -> PIL.Image.Image:
    """Draw all frames on one page, from left to right and down."""
    pictures = frame_pictures(clip, timeline, _STRIP_PX)
    across = min(_MOST_ACROSS, math.ceil(math.sqrt(len(pictures))))
    wide, high = max(one.width for one in pictures), max(one.height for one in pictures)
    down = math.ceil(len(pictures) / across)
    page = PIL.Image.new("RGB", (across * (wide + _GAP_PX) + _GAP_PX, down * (high + _GAP_PX) + _GAP_PX), GROUND)
    for place, picture in enumerate(pictures):
        page.paste(picture, (_GAP_PX + place % across * (wide + _GAP_PX), _GAP_PX + place // across * (high + _GAP_PX)))
    return page


def annotated_gif(clip: Clip, timeline: Timeline) -> bytes:
    """Return the annotated frames as an animated GIF, each shown as long as it stands for in the clip."""
    pictures = _of_one_size(frame_pictures(clip, timeline, _CLIP_PX))
    shown_ms = [_shown_ms(timeline, frame.index) for frame in timeline.frames]
    written = io.BytesIO()
    first, *others = [one.quantize(128, dither=PIL.Image.Dither.NONE) for one in pictures]
    first.save(written, "GIF", save_all=True, append_images=others, duration=shown_ms, loop=0)
    return written.getvalue()


def write_annotated_mp4(clip: Clip, timeline: Timeline, path: Path) -> None:
    """Write the annotated frames as an MP4.

    Raises:
        InputError: PyAV is not installed, has no encoder for it, or nothing can be written there.
    """
    try:
        import av
    except ImportError:
        raise InputError(f"{path}: an MP4 is written with PyAV; `pip install 'nesy[video]'`") from None
    pictures = _of_one_size(frame_pictures(clip, timeline, _CLIP_PX))
    try:
        with av.open(str(path), "w", format="mp4") as container:
            codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
            stream = cast("av.video.stream.VideoStream", container.add_stream(codec, rate=25))
            stream.width, stream.height = (side - side % 2 for side in pictures[0].size)
            stream.pix_fmt = "yuv420p"
            at = 0
            for frame, picture in zip(timeline.frames, pictures, strict=True):
                cut = picture.crop((0, 0, stream.width, stream.height))
                while at < max(1, round(25 * timeline.until_s(frame.index))):
                    shown = av.VideoFrame.from_image(cut)  # type: ignore[no-untyped-call]
                    shown.pts, shown.time_base = at, Fraction(1, 25)
                    at += 1
                    container.mux(stream.encode(shown))
            container.mux(stream.encode(None))
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})") from None


def _shown_ms(timeline: Timeline, frame: int) -> int:
    return max(20, min(60_000, round(1000 * (timeline.until_s(frame) - timeline.frames[frame].time_s))))


def _of_one_size(pictures: Sequence[PIL.Image.Image]) -> list[PIL.Image.Image]:
    size = max(one.width for one in pictures), max(one.height for one in pictures)
    pages = [PIL.Image.new("RGB", size, GROUND) for _ in pictures]
    for page, picture in zip(pages, pictures, strict=True):
        page.paste(picture, (0, 0))
    return pages


def _renamed(scene: Scene, names: Mapping[str, str]) -> Scene:
    """Return a scene whose things are called as the tracks are; what is not followed keeps its name if it is free."""
    taken = set(names.values())
    own = {e.id: names.get(e.id, e.id if e.id not in taken else f"{e.id}_") for e in scene.entities}
    relations = (r.model_copy(update={"subject": own[r.subject], "object": own[r.object]}) for r in scene.relations)
    entities = (e.model_copy(update={"id": own[e.id]}) for e in scene.entities)
    return scene.model_copy(update={"entities": tuple(entities), "relations": tuple(relations), "part_states": ()})
