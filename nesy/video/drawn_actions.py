"""What figures do in a drawn clip: actors and a plot -> what is drawn of them at each moment.

A plot is told by shares of the clip: somebody walks up to a seat until 0.4, sits until 0.8, and walks away. Whoever
does something with a thing is drawn by the group of `nesy.synthetic.groups` that draws just that in a single picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from nesy.synthetic import groups
from nesy.synthetic.figure import Clothes
from nesy.synthetic.groups import Group
from nesy.synthetic.objects import HALF_WIDTH
from nesy.synthetic.sketch import Colour, Placement
from nesy.synthetic.stage import COLOURS, Stage

_STRIDE, _STEP_PX = 13.0, 15.0
_TROUSERS: tuple[Colour, ...] = ((60, 65, 90), (95, 85, 75), (85, 95, 100), (120, 110, 85))
_SKIN: tuple[Colour, ...] = ((240, 200, 170), (205, 155, 115), (150, 100, 70), (105, 70, 50))
_HAIR: tuple[Colour, ...] = ((50, 35, 25), (110, 70, 35), (190, 150, 80), (90, 90, 95))


@dataclass(frozen=True)
class Actor:
    """Somebody or something that is the same in every frame."""

    name: str
    category: str
    colour: str
    clothes: Clothes | None = None


@dataclass(frozen=True)
class Act:
    """What is drawn at a moment: a group, where, and who is in it, in the order in which the group names them."""

    group: Group
    at: Placement
    actors: tuple[Actor, ...]


Plot = Callable[[float], Sequence[Act]]
"""Share of the clip, from 0 to 1 -> what is drawn then."""


class Cast:
    """Whoever is in a clip, named one after the other."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names: dict[str, int] = {}

    def of(self, category: str) -> Actor:
        """Return a new actor."""
        self._names[category] = number = self._names.get(category, 0) + 1
        colour, rng = self._rng.choice(tuple(COLOURS)), self._rng
        clothes = None
        if category == "person":
            clothes = Clothes(COLOURS[colour], rng.choice(_TROUSERS), rng.choice(_SKIN), rng.choice(_HAIR))
        return Actor(f"{category}_{number}", category, colour, clothes)


@dataclass(frozen=True)
class Ground:
    """Where a clip is played: how large figures are, and the line that they stand on."""

    width_px: int
    ground_px: float
    scale: float

    def at(self, x_px: float, *, flip: bool = False) -> Placement:
        """Return a place on the ground."""
        return Placement(x_px, self.ground_px, self.scale, flip)

    def walk(
        self, who: Actor, x_px: float, *, flip: bool = False, busy: str = "none", more: tuple[Actor, ...] = ()
    ) -> Act:
        """Return somebody on foot; the legs go as the place does."""
        stride = _STRIDE if int(x_px / _STEP_PX) % 2 else -_STRIDE
        return Act(groups.step(busy, stride), self.at(x_px, flip=flip), (who, *more))

    def seen(self, x_px: float, half_px: float) -> bool:
        """Tell whether enough of something is in the picture to be named."""
        return -0.1 * half_px < x_px < self.width_px + 0.1 * half_px


def play(stage: Stage, enter: Callable[..., None], plot: Plot, share: float, seed: str) -> None:
    """Draw what a plot shows at a moment.

    Args:
        stage: is drawn on.
        enter: is told who is drawn next.
        plot: what happens.
        share: of the clip.
        seed: of what a group draws at random; the same in every frame, so nothing shakes.
    """
    for place, act in enumerate(plot(share)):
        stage.rng = Random(f"{seed} {place}")
        enter(*act.actors)
        act.group.draw(stage, act.at)


def _between(share: float, start: float, end: float, x0: float, x1: float) -> float:
    """Return how far somebody has gone who walks from one place to another between two moments."""
    done = min(max((share - start) / (end - start), 0.0), 1.0)
    return x0 + (x1 - x0) * done


# --- plots ---


def sit_down(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Somebody walks up to a seat, sits down, and perhaps gets up and walks away."""
    who, seat = cast.of("person"), cast.of(rng.choice(("bench", "chair", "couch")))
    x = ground.width_px * rng.uniform(0.45, 0.6)
    down, up = rng.uniform(0.3, 0.4), rng.choice((rng.uniform(0.7, 0.8), 2.0))
    start = ground.width_px * rng.uniform(0.08, 0.15)

    def plot(share: float) -> list[Act]:
        if down <= share < up:
            return [Act(groups.sit(seat.category, "none"), ground.at(x), (who, seat))]
        place = _between(share, 0.0, down, start, x - 30) if share < down else _between(share, up, 1.0, x + 30, x + 130)
        return [Act(groups.alone(seat.category), ground.at(x), (seat,)), ground.walk(who, place)]

    return plot


def ride_away(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Somebody walks up to something to ride, mounts, and rides away, out of the picture perhaps."""
    who, mount = cast.of("person"), cast.of(rng.choice(("bicycle", "horse", "motorcycle", "skateboard", "elephant")))
    x, start = ground.width_px * rng.uniform(0.35, 0.5), ground.width_px * rng.uniform(0.06, 0.12)
    on, off = rng.uniform(0.3, 0.4), rng.uniform(0.5, 0.55)
    end = ground.width_px * rng.choice((0.85, 1.25))
    half = HALF_WIDTH[mount.category] * ground.scale

    def plot(share: float) -> list[Act]:
        if share < on:
            place = _between(share, 0.0, on, start, x - half - 12)
            return [Act(groups.alone(mount.category), ground.at(x), (mount,)), ground.walk(who, place)]
        place = _between(share, off, 1.0, x, end)
        if not ground.seen(place, half):
            return []
        return [Act(groups.ride(mount.category, "none"), ground.at(place), (who, mount))]

    return plot


def pick_up(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Somebody walks up to a suitcase, picks it up, carries it, and perhaps puts it down."""
    who, thing = cast.of("person"), cast.of("suitcase")
    x, start = ground.width_px * rng.uniform(0.35, 0.45), ground.width_px * rng.uniform(0.06, 0.12)
    up, down = rng.uniform(0.3, 0.4), rng.choice((rng.uniform(0.7, 0.75), 2.0))
    speed = 0.55 * ground.width_px

    def plot(share: float) -> list[Act]:
        if share < up:
            lying: list[Act] = [Act(groups.alone("suitcase"), ground.at(x + 15 * ground.scale), (thing,))]
            return [*lying, ground.walk(who, _between(share, 0.0, up, start, x - 14))]
        here = x + speed * (min(share, down) - up)
        if share < down:
            return [Act(groups.luggage("carry"), ground.at(here), (who, thing))] if ground.seen(here, 20) else []
        left, on = here + 15 * ground.scale, here + speed * (share - down)
        lying = [Act(groups.alone("suitcase"), ground.at(left), (thing,))]
        return [*lying, ground.walk(who, on)] if ground.seen(on, 20) else lying

    return plot


def drink(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Somebody holds a cup or a bottle, drinks for a while, and holds it again."""
    who, (thing, hold, swallow) = cast.of("person"), rng.choice((("cup", "cup", "drink"), ("bottle", "bottle", "swig")))
    what = cast.of(thing)
    x, start, end = ground.width_px * rng.uniform(0.3, 0.5), rng.uniform(0.25, 0.35), rng.uniform(0.6, 0.75)

    def plot(share: float) -> list[Act]:
        busy = swallow if start <= share < end else hold
        return [Act(groups.stand(busy), ground.at(x), (who, what))]

    return plot


def walk_dog(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Somebody walks a dog through the picture."""
    who, dog = cast.of("person"), cast.of("dog")
    start, end = ground.width_px * rng.uniform(0.05, 0.1), ground.width_px * rng.uniform(0.65, 0.8)

    def plot(share: float) -> list[Act]:
        x = _between(share, 0.0, 1.0, start, end)
        return [Act(groups.walk_dog(), ground.at(x), (who, dog))]

    return plot


def sit_then_ride(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Somebody sits on a bench, gets up, walks up to a bicycle or a horse, and rides away."""
    who, bench, mount = cast.of("person"), cast.of("bench"), cast.of(rng.choice(("bicycle", "horse", "motorcycle")))
    x0, x1 = ground.width_px * rng.uniform(0.14, 0.2), ground.width_px * rng.uniform(0.5, 0.6)
    up, on, off = rng.uniform(0.28, 0.34), rng.uniform(0.5, 0.56), rng.uniform(0.66, 0.7)
    half, end = HALF_WIDTH[mount.category] * ground.scale, ground.width_px * rng.choice((0.85, 1.2))

    def plot(share: float) -> list[Act]:
        bench_alone = Act(groups.alone("bench"), ground.at(x0), (bench,))
        mount_alone = Act(groups.alone(mount.category), ground.at(x1), (mount,))
        if share < up:
            return [mount_alone, Act(groups.sit("bench", "none"), ground.at(x0), (who, bench))]
        if share < on:
            place = _between(share, up, on, x0 + 30, x1 - half - 12)
            return [bench_alone, mount_alone, ground.walk(who, place)]
        x = _between(share, off, 1.0, x1, end)
        gone = not ground.seen(x, half)
        return [bench_alone, *([] if gone else [Act(groups.ride(mount.category, "none"), ground.at(x), (who, mount))])]

    return plot


def bystander(cast: Cast, ground: Ground, rng: Random) -> Plot:
    """Something on the right that does not change: a table with a cup, a reader, a plant, a cat on a bench."""
    x = ground.width_px * rng.uniform(0.86, 0.9)
    kind = rng.choice(("table", "reader", "thing", "cat"))
    if kind == "reader":
        act = Act(groups.stand("book"), ground.at(x, flip=True), (cast.of("person"), cast.of("book")))
    elif kind == "table":
        act = Act(groups.table(("cup",), None), ground.at(x), (cast.of("dining_table"), cast.of("cup")))
    elif kind == "cat":
        act = Act(groups.resting("cat", "bench"), ground.at(x), (cast.of("bench"), cast.of("cat")))
    else:
        thing = cast.of(rng.choice(("potted_plant", "dog", "car", "backpack")))
        act = Act(groups.alone(thing.category), ground.at(x), (thing,))
    return lambda _share: [act]


PLOTS = (sit_down, ride_away, pick_up, drink, walk_dog, sit_then_ride)
