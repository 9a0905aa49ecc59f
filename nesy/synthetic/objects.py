"""The drawn objects: category, place, colour -> shapes. Local units with the ground at 0; a person stands 104 tall."""

from collections.abc import Callable

from nesy.synthetic.sketch import INK, Colour, Placement, Sketch

GREY: Colour = (120, 120, 125)
WOOD: Colour = (150, 105, 60)
GLASS: Colour = (190, 220, 235)
LEAF: Colour = (70, 130, 60)

Draw = Callable[[Sketch, int, Placement, Colour], None]


def bicycle(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """Two wheels, frame, saddle and handlebar."""
    for x in (-26, 26):
        sketch.ellipse(owner, at, (x, 18), (18, 18), None, ring=3.5)
    sketch.line(owner, at, [(-26, 18), (-10, 42), (18, 42), (0, 18), (-26, 18)], 4, colour)
    sketch.line(owner, at, [(-10, 42), (0, 18)], 4, colour)
    sketch.line(owner, at, [(26, 18), (17, 54), (25, 57)], 4, colour)
    sketch.line(owner, at, [(-17, 46), (-5, 46)], 5, INK)


def horse(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A horse looking to the right."""
    for x, dx in ((-22, -4), (-16, 3), (17, -3), (24, 4)):
        sketch.line(owner, at, [(x, 34), (x + dx, 2)], 7, colour)
    sketch.line(owner, at, [(-30, 48), (-38, 40), (-39, 22)], 5, INK)
    sketch.ellipse(owner, at, (0, 44), (32, 14), colour)
    sketch.polygon(owner, at, [(18, 50), (30, 40), (42, 70), (32, 76)], colour)
    sketch.ellipse(owner, at, (44, 70), (13, 7), colour)
    sketch.polygon(owner, at, [(33, 76), (38, 75), (36, 84)], colour)
    sketch.line(owner, at, [(20, 54), (32, 77)], 4, INK)


def dog(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A dog looking to the right."""
    for x in (-12, -7, 9, 14):
        sketch.line(owner, at, [(x, 14), (x, 2)], 4.5, colour)
    sketch.line(owner, at, [(-16, 22), (-25, 32)], 4, colour)
    sketch.ellipse(owner, at, (0, 19), (18, 8), colour)
    sketch.ellipse(owner, at, (20, 28), (8.5, 7), colour)
    sketch.ellipse(owner, at, (27, 25), (5, 3.5), colour)
    sketch.polygon(owner, at, [(14, 33), (18, 34), (13, 22)], INK)


def car(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A car from the side."""
    sketch.polygon(owner, at, [(-30, 28), (-20, 46), (20, 46), (34, 28)], colour)
    sketch.polygon(owner, at, [(-24, 29), (-16, 42), (-2, 42), (-2, 29)], GLASS)
    sketch.polygon(owner, at, [(2, 29), (2, 42), (18, 42), (27, 29)], GLASS)
    sketch.rectangle(owner, at, -48, 9, 48, 29, colour)
    for x in (-28, 28):
        sketch.ellipse(owner, at, (x, 10), (10, 10), INK)
        sketch.ellipse(owner, at, (x, 10), (4, 4), GREY)


def bench(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A bench with its back behind the seat."""
    for x in (-32, 32):
        sketch.line(owner, at, [(x, 0), (x, 50)], 4, GREY)
    for y in (37, 46):
        sketch.rectangle(owner, at, -38, y, 38, y + 6, colour)
    sketch.rectangle(owner, at, -40, 22, 40, 28, colour)


def chair(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A chair from the side, its back to the left."""
    sketch.line(owner, at, [(-14, 0), (-14, 62)], 4, colour)
    sketch.line(owner, at, [(14, 0), (14, 26)], 4, colour)
    sketch.rectangle(owner, at, -17, 40, -10, 62, colour)
    sketch.rectangle(owner, at, -17, 23, 17, 29, colour)


def dining_table(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A table from the front."""
    for x in (-34, 34):
        sketch.line(owner, at, [(x, 0), (x, 42)], 5, colour)
    sketch.rectangle(owner, at, -42, 40, 42, 47, colour)


def umbrella(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """The grip is at the local origin."""
    sketch.line(owner, at, [(0, -4), (0, 48)], 3, INK)
    sketch.half_ellipse(owner, at, (0, 32), (30, 19), colour)


def cup(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A cup with a handle."""
    sketch.ellipse(owner, at, (10, 10), (6, 6), None, ring=3)
    sketch.polygon(owner, at, [(-8, 0), (8, 0), (10, 19), (-10, 19)], colour)


def book(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """An open book."""
    sketch.polygon(owner, at, [(0, 0), (-15, 4), (-15, 19), (0, 15)], colour)
    sketch.polygon(owner, at, [(0, 0), (15, 4), (15, 19), (0, 15)], colour)
    sketch.line(owner, at, [(0, 0), (0, 15)], 1.5, INK)


def sports_ball(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A ball with seams."""
    sketch.ellipse(owner, at, (0, 12), (12, 12), colour)
    sketch.line(owner, at, [(-11, 14), (0, 10), (11, 14)], 1.5, INK)
    sketch.line(owner, at, [(0, 10), (0, 1)], 1.5, INK)


def skateboard(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A skateboard from the side."""
    for x in (-17, 17):
        sketch.ellipse(owner, at, (x, 4), (4, 4), INK)
    sketch.line(owner, at, [(-30, 14), (-23, 9), (23, 9), (30, 14)], 5, colour)


def suitcase(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A suitcase on wheels with a handle."""
    sketch.line(owner, at, [(-6, 32), (-6, 40), (6, 40), (6, 32)], 3, INK)
    sketch.rectangle(owner, at, -15, 3, 15, 33, colour)
    for x in (-10, 10):
        sketch.line(owner, at, [(x, 4), (x, 32)], 1.5, INK)
        sketch.ellipse(owner, at, (x, 2.5), (2.5, 2.5), INK)


def motorcycle(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A motorcycle with filled wheels, looking to the right."""
    for x in (-28, 28):
        sketch.ellipse(owner, at, (x, 15), (15, 15), INK)
        sketch.ellipse(owner, at, (x, 15), (6, 6), GREY)
    sketch.line(owner, at, [(28, 15), (18, 52), (13, 55)], 4, GREY)
    sketch.polygon(owner, at, [(-20, 16), (16, 14), (20, 30), (-4, 30)], GREY)
    sketch.polygon(owner, at, [(-38, 36), (-34, 30), (18, 28), (20, 44), (2, 45), (-6, 36)], colour)
    sketch.line(owner, at, [(-28, 38), (-6, 38)], 6, INK)


def elephant(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """An elephant looking to the right."""
    for x in (-26, -12, 14, 26):
        sketch.line(owner, at, [(x, 36), (x, 4)], 11, colour)
    sketch.line(owner, at, [(-38, 52), (-43, 30)], 3, INK)
    sketch.ellipse(owner, at, (-2, 50), (38, 22), colour)
    sketch.line(owner, at, [(46, 56), (55, 38), (53, 14)], 8, colour)
    sketch.ellipse(owner, at, (38, 60), (16, 15), colour)
    sketch.ellipse(owner, at, (27, 60), (9, 14), GREY)
    sketch.line(owner, at, [(46, 48), (57, 46)], 3, (250, 250, 235))


def cow(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A spotted cow looking to the right."""
    for x in (-24, -17, 16, 23):
        sketch.line(owner, at, [(x, 26), (x, 2)], 6, colour)
    sketch.line(owner, at, [(-31, 44), (-36, 18)], 3, INK)
    sketch.rectangle(owner, at, -31, 22, 29, 50, colour)
    sketch.ellipse(owner, at, (-14, 38), (8, 7), INK)
    sketch.ellipse(owner, at, (10, 34), (6, 8), INK)
    sketch.ellipse(owner, at, (-12, 21), (6, 4), (240, 170, 170))
    sketch.polygon(owner, at, [(26, 40), (44, 38), (45, 58), (28, 60)], colour)
    sketch.ellipse(owner, at, (45, 42), (5, 6), (240, 190, 180))
    for x in (29, 41):
        sketch.line(owner, at, [(x, 59), (x + 2, 67)], 3, (235, 225, 200))


def cat(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A cat that sits upright, its tail to the left."""
    sketch.line(owner, at, [(-8, 4), (-20, 6), (-21, 20)], 4, colour)
    sketch.ellipse(owner, at, (0, 12), (10, 12), colour)
    sketch.ellipse(owner, at, (3, 28), (9, 8), colour)
    for x in (-4, 5):
        sketch.polygon(owner, at, [(x, 32), (x + 6, 32), (x + 2, 42)], colour)
    for y in (25, 28):
        sketch.line(owner, at, [(4, 26), (15, y)], 1, INK)


def bottle(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A slender bottle with a neck and a label."""
    sketch.rectangle(owner, at, -3, 20, 3, 33, colour)
    sketch.rectangle(owner, at, -7, 0, 7, 22, colour)
    sketch.rectangle(owner, at, -7, 7, 7, 15, (250, 250, 250))
    sketch.rectangle(owner, at, -3, 31, 3, 34, INK)


def laptop(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """An open laptop from the front."""
    sketch.polygon(owner, at, [(-20, 0), (20, 0), (16, 5), (-16, 5)], GREY)
    sketch.rectangle(owner, at, -16, 5, 16, 27, colour)
    sketch.rectangle(owner, at, -12, 9, 12, 24, GLASS)


def backpack(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A backpack with a pocket and a loop."""
    sketch.line(owner, at, [(-4, 32), (0, 37), (4, 32)], 3, INK)
    sketch.rectangle(owner, at, -12, 0, 12, 26, colour)
    sketch.half_ellipse(owner, at, (0, 26), (12, 8), colour)
    sketch.rectangle(owner, at, -8, 3, 8, 13, colour)
    sketch.line(owner, at, [(-12, 22), (12, 22)], 1.5, INK)


def couch(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A couch from the front."""
    sketch.rectangle(owner, at, -46, 14, 46, 50, colour)
    sketch.line(owner, at, [(0, 28), (0, 50)], 1.5, INK)
    sketch.rectangle(owner, at, -50, 6, 50, 28, colour)
    for x in (-54, 42):
        sketch.rectangle(owner, at, x, 2, x + 12, 36, colour)


def potted_plant(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """Leaves in a coloured pot."""
    for x, y in ((-16, 38), (-8, 50), (0, 54), (8, 50), (16, 38)):
        sketch.line(owner, at, [(0, 18), (x, y)], 5, LEAF)
    sketch.polygon(owner, at, [(-9, 0), (9, 0), (13, 20), (-13, 20)], colour)


def kite(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A diamond with a tail; the string begins at the local origin."""
    sketch.line(owner, at, [(0, -12), (-7, -18), (2, -24), (-5, -30)], 2.5, INK)
    sketch.polygon(owner, at, [(0, -13), (14, 6), (0, 20), (-14, 6)], colour)
    sketch.line(owner, at, [(-14, 6), (14, 6)], 1.5, INK)
    sketch.line(owner, at, [(0, -13), (0, 20)], 1.5, INK)


def tennis_racket(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """The grip is at the local origin, the head above it."""
    sketch.line(owner, at, [(0, -3), (0, 17)], 4, INK)
    sketch.ellipse(owner, at, (0, 28), (11, 13), colour)
    sketch.ellipse(owner, at, (0, 28), (7, 9), (250, 250, 250))
    for x in (-3, 3):
        sketch.line(owner, at, [(x, 20), (x, 36)], 1, INK)


def surfboard(sketch: Sketch, owner: int, at: Placement, colour: Colour) -> None:
    """A surfboard lying flat, its tip to the right."""
    sketch.polygon(owner, at, [(-40, 2), (26, 2), (46, 11), (26, 12), (-40, 12), (-46, 7)], colour)
    sketch.line(owner, at, [(-42, 7), (38, 8)], 1.5, INK)


DRAW: dict[str, Draw] = {
    "bicycle": bicycle,
    "horse": horse,
    "dog": dog,
    "car": car,
    "bench": bench,
    "chair": chair,
    "dining_table": dining_table,
    "umbrella": umbrella,
    "cup": cup,
    "book": book,
    "sports_ball": sports_ball,
    "skateboard": skateboard,
    "suitcase": suitcase,
    "motorcycle": motorcycle,
    "elephant": elephant,
    "cow": cow,
    "cat": cat,
    "bottle": bottle,
    "laptop": laptop,
    "backpack": backpack,
    "couch": couch,
    "potted_plant": potted_plant,
    "kite": kite,
    "tennis_racket": tennis_racket,
    "surfboard": surfboard,
}
"""COCO category -> how it is drawn."""

HALF_WIDTH: dict[str, float] = {
    "bicycle": 45,
    "horse": 50,
    "dog": 30,
    "car": 48,
    "bench": 42,
    "chair": 20,
    "dining_table": 43,
    "umbrella": 30,
    "cup": 14,
    "book": 16,
    "sports_ball": 13,
    "skateboard": 31,
    "suitcase": 17,
    "motorcycle": 44,
    "elephant": 58,
    "cow": 50,
    "cat": 22,
    "bottle": 8,
    "laptop": 20,
    "backpack": 13,
    "couch": 55,
    "potted_plant": 19,
    "kite": 15,
    "tennis_racket": 12,
    "surfboard": 47,
}
"""Category -> half of its width in local units, to keep groups apart."""
