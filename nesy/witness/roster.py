"""What stands behind `--witness` -> a witness that looks."""

from collections.abc import Callable
from functools import cache

from nesy.errors import InputError, ModelError
from nesy.observations import Witness
from nesy.witness.embedded import NAME, EmbeddedWitness

READER = "rapidocr"
"""The witness that reads text."""
_SHIPPED: dict[str, Callable[[], Witness]] = {NAME: EmbeddedWitness}
"""Those that are called by one word: word -> what makes them."""


@cache
def load(name: str = NAME) -> Witness:
    """Return the witness of this name; the same one each time, so that its networks are read once.

    Raises:
        InputError: there is none of this name.
        ModelError: it is known, but cannot be used here; the hint says what mends it.
    """
    if name == READER:
        raise ModelError("no witness reads text here", hint="pip install 'nesy[ocr]'")
    if name in _SHIPPED:
        return _SHIPPED[name]()
    raise InputError(f"no witness {name!r}; there is: {', '.join(_SHIPPED)}")
