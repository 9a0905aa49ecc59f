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


HELD = ("none", "none", "none", "umbrella", "cup", "drink", "bottle", "swig", "book", "racket", "ball")
"""What the near hand may be busy with."""
SEATED = ("none", "none", "none", "umbrella", "cup", "drink", "bottle", "swig", "book", "type", "type")
"""The same for somebody who sits."""
CLOSE = ("none", "none", "drink", "swig", "book", "type")
"""The same for somebody with a neighbour on the seat."""


def _arms(shoulder: Point, busy: str) -> tuple[Point, Point]:
    x, y = shoulder
    near = {
        "none": (x - 7, y - 31),
        "umbrella": (x + 15, y - 6),
        "cup": (x + 23, y - 20),
        "drink": (x + 17, y + 4),
        "bottle": (x + 22, y - 16),
        "swig": (x + 16, y + 1),
        "book": (x + 19, y - 12),
        "racket": (x + 21, y - 14),
        "type": (x + 16, y - 19),
        "ball": (x + 22, y - 16),
    }[busy]
    return near, near if busy in ("book", "ball", "type") else (x + 10, y - 31)


def _hold(stage: Stage, at: Placement, person: int, hand: Point, busy: str) -> None:
    """Draw what the hand holds and state what follows from it."""
    if busy == "umbrella":
        stage.relate(person, "hold", stage.put("umbrella", at.moved(*hand)), ("hand", "hold"))
    elif busy == "cup":
        stage.relate(person, "hold", stage.put("cup", at.moved(hand[0] + 5, hand[1] - 7)), ("hand", "hold"))
    elif busy == "drink":
        cup = stage.put("cup", at.moved(hand[0] + 1, hand[1] - 4))
        stage.relate(person, "drink_with", cup, ("hand", "hold"), ("head", "drink with"))
    elif busy == "bottle":
        stage.relate(person, "hold", stage.put("bottle", at.moved(hand[0] + 2, hand[1] - 12)), ("hand", "hold"))
    elif busy == "swig":
        bottle = stage.put("bottle", at.moved(hand[0] + 2, hand[1] - 16))
        stage.relate(person, "drink_with", bottle, ("hand", "hold"), ("head", "drink with"))
    elif busy == "racket":
        stage.relate(person, "hold", stage.put("tennis_racket", at.moved(*hand)), ("hand", "hold"))
    elif busy == "type":
        laptop = stage.put("laptop", at.moved(hand[0] + 9, hand[1] - 5))
        stage.relate(person, "type_on", laptop, ("hand", "press"), ("head", "inspect"))
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


def step(busy: str, stride: float) -> Group:
    """A person in the middle of a step, one foot so far ahead (local units) and the other as far behind."""

    def draw(stage: Stage, at: Placement) -> None:
        _stand(stage, at, stage.add("person"), busy, ((stride, 1), (-stride, 1)))

    return Group(18, 42 if busy != "none" else 18, 140 if busy == "umbrella" else 106, draw)


@dataclass(frozen=True)
class _Mount:
    """How something is ridden: the rider's pose (both hands at `reins`), what follows from it, and its height."""

    hip: Point
    feet: tuple[Point, Point]
    hands: tuple[Point, Point]
    lean: float
    states: tuple[tuple[str, str], ...]
    height: float


_ON_BOARD = ((-20.0, 80.0), (27.0, 84.0))
_MOUNTS = {
    "bicycle": _Mount(
        (-11, 52), ((3, 12), (-2, 26)), ((24, 57), (24, 57)), 12, (("foot", "tread on"), ("hip", "sit on")), 110
    ),
    "motorcycle": _Mount(
        (-14, 46), ((6, 16), (2, 18)), ((14, 55), (14, 55)), 8, (("foot", "stand on"), ("hip", "sit on")), 106
    ),
    "horse": _Mount(
        (-2, 60), ((9, 22), (6, 20)), ((26, 68), (26, 68)), 3, (("leg", "straddle"), ("hip", "sit on")), 118
    ),
    "elephant": _Mount((-6, 74), ((8, 44), (4, 42)), ((14, 78), (16, 80)), 2, (("hip", "sit on"),), 132),
    "skateboard": _Mount((2, 56), ((-9, 13), (11, 13)), _ON_BOARD, 3, (("foot", "stand on"),), 116),
    "surfboard": _Mount((0, 50), ((-14, 13), (14, 13)), _ON_BOARD, 4, (("foot", "stand on"),), 112),
}
MOUNTS = tuple(_MOUNTS)


def ride(mount: str, busy: str) -> Group:
    """A person riding a vehicle, an animal or a board."""
    how = _MOUNTS[mount]

    def draw(stage: Stage, at: Placement) -> None:
        person, vehicle = stage.add("person"), stage.add(mount)
        hands, states = how.hands, list(how.states)
        if mount == "horse" and busy == "none" and stage.rng.random() < 0.4:
            hands = ((8, 66), (8, 66))
        elif mount in ("bicycle", "motorcycle", "horse"):
            states.append(("hand", "hold"))
        pose = Pose(how.hip, how.feet, hands, how.lean)
        if busy != "none":
            pose = Pose(pose.hip, pose.feet, (_arms(pose.shoulder, busy)[0], hands[1]), pose.lean)
        clothes = stage.dress(person)
        if mount == "surfboard":
            wave = [(-54.0, 4.0), (-30.0, 9.0), (0.0, 5.0), (30.0, 9.0), (56.0, 4.0), (56.0, -6.0), (-54.0, -6.0)]
            stage.sketch.polygon(None, at, wave, (120, 175, 215))
        stage.person(person, at, pose, clothes, layer="far")
        stage.paint(vehicle, at)
        stage.person(person, at, pose, clothes, layer="near")
        _hold(stage, at, person, pose.hands[0], busy)
        stage.person(person, at, pose, clothes, layer="arm")
        stage.relate(person, "ride", vehicle, *states)

    half = HALF_WIDTH[mount]
    return Group(half, half + 6, how.height + 34 * (busy == "umbrella"), draw)


_LEVELS = {"dining_table": 51.0, "suitcase": 37.0, "car": 50.0}
_CHAIR = 33.0
"""Heights of the seats, in local units."""


def sit(seat: str, *busy: str) -> Group:
    """Persons sitting on a seat of about chair height, one for each entry of `busy`."""

    def draw(stage: Stage, at: Placement) -> None:
        people = [stage.add("person") for _ in busy]
        target = stage.put(seat, at)
        level = _LEVELS.get(seat, _CHAIR)
        ground = max(2.0, level - 38)
        for place, (person, hand_busy) in enumerate(zip(people, busy, strict=True)):
            dx = stage.rng.uniform(-14, 8) if seat in ("bench", "couch") else 0.0
            if len(busy) > 1:
                dx = (-30.0, 12.0)[place] + stage.rng.uniform(-2, 2)
            pose = Pose((dx, level), ((dx + 22, ground), (dx + 19, ground)), ((0, 0), (0, 0)))
            pose = Pose(pose.hip, pose.feet, _arms(pose.shoulder, hand_busy))
            if hand_busy == "none":
                hand = (dx + 17, level + 8)
                pose = Pose(pose.hip, pose.feet, (hand, hand))
            clothes = stage.dress(person)
            stage.person(person, at, pose, clothes, layer="far")
            stage.person(person, at, pose, clothes, layer="near")
            _hold(stage, at, person, pose.hands[0], hand_busy)
            stage.person(person, at, pose, clothes, layer="arm")
            stage.relate(person, "sit_on", target, ("hip", "sit on"))

    half = max(HALF_WIDTH[seat], 22)
    return Group(half, half + 14, 92 + 34 * ("umbrella" in busy) + 18 * (seat in ("dining_table", "car")), draw)


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
            stage.paint(owner, at.moved(15, {"suitcase": 9, "surfboard": 43}.get(thing, 34)))
        else:
            stage.sketch.line(owner, at, [(-34, 38), hand], 3, INK)
            stage.paint(owner, at.moved(-37))
        stage.person(person, at, pose, clothes, layer="arm")
        hold = {"drag": "pull", "carry": "hold" if thing == "surfboard" else "carry"}[verb]
        stage.relate(person, verb, owner, ("hand", hold))

    wide = thing == "surfboard"
    return Group(
        54 if verb == "drag" else 34 if wide else 16, (64 if wide else 32) if verb == "carry" else 18, 106, draw
    )


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


def pet(animal: str) -> Group:
    """A person bending down to touch a dog or a cat."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        away = 38 if animal == "dog" else 27
        beast = stage.put(animal, Placement(*at.moved(away)((0, 0)), at.scale, not at.flip))
        pose = Pose((-4, 34), ((-8, 1), (4, 1)), ((17, 37), (4, 40)), lean=9)
        stage.person(person, at, pose, stage.dress(person))
        stage.relate(person, "pet", beast, ("hand", "touch"))

    return Group(22, 66 if animal == "dog" else 50, 96, draw)


def feed(animal: str) -> Group:
    """A person holding a bunch of grass before an animal that looks at the person."""
    reach = HALF_WIDTH[animal]

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        mouth = {"cow": (46.0, 44.0), "horse": (54.0, 66.0)}[animal]
        middle = 38 + reach
        stage.put(animal, Placement(*at.moved(middle)((0, 0)), at.scale, not at.flip))
        beast = len(stage.categories) - 1
        hand = (middle - mouth[0] - 8, mouth[1])
        pose = Pose((0, STANDING_HIP), ((-6, 1), (5, 1)), (hand, (9, 50)), lean=2)
        for dx, dy in ((-3, 8), (1, 9), (5, 7)):
            stage.sketch.line(None, at, [hand, (hand[0] + dx + 4, hand[1] + dy)], 2, (70, 150, 60))
        stage.person(person, at, pose, stage.dress(person))
        stage.relate(person, "feed", beast, ("hand", "feed"))

    return Group(18, 40 + 2 * reach, 106, draw)


def push(vehicle: str) -> Group:
    """A person on foot behind a bicycle or a motorcycle, hands at the handlebar."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        grip = (24.0, 57.0) if vehicle == "bicycle" else (14.0, 55.0)
        x = grip[0] - 34
        pose = Pose((x, STANDING_HIP), ((x - 14, 3), (x + 8, 3)), (grip, grip), lean=8)
        clothes = stage.dress(person)
        stage.person(person, at, pose, clothes, layer="far")
        stage.person(person, at, pose, clothes, layer="near")
        owner = stage.put(vehicle, at)
        stage.person(person, at, pose, clothes, layer="arm")
        stage.relate(person, "push", owner, ("hand", "push"))

    half = HALF_WIDTH[vehicle]
    return Group(half, half + 4, 108, draw)


def wear(busy: str) -> Group:
    """A person on foot with a backpack."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        owner = stage.put("backpack", at.moved(-15, STANDING_HIP + 1))
        _stand(stage, at, person, busy, ((-11, 1), (11, 1)))
        stage.sketch.line(owner, at, [(-4, STANDING_HIP + 8), (4, STANDING_HIP + 26)], 2.5, INK)
        stage.relate(person, "wear", owner, ("arm", "shoulder carry"))

    return Group(30, 42 if busy != "none" else 18, 140 if busy == "umbrella" else 106, draw)


def fly_kite() -> Group:
    """A person holding the string of a kite in the air."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        hand = (16.0, 92.0)
        pose = Pose((0, STANDING_HIP), ((-7, 1), (6, 1)), (hand, (13, 84)))
        clothes = stage.dress(person)
        high = (stage.rng.uniform(30, 56), stage.rng.uniform(112, 122))
        stage.sketch.line(None, at, [hand, high], 1.2, INK)
        stage.person(person, at, pose, clothes)
        owner = stage.put("kite", at.moved(*high))
        stage.relate(person, "fly", owner, ("hand", "hold"))

    return Group(18, 72, 144, draw)


def swing() -> Group:
    """A person swinging a tennis racket."""

    def draw(stage: Stage, at: Placement) -> None:
        person = stage.add("person")
        shoulder = (3.0, STANDING_HIP + 33)
        hand = (shoulder[0] + 26, shoulder[1] + 17)
        pose = Pose((0, STANDING_HIP), ((-13, 1), (13, 1)), (hand, (-20, 74)), lean=3)
        clothes = stage.dress(person)
        stage.person(person, at, pose, clothes, layer="far")
        stage.person(person, at, pose, clothes, layer="near")
        owner = stage.put("tennis_racket", at.moved(*hand))
        stage.person(person, at, pose, clothes, layer="arm")
        stage.relate(person, "swing", owner, ("hand", "hold"), ("arm", "swing"))

    return Group(24, 46, 142, draw)


def table(on: tuple[str, ...], under: str | None) -> Group:
    """A dining table with things on it and perhaps one below it."""

    def draw(stage: Stage, at: Placement) -> None:
        top = stage.put("dining_table", at)
        places = [-22.0, 20.0] if len(on) > 1 else [stage.rng.uniform(-25, 25)]
        for thing, x in zip(on, places, strict=False):
            stage.relate(stage.put(thing, at.moved(x, 47)), "on", top)
        if under:
            stage.relate(stage.put(under, at.moved(stage.rng.uniform(-8, 8))), "under", top)

    tall = max((HEIGHT_ON_TABLE.get(thing, 22) for thing in on), default=0)
    return Group(44, 44, 48 + tall, draw)


HEIGHT_ON_TABLE = {"bottle": 36, "laptop": 28, "potted_plant": 58, "suitcase": 42, "dog": 36, "cat": 44}


def resting(thing: str, seat: str) -> Group:
    """A thing or an animal on a couch or a bench."""

    def draw(stage: Stage, at: Placement) -> None:
        below = stage.put(seat, at)
        x = stage.rng.uniform(-24, 24)
        stage.relate(stage.put(thing, at.moved(x, 28)), "on", below)

    half = HALF_WIDTH[seat]
    return Group(half, half, 28 + HEIGHT_ON_TABLE.get(thing, 44), draw)


def alone(category: str) -> Group:
    """One thing with nobody at it."""

    def draw(stage: Stage, at: Placement) -> None:
        stage.put(category, at.moved(0, {"umbrella": 5, "kite": 31, "tennis_racket": 4}.get(category, 0)))

    half = HALF_WIDTH[category]
    return Group(half, half, 85, draw)
