"""The pixels of a picture -> a data URL of bounded size, for a page that fetches nothing."""

import base64
import io
from typing import Any

import PIL.Image

from nesy.rendering.page_layout import reduced

LONGER_PX = 960
"""The longer side of a picture in a report; a smaller one stays as it is."""
_QUALITY = 80


def embedded(pixels: PIL.Image.Image, longer_px: int = LONGER_PX) -> str:
    """Return a picture as a data URL of JPEG, or of PNG where that is no longer (drawings).

    >>> embedded(PIL.Image.new("RGB", (8, 8)))[:22]
    'data:image/png;base64,'
    """
    size = pixels.size if max(pixels.size) <= longer_px else reduced(pixels.size, longer_px)
    shown = pixels.convert("RGB")
    if size != pixels.size:
        shown = shown.resize(size, PIL.Image.Resampling.LANCZOS)
    kinds: dict[str, dict[str, Any]] = {
        "jpeg": {"quality": _QUALITY, "optimize": True, "progressive": True},
        "png": {"optimize": True},
    }
    made = {}
    for kind, options in kinds.items():
        written = io.BytesIO()
        shown.save(written, kind, **options)
        made[kind] = written.getvalue()
    kind = min(made, key=lambda one: len(made[one]))
    return f"data:image/{kind};base64,{base64.b64encode(made[kind]).decode('ascii')}"
