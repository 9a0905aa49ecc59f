"""(seed, index, split) -> a drawn picture and the scene that is true of it. The same triple draws the same picture."""

import hashlib
import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal, get_args

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter

from nesy.errors import InputError
from nesy.scene import ImageInfo, Scene
from nesy.synthetic import groups
from nesy.synthetic.groups import Group
from nesy.synthetic.objects import DRAW
from nesy.synthetic.sketch import Placement, Sketch, Style
from nesy.synthetic.stage import Stage

Split = Literal["ordinary", "hard", "shifted", "counter"]
SPLITS: tuple[Split, ...] = get_args(Split)
SIZE_PX = 192
"""The height of every drawn picture, and the width of most."""
WIDE_PX = 2 * SIZE_PX
"""The width of the others, which AnyRes cuts into two tiles."""
_WIDE = 0.3


@dataclass(frozen=True)
class Drawing:
    """A picture and its ground truth (no confidences: everything in it is certain)."""

    image: PIL.Image.Image
    scene: Scene


def draw(seed: int, index: int, split: str = "ordinary") -> Drawing:
    """Draw picture `index` of a seed.

    Splits: `ordinary` (what the embedded model is trained on); never trained on: `hard` (crowded, small, occluded,
    blurred, noisy), `shifted` (line drawings in another style), `counter` (unusual but true pairs, such as sitting
    on a suitcase).
    """
    if split not in SPLITS:
        raise InputError(f"unknown split {split!r}; one of {', '.join(SPLITS)}")
    rng = Random(f"nesy {split} {seed} {index}")
    width = WIDE_PX if rng.random() < _WIDE else SIZE_PX
    stage = Stage(Sketch(background(rng, split, width), style(rng, split)), rng)
    chosen = plots(rng, split, wide=width > SIZE_PX)
    arrange(stage, chosen, rng, crowded=split == "hard")
    scene = stage.scene()
    picture = _spoil(stage.sketch.image, rng) if split == "hard" else stage.sketch.image
    return Drawing(picture, scene)


def background(rng: Random, split: str, width: int) -> PIL.Image.Image:
    """Draw a wall and a floor."""

    def pale() -> tuple[int, int, int]:
        base = rng.randint(185, 225)
        return (base + rng.randint(-18, 18), base + rng.randint(-18, 18), base + rng.randint(-18, 18))

    wall, floor = pale(), pale()
    if split == "shifted":
        wall = floor = (250, 248, 240)
    image = PIL.Image.new("RGB", (width, SIZE_PX), wall)
    horizon = rng.randint(int(SIZE_PX * 0.55), int(SIZE_PX * 0.8))
    PIL.ImageDraw.Draw(image).rectangle((0, horizon, width, SIZE_PX), fill=floor)
    return image


def style(rng: Random, split: str) -> Style:
    """Choose how shapes are inked."""
    if split == "shifted":
        return Style(outline_px=2, filled=rng.random() < 0.4, stroke=rng.uniform(0.6, 1.3))
    return Style(outline_px=1, stroke=rng.uniform(0.9, 1.1))


_PLOTS = {
    "ride": 24, "sit": 20, "pair": 6, "stand": 20, "kick": 6, "luggage": 10, "walk": 6, "pet": 8,
    "push": 7, "feed": 7, "wear": 8, "kite": 7, "swing": 6,
}  # fmt: skip
"""What persons do -> how often."""


def _person_plot(rng: Random) -> Group:
    kind = rng.choices(tuple(_PLOTS), tuple(_PLOTS.values()))[0]
    match kind:
        case "ride":
            return groups.ride(rng.choice(groups.MOUNTS), rng.choice(("none", "none", "none", "umbrella")))
        case "sit":
            return groups.sit(rng.choice(("chair", "bench", "couch")), rng.choice(groups.SEATED))
        case "pair":
            return groups.sit(rng.choice(("bench", "couch")), *rng.choices(groups.CLOSE, k=2))
        case "stand":
            return groups.stand(rng.choice(groups.HELD))
        case "kick":
            return groups.kick("sports_ball")
        case "luggage":
            return groups.luggage(*rng.choice((("carry",), ("drag",), ("carry", "surfboard"))))
        case "walk":
            return groups.walk_dog()
        case "pet":
            return groups.pet(rng.choice(("dog", "cat")))
        case "push":
            return groups.push(rng.choice(("bicycle", "motorcycle")))
        case "feed":
            return groups.feed(rng.choice(("cow", "horse")))
        case "wear":
            return groups.wear(rng.choice(("none", "none", "cup", "umbrella", "bottle")))
        case "kite":
            return groups.fly_kite()
        case _:
            return groups.swing()


_HAND_THINGS = ("cup", "book", "umbrella", "bottle", "tennis_racket")


def _thing_plot(rng: Random) -> Group:
    chance = rng.random()
    if chance < 0.4:
        on = tuple(
            rng.choice(("cup", "book", "bottle", "laptop", "potted_plant")) for _ in range(rng.choice((0, 1, 1, 2)))
        )
        under = rng.choice((None, None, "sports_ball", "dog", "suitcase", "cat", "backpack"))
        return groups.table(on, under)
    if chance < 0.55:
        return groups.resting(
            rng.choice(("cat", "dog", "backpack", "suitcase", "book")), rng.choice(("bench", "couch"))
        )
    return groups.alone(rng.choice([c for c in DRAW if c not in _HAND_THINGS]))


def _unusual_plot(rng: Random) -> Group:
    kind = rng.choice(("sit", "kick", "carry", "umbrella", "table"))
    if kind == "sit":
        return groups.sit(rng.choice(("suitcase", "dining_table", "car")), rng.choice(groups.SEATED))
    if kind == "kick":
        return groups.kick(rng.choice(("cup", "book", "suitcase")))
    if kind == "carry":
        return groups.luggage("carry", rng.choice(("skateboard", "book")))
    if kind == "umbrella":
        return groups.alone("umbrella")
    return groups.table((rng.choice(("dog", "sports_ball", "suitcase")),), rng.choice((None, "cup", "book")))


def plots(rng: Random, split: str, *, wide: bool) -> list[Group]:
    """Choose what a picture shows, group by group."""
    number = rng.choices((1, 2, 3), (35, 50, 15))[0]
    if split == "hard":
        number = rng.choices((2, 3), (60, 40))[0]
    if wide:
        number += rng.choices((1, 2), (65, 35))[0]
    chosen = [_person_plot(rng) if rng.random() < 0.72 else _thing_plot(rng) for _ in range(number)]
    if split == "counter":
        chosen = [_unusual_plot(rng), *chosen[:2]]
    rng.shuffle(chosen)
    return chosen


def arrange(stage: Stage, shown: list[Group], rng: Random, *, crowded: bool) -> None:
    """Put the plots side by side as large as fits; a crowded stage squeezes and overlaps them."""
    width_px = stage.sketch.image.width
    flips = [rng.random() < 0.5 for _ in shown]
    room = sum(plot.left + plot.right for plot in shown) + 8 * (len(shown) - 1)
    largest = min(1.35, (width_px - 8) / room, (SIZE_PX - 26) / max(plot.height for plot in shown))
    if crowded:
        largest = min(largest * rng.uniform(1.0, 1.25), 0.85)
    scale = largest * rng.uniform(0.82, 1.0)
    spare = width_px - 8 - room * scale
    cursor = 4 + (rng.uniform(0, spare) if not crowded else max(0.0, spare) * rng.random())
    for plot, flip in zip(shown, flips, strict=True):
        own = scale * rng.uniform(0.88, 1.0)
        left = plot.right if flip else plot.left
        width = (plot.left + plot.right) * scale
        ground = rng.uniform(max(plot.height * own + 6, SIZE_PX * 0.6), SIZE_PX - 6)
        stage_at = Placement(cursor + left * scale, ground, own, flip)
        plot.draw(stage, stage_at)
        cursor += (width + 8 * scale) * (rng.uniform(0.8, 1.0) if crowded else 1.0)
        if crowded:
            cursor = min(cursor, width_px - 45)


def _spoil(image: PIL.Image.Image, rng: Random) -> PIL.Image.Image:
    """Hide parts behind posts, blur and add noise."""
    pen, wide = PIL.ImageDraw.Draw(image), image.width
    for _ in range(rng.choice((0, 1, 1, 2))):
        x, width = rng.randint(10, wide - 20), rng.randint(4, 8)
        grey = rng.randint(90, 170)
        pen.rectangle((x, 0, x + width, SIZE_PX), fill=(grey, grey, grey))
    image = image.filter(PIL.ImageFilter.GaussianBlur(rng.uniform(0.0, 0.9)))
    noise = np.random.default_rng(rng.getrandbits(64)).normal(0.0, rng.uniform(2, 8), (SIZE_PX, wide, 1))
    return PIL.Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def write_split(out: Path, n: int, seed: int, split: str = "ordinary") -> dict[str, int]:
    """Write `images/*.png` and `scenes.jsonl` under `out`, whole or not at all.

    Returns:
        How many claims of each kind they hold.

    Raises:
        InputError: `n` is below 1, or `out` cannot be written.
    """
    if n < 1:
        raise InputError(f"--n {n}: at least 1 picture")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".nesy-") as made:
            draft = Path(made)
            counts = _drawn(draft, n, seed, split)
            told = json.dumps({"split": split, "seed": seed, "n": n})
            (draft / "split.json").write_text(told + "\n", encoding="utf-8")
            (out / "images").mkdir(exist_ok=True)
            for file in sorted((draft / "images").iterdir()):
                file.replace(out / "images" / file.name)
            for name in ("split.json", "scenes.jsonl"):  # the scenes last: who finds them finds the pictures
                (draft / name).replace(out / name)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    return dict(counts)


def _drawn(folder: Path, n: int, seed: int, split: str) -> Counter[str]:
    """Write the pictures and scenes in an empty folder, and count what they hold."""
    (folder / "images").mkdir()
    counts: Counter[str] = Counter()
    with (folder / "scenes.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for index in range(n):
            drawing = draw(seed, index, split)
            path = folder / "images" / f"{split}_{seed}_{index:05d}.png"
            drawing.image.save(path)
            info = ImageInfo(
                name=path.name, width_px=drawing.image.width, height_px=drawing.image.height, sha256=_sha256(path)
            )
            scene = drawing.scene.model_copy(update={"image": info})
            lines.write(scene.to_json() + "\n")
            counts.update(
                images=1,
                entities=len(scene.entities),
                part_states=len(scene.part_states),
                relations=len(scene.relations),
            )
    return counts


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


__all__ = ["SIZE_PX", "SPLITS", "Drawing", "draw", "write_split"]
