"""JSON nodes of a reply -> ids, labels and numbers, or None; and a short picture of a node for messages."""

import math
import re

from nesy.perception.json_text import Leaf, Node, Rows
from nesy.scene import term

_ID = re.compile(r"\w[\w.\-]{0,99}")
_MAX_LABEL = 200


def id_of(node: Node | None) -> str | None:
    """Return an id as given, with blanks as underscores (`dining table_1`); None when it is none."""
    if not isinstance(node, Leaf) or isinstance(node.value, bool) or not isinstance(node.value, (str, int)):
        return None
    given = re.sub(r"\s", "_", str(node.value).strip())
    return given if _ID.fullmatch(given) else None


def label_of(node: Node | None) -> str | None:
    """Return a label as given; None when it is blank, too long, not encodable or no string."""
    if not isinstance(node, Leaf) or not isinstance(node.value, str):
        return None
    label = node.value
    lone = any(0xD800 <= ord(character) < 0xE000 for character in label)  # half a surrogate pair: not encodable
    return label if term(label) and len(label) <= _MAX_LABEL and not lone else None


def real(node: Node) -> float | None:
    """Return a finite number; None when it is none (a boolean is none)."""
    if not isinstance(node, Leaf) or isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
        return None
    return float(node.value) if math.isfinite(node.value) else None


def four_numbers(node: Node | None) -> list[float] | None:
    """Return the four numbers of a box; None where they are not four finite ones."""
    values = [real(item) for item in node.items] if isinstance(node, Rows) else []
    numbers = [value for value in values if value is not None]
    return numbers if len(values) == len(numbers) == 4 else None


def whole(node: Node | None) -> int | None:
    """Return a whole number, `2.0` included; None when it is none."""
    number = real(node) if node is not None else None
    return int(number) if number is not None and number.is_integer() else None


def shown(node: Node | None) -> str:
    """Return a short picture of a node for a message."""
    if node is None:
        return "nothing"
    if isinstance(node, Leaf):
        text = repr(node.value)
        return text if len(text) <= 60 else text[:57] + "..."
    return f"a list of {len(node.items)}" if isinstance(node, Rows) else f"an object of {len(node.items)}"
