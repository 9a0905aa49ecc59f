"""Colours of pictures: one for each category, the greys of the panel, and which ink is read on which ground."""

from collections.abc import Iterable

Colour = tuple[int, int, int]

INK: Colour = (28, 32, 40)
QUIET: Colour = (120, 126, 138)
GONE: Colour = (168, 172, 182)
RULE: Colour = (222, 225, 231)
PAPER: Colour = (255, 255, 255)
GROUND: Colour = (236, 238, 242)
GOOD: Colour = (24, 128, 76)
BAD: Colour = (196, 43, 43)
WARNING: Colour = (176, 112, 0)

_CATEGORIES: tuple[Colour, ...] = (
    (0, 114, 206),
    (232, 99, 10),
    (18, 146, 92),
    (196, 30, 100),
    (123, 77, 214),
    (0, 148, 166),
    (184, 134, 0),
    (214, 56, 40),
    (92, 108, 130),
    (140, 86, 60),
    (92, 140, 20),
    (216, 84, 178),
)


def category_colours(categories: Iterable[str]) -> dict[str, Colour]:
    """Give each category a colour, in order of first appearance; after twelve the colours come round again."""
    colours: dict[str, Colour] = {}
    for category in categories:
        colours.setdefault(category, _CATEGORIES[len(colours) % len(_CATEGORIES)])
    return colours


def ink_on(ground: Colour) -> Colour:
    """Return white or dark ink, whichever is read on `ground`.

    >>> ink_on((0, 0, 0)), ink_on((255, 255, 0))
    ((255, 255, 255), (28, 32, 40))
    """
    red, green, blue = ground
    return PAPER if 0.299 * red + 0.587 * green + 0.114 * blue < 150 else INK
