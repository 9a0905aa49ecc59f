"""The boxes of a reply -> the form that they are read in: the declared one, or the only other that fits them all.

A model declares how it writes boxes (`nesy.perception.profile`). Where a reply breaks that, nothing is guessed by its
size alone: it is read in another form only where no second one fits, and that is told.
"""

from collections.abc import Mapping, Sequence

from nesy.geometry import BoxForm
from nesy.image import Image
from nesy.perception.confidence import Probabilities
from nesy.perception.json_text import Leaf, Node, Rows

_LEAST = 0.01
"""Of a side: no box of a reply is smaller; shares read as percent would be."""


def form_of(boxes: Sequence[Sequence[float]], declared: BoxForm, image: Image) -> tuple[BoxForm, str]:
    """Return the form of a reply's boxes, and a note where it is not the declared one or cannot be told.

    >>> import PIL.Image
    >>> picture = Image.from_pixels(PIL.Image.new("RGB", (640, 480)))
    >>> form_of([(900, 100, 1000, 300)], BoxForm(), picture)[1]
    'boxes: not 0 to 1, as the model declares; all are read as 0 to 1000, the only other form that fits'
    >>> form_of([(10, 10, 60, 80)], BoxForm(), picture)[1]
    'boxes: not 0 to 1, as the model declares; percent, 0 to 1000 and pixels all fit, so none is read otherwise'

    Args:
        boxes: four finite numbers each.
        declared: how the model writes boxes of this picture.
        image: that picture.
    """
    if all(declared.fits(box) for box in boxes):
        return declared, ""
    others = {
        name: form
        for name, form in _forms(declared, image).items()
        if form.size != declared.size and all(_plain(form, box) for box in boxes)
    }
    broken = f"boxes: not {_told(declared)}, as the model declares"
    if len(others) == 1:
        ((name, form),) = others.items()
        return form, f"{broken}; all are read as {name}, the only other form that fits"
    if others:
        *first, last = others
        every = "both" if len(others) == 2 else "all"
        return declared, f"{broken}; {', '.join(first)} and {last} {every} fit, so none is read otherwise"
    return declared, ""


def sure_of_box(node: Node, probabilities: Probabilities) -> float | None:
    """Return the geometric mean of how sure the model was of each edge."""
    edges = [(edge.start, edge.end) for edge in node.items if isinstance(edge, Leaf)] if isinstance(node, Rows) else []
    product = probabilities.of(edges)
    return None if product is None else product ** (1 / len(edges))


def _forms(declared: BoxForm, image: Image) -> Mapping[str, BoxForm]:
    """Return the forms that models use, in the declared order, each of the whole picture."""
    sizes = {
        "0 to 1": (1.0, 1.0),
        "percent": (100.0, 100.0),
        "0 to 1000": (1000.0, 1000.0),
        "pixels": (float(image.size_px[0]), float(image.size_px[1])),
    }
    return {
        name: BoxForm(
            key=declared.key, order=declared.order, size=size, picture=(0.0, 0.0, *size), whole=size != (1.0, 1.0)
        )
        for name, size in sizes.items()
    }


def _plain(form: BoxForm, box: Sequence[float]) -> bool:
    if not form.fits(box):
        return False
    left, top, right, bottom = form.box(box)
    return right - left >= _LEAST and bottom - top >= _LEAST


def _told(form: BoxForm) -> str:
    width, height = form.size
    return f"0 to {width:g}" if width == height else f"pixels of {width:g} x {height:g}"
