"""Groups: the little plots a drawn scene is made of, each a person with things, or things alone.

A group draws itself on a stage at a placement. Predicates are HICO verbs and spatial relations, part states are
HAKE's (`hip: sit on`), so the drawn world speaks the language of the ontology.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nesy.synthetic.figure import STANDING_HIP, Pose
from nesy.synthetic.objects import HALF_WIDTH
from nesy.synthetic.sketch import INK, Placement, Point
from nesy.synthetic.stage import Stage


@dataclass(frozen=True)
class Group:
    """A plot: how much room it needs (local units) and how it is drawn."""

    left: float
    right: float
    height: float
    draw: Callable[[Stage, Placement], None]


HELD = ("none", "none", "umbrella", "cup", "drink", "book", "ball")
"""What the near hand may be busy with."""


def _arms(shoulder: Point, busy: str) -> tuple[Point, Point]:
    x, y = shoulder
    near = {
        "none": (x - 7, y - 31),
        "umbrella": (x + 15, y - 6),
        "cup": (x + 23, y - 20),
        "drink": (x + 17, y + 4),
        "book": (x + 19, y - 12),
        "ball": (x + 22, y - 16),
    }[busy]
    return near, near if busy in ("book", "ball") else (x + 10, y - 31)


def _hold(stage: Stage, at: Placement, person: int, hand: Point, busy: str) -> None:
    """Draw what the hand holds and state what follows from it."""
    if busy == "umbrella":
        stage.relate(person, "hold", stage.put("umbrella", at.moved(*hand)), ("hand", "hold"))
    elif busy == "cup":
        stage.relate(person, "hold", stage.put("cup", at.moved(hand[0] + 5, hand[1] - 7)), ("hand", "hold"))
    elif busy == "drink":
        cup = stage.put("cup", at.moved(hand[0] + 1, hand[1] - 4))
        stage.relate(person, "drink_with", cup, ("hand", "hold"), ("head", "drink with"))
    elif busy == "book":
        book = stage.put("book", at.moved(hand[0] + 8, hand[1] - 4))
        stage.relate(person, "read", book, ("hand", "hold"), ("head", "inspect"))
    elif busy == "ball":
        ball = stage.put("sports_ball", at.moved(hand[0] + 6, hand[1] - 10))
        stage.relate(person, "hold", ball, ("hand", "hold in both hands"))


def _stand(stage: Stage, at: Placement, person: int, busy: str, feet: tuple[Point, Point] | None = None) -> None:
    shoulder = (0.0, STANDING_HIP + 33)
    pose = Pose((0, STANDING_HIP), feet or ((-5, 1), (4, 1)), _arms(shoulder, busy))
    clothes = stage.dress(person)
    stage.person(person, at, pose, clothes, layer="far")
    stage.person(person, at, pose, clothes, layer="near")
    _hold(stage, at, person, pose.hands[0], busy)
    stage.person(person, at, pose, clothes, layer="arm")


def stand(busy: str) -> Group:
    """A person standing, with free hands or something in them."""

    def draw(stage: Stage, at: Placement) -> None:
        _stand(stage, at, stage.add("person"), busy)

    return Group(18, 42 if busy != "none" else 18, 140 if busy == "umbrella" else 106, draw)


def ride(mount: str, busy: str) -> Group:
    """A person riding a bicycle, a horse or a skateboard."""

    def draw(stage: Stage, at: Placement) -> None:
        person, vehicle = stage.add("person"), stage.add(mount)
        states: list[tuple[str, str]] = []
        if mount == "bicycle":
            reins: Point = (24, 57)
            pose = Pose((-11, 52), ((3, 12), (-2, 26)), (reins, reins), lean=12)
            states += [("foot", "tread on"), ("hip", "sit on")]
        elif mount == "horse":
            reins = (26, 68) if stage.rng.random() < 0.6 or busy != "none" else (8, 66)
            pose = Pose((-2, 60), ((9, 22), (6, 20)), (reins, reins), lean=3)
            states += [("leg", "straddle"), ("hip", "sit on")]
        else:
            pose = Pose((2, 56), ((-9, 13), (11, 13)), ((-20, 80), (27, 84)), lean=3)
            states += [("foot", "stand on")]
        near = _arms(pose.shoulder, busy)[0] if busy != "none" else pose.hands[0]
        far = pose.hands[1]
        pose = Pose(pose.hip, pose.feet, (near, far), pose.lean)
        if mount == "bicycle" or (mount == "horse" and far == (26, 68)):
            states.append(("hand", "hold"))
        clothes = stage.dress(person)
        stage.person(person, at, pose, clothes, layer="far")
        stage.paint(vehicle, at)
        stage.person(person, at, pose, clothes, layer="near")
        _hold(stage, at, person, near, busy)
        stage.person(person, at, pose, clothes, layer="arm")
        stage.relate(person, "ride", vehicle, *states)

    half = HALF_WIDTH[mount]
    return Group(
        half, half + 6, {"bicycle": 110, "horse": 118, "skateboard": 116}[mount] + 34 * (busy == "umbrella"), draw
    )


def sit(seat: str, busy: str) -> Group:
    """A person sitting on a seat of about chair height."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        target = stage.put(seat, at)
        dx = stage.rng.uniform(-14, 8) if seat == "bench" else 0.0
        level = {"dining_table": 51.0, "suitcase": 37.0, "car": 50.0}.get(seat, 33.0)
        pose = Pose((dx, level), ((dx + 22, max(2.0, level - 38)), (dx + 19, max(2.0, level - 38))), ((0, 0), (0, 0)))
        pose = Pose(pose.hip, pose.feet, _arms(pose.shoulder, busy))
        if busy == "none":
            hand = (dx + 17, level + 8)
            pose = Pose(pose.hip, pose.feet, (hand, hand))
        clothes = stage.dress(person)
        stage.person(person, at, pose, clothes, layer="far")
        stage.person(person, at, pose, clothes, layer="near")
        _hold(stage, at, person, pose.hands[0], busy)
        stage.person(person, at, pose, clothes, layer="arm")
        stage.relate(person, "sit_on", target, ("hip", "sit on"))

    half = max(HALF_WIDTH[seat], 22)
    return Group(half, half + 14, 92 + 34 * (busy == "umbrella") + 18 * (seat in ("dining_table", "car")), draw)


def kick(target: str) -> Group:
    """A person kicking something on the ground."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        pose = Pose((0, STANDING_HIP), ((27, 13), (-5, 1)), ((-16, 58), (18, 60)), lean=-4)
        stage.person(person, at, pose, stage.dress(person))
        lift = stage.rng.uniform(0, 6)
        ball = stage.put(target, at.moved(36 + HALF_WIDTH[target], lift))
        stage.relate(person, "kick", ball, ("foot", "kick"))

    return Group(20, 38 + 2 * HALF_WIDTH[target], 106, draw)


def luggage(verb: str, thing: str = "suitcase") -> Group:
    """A person carrying a thing off the ground, or dragging it behind."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        clothes = stage.dress(person)
        hand = (14.0, 48.0) if verb == "carry" else (-13.0, 50.0)
        stride = ((-9, 1), (10, 1))
        pose = Pose((0, STANDING_HIP), stride, (hand, (9, 50)))
        stage.person(person, at, pose, clothes, layer="far")
        stage.person(person, at, pose, clothes, layer="near")
        owner = stage.add(thing)
        if verb == "carry":
            stage.paint(owner, at.moved(15, 9 if thing == "suitcase" else 34))
        else:
            stage.sketch.line(owner, at, [(-34, 38), hand], 3, INK)
            stage.paint(owner, at.moved(-37))
        stage.person(person, at, pose, clothes, layer="arm")
        stage.relate(person, verb, owner, ("hand", "carry" if verb == "carry" else "pull"))

    return Group(54 if verb == "drag" else 16, 32 if verb == "carry" else 18, 106, draw)


def walk_dog() -> Group:
    """A person walking a dog on a leash."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        pose = Pose((0, STANDING_HIP), ((13, 1), (-12, 1)), ((19, 58), (-10, 52)))
        stage.person(person, at, pose, stage.dress(person))
        dog = stage.put("dog", at.moved(52))
        stage.sketch.line(None, at, [(19, 58), (66, 24)], 1.5, INK)
        stage.relate(person, "walk", dog, ("foot", "walk with"))

    return Group(20, 84, 106, draw)


def pet_dog() -> Group:
    """A person bending down to touch a dog."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        dog = stage.put("dog", Placement(*at.moved(38)((0, 0)), at.scale, not at.flip))
        pose = Pose((-4, 34), ((-8, 1), (4, 1)), ((17, 37), (4, 40)), lean=9)
        stage.person(person, at, pose, stage.dress(person))
        stage.relate(person, "pet", dog, ("hand", "touch"))

    return Group(22, 66, 96, draw)


def table(on: tuple[str, ...], under: str | None) -> Group:
    """A dining table with things on it and perhaps one below it."""

    def draw(stage: Stage, at: Placement) -> None:
        top = stage.put("dining_table", at)
        places = [-22.0, 20.0] if len(on) > 1 else [stage.rng.uniform(-25, 25)]
        for thing, x in zip(on, places, strict=False):
            stage.relate(stage.put(thing, at.moved(x, 47)), "on", top)
        if under:
            stage.relate(stage.put(under, at.moved(stage.rng.uniform(-8, 8))), "under", top)

    return Group(44, 44, 68 if on else 48, draw)


def alone(category: str) -> Group:
    """One thing with nobody at it."""

    def draw(stage: Stage, at: Placement) -> None:
        stage.put(category, at.moved(0, 5 if category == "umbrella" else 0))

    half = HALF_WIDTH[category]
    return Group(half, half, 85, draw)
