"""The pixels inside a box or a polygon -> how they are spread over the named colours.

Pixels are named in OKLCh, a space in which equal steps look alike (Ottosson, A perceptual color space for image
processing, 2020): by lightness, chroma and hue. The bounds were set by hand around the focal colours of the eleven
basic colour terms (Berlin and Kay, 1969), and beige.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import PIL.Image
import PIL.ImageDraw
from numpy.typing import NDArray

from nesy.geometry import Box

Floats = NDArray[np.float64]

CENTRAL = 0.6
"""Share of a box's width and height that is looked at: its corners mostly show what is behind the thing."""
_MOST_PIXELS = 64
"""The part is made no larger than this on either side."""
_EACH_WAY = 3
"""So many parts a box has across and down."""
_TO_CONE = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_TO_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip


def spread(pixels: PIL.Image.Image, box: Box) -> Mapping[str, float]:
    """Return colour -> share of the pixels in the central part of a box, adding up to 1; empty for an empty box.

    Args:
        pixels: the upright RGB picture.
        box: in shares of its sides.
    """
    return _counted(_cut(pixels, _central(box)))


def spread_within(pixels: PIL.Image.Image, polygon: Sequence[tuple[float, float]]) -> Mapping[str, float]:
    """Return colour -> share of the pixels in a polygon, adding up to 1; empty where it holds none.

    Args:
        pixels: the upright RGB picture.
        polygon: its corners, x and y in shares of the picture's sides; what lies beyond the picture is left out.
    """
    across, down = [x for x, _ in polygon], [y for _, y in polygon]
    left, top = max(0.0, min(across)), max(0.0, min(down))
    right, bottom = min(1.0, max(across)), min(1.0, max(down))
    part = _cut(pixels, (left, top, right, bottom))
    if part is None:
        return {}
    wide, high = part.width / (right - left), part.height / (bottom - top)
    mask = PIL.Image.new("1", part.size)
    PIL.ImageDraw.Draw(mask).polygon([((x - left) * wide, (y - top) * high) for x, y in polygon], fill=1)
    return _counted(part, np.asarray(mask, dtype=bool))


def parts(box: Box) -> Iterator[Box]:
    """Yield the nine parts of a box's central part, row by row, each so large that its own central part is a ninth."""
    left, top, right, bottom = _central(box)
    width, height = (right - left) / _EACH_WAY, (bottom - top) / _EACH_WAY
    grown_x, grown_y = width * (1 / CENTRAL - 1) / 2, height * (1 / CENTRAL - 1) / 2
    for row in range(_EACH_WAY):
        for column in range(_EACH_WAY):
            x, y = left + column * width, top + row * height
            yield (
                max(0.0, x - grown_x),
                max(0.0, y - grown_y),
                min(1.0, x + width + grown_x),
                min(1.0, y + height + grown_y),
            )


def _central(box: Box) -> Box:
    across, down = (1 - CENTRAL) / 2 * (box[2] - box[0]), (1 - CENTRAL) / 2 * (box[3] - box[1])
    return box[0] + across, box[1] + down, box[2] - across, box[3] - down


def _cut(pixels: PIL.Image.Image, box: Box) -> PIL.Image.Image | None:
    """Return the picture within a box, no larger than is worth looking at; None where that is nothing."""
    width, height = pixels.size
    corners = (round(box[0] * width), round(box[1] * height), round(box[2] * width), round(box[3] * height))
    if corners[0] >= corners[2] or corners[1] >= corners[3]:
        return None
    part = pixels.crop(corners)
    part.thumbnail((_MOST_PIXELS, _MOST_PIXELS), PIL.Image.Resampling.BOX)
    return part


def _counted(part: PIL.Image.Image | None, chosen: NDArray[np.bool_] | None = None) -> Mapping[str, float]:
    if part is None:
        return {}
    rgb = np.asarray(part, dtype=np.float64)
    names = named((rgb.reshape(-1, 3) if chosen is None else rgb[chosen]) / 255)
    found, counts = np.unique(names, return_counts=True)
    return {str(name): float(count / len(names)) for name, count in zip(found, counts, strict=True)}


def named(rgb: Floats) -> NDArray[np.str_]:
    """Return the colour of each sRGB value in [0, 1], (n, 3) -> (n,).

    >>> import numpy as np
    >>> [str(name) for name in named(np.array([[1.0, 0, 0], [0, 0, 1.0], [1, 1, 1], [0, 0, 0], [0.4, 0.2, 0.1]]))]
    ['red', 'blue', 'white', 'black', 'brown']
    """
    light, chroma, hue = _oklch(rgb)
    warm = (hue >= 20) & (hue < 115)
    rules = [
        ("black", (light < 0.22) | ((light < 0.36) & (chroma < 0.035))),
        ("white", (light > 0.86) & (chroma < 0.035)),
        ("beige", warm & (hue >= 40) & (light > 0.68) & (chroma >= 0.03) & (chroma < 0.085)),
        ("grey", chroma < 0.035),
        ("brown", warm & (light < 0.68) & (chroma < np.where(hue < 40, 0.09, 0.13)) & ((hue >= 30) | (light < 0.45))),
        ("brown", (hue >= 48) & (hue < 100) & (light < 0.55)),
        ("pink", ((hue >= 330) | (hue < 30)) & (light > 0.64) & (chroma < 0.22)),
        ("red", (hue >= 352) | (hue < 41)),
        ("orange", hue < 80),
        ("yellow", hue < 114),
        ("green", hue < 190),
        ("blue", hue < 288),
        ("purple", hue < 330),
    ]
    return np.select([where for _, where in rules], [name for name, _ in rules], default="pink")


def _oklch(rgb: Floats) -> tuple[Floats, Floats, Floats]:
    """Return lightness in [0, 1], chroma, and hue in degrees of sRGB values in [0, 1]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab = np.cbrt(linear @ _TO_CONE.T) @ _TO_LAB.T
    return lab[:, 0], np.hypot(lab[:, 1], lab[:, 2]), np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
