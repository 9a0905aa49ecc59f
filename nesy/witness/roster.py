"""What stands behind `--witness` -> a witness that looks."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from nesy.errors import InputError
from nesy.observations import Witness
from nesy.witness import ocr
from nesy.witness.embedded import NAME, EmbeddedWitness
from nesy.witness.text_networks import is_installed

READER = ocr.NAME
"""The witness that reads text."""
_SHIPPED: dict[str, Callable[[], Witness]] = {NAME: EmbeddedWitness, READER: ocr.TextReader}
"""Those that are called by one word: word -> what makes them."""
_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+")


@cache
def load(name: str = NAME) -> Witness:
    """Return the witness of this name; the same one each time, so that its networks are read once.

    Args:
        name: `embedded`, `rapidocr`, or the hub id or folder of a detector; `DETECTOR+POSE` has a pose network look at
            the people that the detector finds.

    Raises:
        InputError: there is none of this name.
        ModelError: it is known, but cannot be used here; the hint says what mends it.
    """
    if not name.strip():
        raise InputError("no witness is named")
    if name in _SHIPPED:
        return _SHIPPED[name]()
    if not all(Path(part).expanduser().is_dir() or _HUB_ID.fullmatch(part) for part in name.split("+", 1)):
        raise InputError(
            f"no witness {name!r}; there is: {', '.join(_SHIPPED)}, or a detector by its hub id or folder, such as "
            "PekingU/rtdetr_v2_r50vd"
        )
    # Imported late: torch and transformers take seconds, and the shipped networks need neither.
    from nesy.witness.hub_detectors import hub_detector

    return hub_detector(name)


def reader() -> Witness | None:
    """Return who reads text; None where nobody can: `nesy[ocr]` is not installed."""
    return load(READER) if is_installed() else None


def load_all(names: str) -> tuple[Witness, ...]:
    """Return the witnesses of several names, joined by commas; each once.

    Raises:
        InputError, ModelError: as `load`; or no name is there.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if not chosen:
        raise InputError("no witness is named")
    return tuple(load(name) for name in dict.fromkeys(chosen))
