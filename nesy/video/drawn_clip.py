"""(seed, index) -> a drawn clip and the timeline that is true of it: figures that walk, sit down, pick up, ride away.

The figures and things are those of `nesy.synthetic`, so each frame is a picture of the kind that the embedded model was
trained on. The same seed and index draw the same clip.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random

import PIL.Image
import PIL.ImageDraw

from nesy.errors import InputError
from nesy.scene import ImageInfo
from nesy.synthetic.drawing import SIZE_PX
from nesy.synthetic.figure import Clothes
from nesy.synthetic.sketch import Sketch, Style
from nesy.synthetic.stage import Stage
from nesy.video.drawn_actions import PLOTS, Actor, Cast, Ground, bystander, play
from nesy.video.frame_folder import TRUTH
from nesy.video.timeline import Sighting, Timeline, TimelineFrame, Track
from nesy.video.timeline_building import timeline_of

STEP_S = 0.5
"""Time from one frame to the next, in seconds."""
LEAST_FRAMES, MOST_FRAMES = 8, 32
_WIDTH_PX = 2 * SIZE_PX


@dataclass(frozen=True)
class DrawnClip:
    """Pictures, and what is true of them."""

    pictures: tuple[PIL.Image.Image, ...]
    truth: Timeline


def draw_clip(seed: int, index: int, frames: int = 16) -> DrawnClip:
    """Draw clip `index` of a seed.

    Args:
        seed: of the drawing.
        index: of the clip, from 0.
        frames: how many pictures, from 8 to 32, half a second apart.

    Raises:
        InputError: more frames than 32, or fewer than 8.
    """
    if not LEAST_FRAMES <= frames <= MOST_FRAMES:
        raise InputError(f"--frames {frames}: a drawn clip has {LEAST_FRAMES} to {MOST_FRAMES} frames")
    rng = Random(f"nesy clip {seed} {index}")
    name = clip_name(seed, index)
    background, style = _background(rng), Style(outline_px=1, stroke=rng.uniform(0.9, 1.1))
    cast, ground = Cast(rng), Ground(_WIDTH_PX, SIZE_PX - rng.uniform(8, 20), rng.uniform(0.85, 1.05))
    plots = [bystander(cast, ground, rng), rng.choice(PLOTS)(cast, ground, rng)]
    pictures: list[PIL.Image.Image] = []
    told: list[TimelineFrame] = []
    followed: dict[str, list[Sighting]] = {}
    for number in range(frames):
        sketch = Sketch(background.copy(), style)
        stage = _Followed(sketch, Random(name))
        for place, plot in enumerate(plots):
            play(stage, stage.enter, plot, number / (frames - 1), f"{name} {place}")
        names, scene = stage.names(), stage.scene()
        width, height = sketch.image.size
        shown = ImageInfo(name=f"{name}/frame_{number:03d}.png", width_px=width, height_px=height)
        scene = scene.model_copy(update={"image": shown})
        for owner, actor in stage.owners.items():
            entity = names[owner]
            followed.setdefault(actor, []).append(Sighting(frame=number, entity=entity, box=scene.entity(entity).box))
        pictures.append(sketch.image)
        told.append(TimelineFrame(index=number, time_s=number * STEP_S, source=number, scene=scene))
    tracks = [
        Track(id=actor, category=actor.rsplit("_", 1)[0], sightings=tuple(seen)) for actor, seen in followed.items()
    ]
    truth = timeline_of(name, frames * STEP_S, told, tracks)
    return DrawnClip(tuple(pictures), truth)


def clip_name(seed: int, index: int) -> str:
    """Return what clip `index` of a seed is called.

    >>> clip_name(0, 3)
    'clip_0_00003'
    """
    return f"clip_{seed}_{index:05d}"


class _Followed(Stage):
    """A stage on which the same actors stand in every frame, in the same colours and clothes."""

    def __init__(self, sketch: Sketch, rng: Random) -> None:
        super().__init__(sketch, rng)
        self.owners: dict[int, str] = {}
        self._waiting: list[Actor] = []
        self._clothes: dict[int, Clothes] = {}

    def enter(self, *actors: Actor) -> None:
        """Say who is drawn next, in order."""
        self._waiting += actors

    def add(self, category: str) -> int:
        """Announce the next actor, who has to be of this category."""
        actor = self._waiting.pop(0)
        assert actor.category == category, f"{actor} is drawn as a {category}"
        owner = super().add(category)
        self.owners[owner], self.colours[owner] = actor.name, actor.colour
        if actor.clothes is not None:
            self._clothes[owner] = actor.clothes
        return owner

    def dress(self, owner: int) -> Clothes:
        """Return the clothes that the actor always wears."""
        return self._clothes[owner]


def _background(rng: Random) -> PIL.Image.Image:
    def pale() -> tuple[int, int, int]:
        base = rng.randint(185, 225)
        return (base + rng.randint(-18, 18), base + rng.randint(-18, 18), base + rng.randint(-18, 18))

    image = PIL.Image.new("RGB", (_WIDTH_PX, SIZE_PX), pale())
    horizon = rng.randint(int(SIZE_PX * 0.55), int(SIZE_PX * 0.75))
    PIL.ImageDraw.Draw(image).rectangle((0, horizon, _WIDTH_PX, SIZE_PX), fill=pale())
    return image


def write_clips(out: Path, n: int, seed: int, frames: int = 16) -> dict[str, int]:
    """Write n clips, each a folder of pictures with its truth.json and clip.gif; return how much they hold.

    Raises:
        InputError: a number is out of range, or nothing can be written there.
    """
    if n < 1:
        raise InputError(f"--n {n}: at least 1 clip")
    counts = dict.fromkeys(("clips", "frames", "tracks", "relations", "part_states", "events"), 0)
    for index in range(n):
        clip = draw_clip(seed, index, frames)
        folder = out / clip.truth.name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for frame, picture in zip(clip.truth.frames, clip.pictures, strict=True):
                assert frame.scene.image is not None, "every drawn frame has its picture"
                picture.save(out / frame.scene.image.name)
            (folder / TRUTH).write_text(clip.truth.to_json(indent=1) + "\n", encoding="utf-8")
            first, *others = clip.pictures
            first.save(folder / "clip.gif", save_all=True, append_images=others, duration=round(STEP_S * 1000), loop=0)
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror})") from None
        counts["clips"] += 1
        for what in ("frames", "tracks", "relations", "part_states", "events"):
            counts[what] += len(getattr(clip.truth, what))
    return counts
