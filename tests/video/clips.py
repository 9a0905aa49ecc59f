"""Clips for tests: scenes of frames, drawn clips, files of video."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.image import Image
from nesy.scene import Scene
from nesy.video.clip import Clip, Frame
from nesy.video.drawn_clip import DrawnClip
from nesy.video.timeline import Timeline, TimelineFrame
from nesy.video.timeline_building import timeline_of
from nesy.video.tracking import tracked

PERSON, HORSE, BENCH, CUP = (0.1, 0.2, 0.3, 0.6), (0.1, 0.4, 0.4, 0.9), (0.8, 0.4, 0.95, 0.9), (0.5, 0.4, 0.55, 0.45)


def scene(*relations: tuple[str, str, str], states: Sequence[tuple[str, str, str, str]] = (), dx: float = 0.0, **boxes):
    """A person, a horse and a bench, all at their places unless told otherwise; `dx` moves person and horse."""
    here = {"person_1": _moved(PERSON, dx), "horse_1": _moved(HORSE, dx), "bench_1": BENCH, **boxes}
    return Scene.model_validate(
        {
            "entities": [
                {"id": name, "category": name.rsplit("_", 1)[0], "box": box} for name, box in here.items() if box
            ],
            "relations": [{"subject": a, "predicate": p, "object": b} for a, p, b in relations],
            "part_states": [{"entity": a, "part": p, "state": s, "object": b} for a, p, s, b in states],
        }
    )


def _moved(box, dx):
    return (round(box[0] + dx, 4), box[1], round(box[2] + dx, 4), box[3])


def timeline(scenes: Sequence[Scene], step_s: float = 0.5) -> Timeline:
    frames = [TimelineFrame(index=n, time_s=n * step_s, scene=one) for n, one in enumerate(scenes)]
    return timeline_of("clip.gif", len(scenes) * step_s, frames, tracked(scenes))


def clip_of(drawn: DrawnClip) -> Clip:
    frames = [
        Frame(one.index, one.index, one.time_s, Image.from_pixels(picture, one.scene.image.name))
        for one, picture in zip(drawn.truth.frames, drawn.pictures, strict=True)
    ]
    return Clip(drawn.truth.name, drawn.truth.duration_s, tuple(frames), len(frames))


def perceiver(drawn: DrawnClip, rates: Rates | None = None, seed: int = 1) -> Perceiver:
    truths = {one.scene.image.name: one.scene for one in drawn.truth.frames}
    return Perceiver(truths, rates or Rates(), seed)


def write_video(path: Path, stamps: Sequence[int], size=(96, 64), codec: str = "mpeg4", rate: int = 10) -> None:
    """Grey pictures, each lighter than the last, with a red corner at the left top; a second has `rate` ticks."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", 5
        stream.codec_context.time_base = Fraction(1, rate)
        for place, stamp in enumerate(stamps):
            pixels = np.full((size[1], size[0], 3), 250 * place // len(stamps), np.uint8)
            pixels[:16, :24] = (255, 0, 0)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
