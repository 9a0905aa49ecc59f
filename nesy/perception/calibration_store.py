"""Where calibrations of one's own are kept: NESY_CALIBRATIONS, else nesy/calibrations among the user's data (XDG)."""

import os
import tempfile
from pathlib import Path

from nesy.errors import InputError
from nesy.perception.calibration import Calibration, read_calibration
from nesy.perception.calibration_key import CalibrationKey

VARIABLE = "NESY_CALIBRATIONS"


def folder() -> Path:
    """Return the folder of the calibrations, which need not be there.

    Raises:
        InputError: none is named, and there is no home folder.
    """
    if own := os.environ.get(VARIABLE):
        return Path(own)
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    try:  # a relative path is to be ignored (XDG Base Directory Specification 0.8)
        return (data if data.is_absolute() else Path.home() / ".local" / "share") / "nesy" / "calibrations"
    except RuntimeError:
        raise InputError(f"there is no home folder to look for calibrations in; name one with {VARIABLE}") from None


def path_of(key: CalibrationKey) -> Path:
    """Return where the calibration for a key is kept."""
    return folder() / f"{key.short}.json"


def find(key: CalibrationKey) -> Calibration | None:
    """Return the calibration that is kept for a key; None where there is none, or what is there is for another.

    Raises:
        InputError: a file is there that cannot be read, or is no calibration.
    """
    path = path_of(key)
    if not path.is_file():
        return None
    found = read_calibration(path)
    return found if found.key is not None and not key.differs_from(found.key) else None


def save(calibration: Calibration, path: Path) -> None:
    """Write a calibration, whole or not at all; its folder is made where it is missing.

    Raises:
        InputError: it cannot be written there.
    """
    text = calibration.model_dump_json(by_alias=True, exclude_none=True, indent=1) + "\n"
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".tmp", delete=False) as file:
            draft = Path(file.name)
            file.write(text)
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
