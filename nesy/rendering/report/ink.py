"""The ground of a name -> the ink that is read best on it, by WCAG 2.2."""

from nesy.rendering.palette import Colour


def hexadecimal(colour: Colour) -> str:
    """Return a colour as CSS writes it.

    >>> hexadecimal((0, 114, 206))
    '#0072ce'
    """
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast((0, 0, 0), (255, 255, 255)))
    21
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_for(ground: Colour) -> str:
    """Return black or white, whichever stands out more; that is a contrast of 4.58 at least, on any ground.

    >>> ink_for((232, 99, 10)), ink_for((123, 77, 214))
    ('#000000', '#ffffff')
    """
    black, white = (0, 0, 0), (255, 255, 255)
    return hexadecimal(max((black, white), key=lambda ink: contrast(ground, ink)))


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
