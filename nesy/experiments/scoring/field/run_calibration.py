"""The card of a run -> the calibration by which its claims were weighed, found again without loading the model.

It is the file that the settings name, else the one that is kept under the key on the card (`nesy calibrate`), else the
one that is shipped with the weights. A model of a folder of one's own that brings its calibration is not found again:
the card does not tell the folder. `correction.calibration` names the file then.
"""

from pathlib import Path

from nesy import assets
from nesy.batch.run_card import BatchCard
from nesy.errors import InputError
from nesy.perception.calibration import Calibration, read_calibration
from nesy.perception.calibration_store import folder

_SHIPPED = "calibration.json"


def calibration_of_run(card: BatchCard, named: str | None = None) -> Calibration | None:
    """Return the calibration of a run; None where its claims have no calibrated chance.

    Args:
        card: of the run.
        named: file of a calibration to take instead.

    Raises:
        InputError: a file cannot be read, is for another model, or the one on the card is not here.
    """
    asked = card.settings.correction
    if named is not None:
        other = read_calibration(Path(named))
        if refused := other.refused(card.model, looks=False):
            raise InputError(f"{named}: not for this run: {refused}")
        return other
    if asked.evidence == "none":
        return None
    found = _found(card)
    return None if found is None or found.refused(card.model, looks=asked.evidence == "blind") else found


def _found(card: BatchCard) -> Calibration | None:
    if card.settings.correction.calibration is not None:
        return read_calibration(Path(card.settings.correction.calibration))
    if card.calibration is not None:
        kept = folder() / f"{card.calibration}.json"
        if not kept.is_file():
            raise InputError(
                f"{kept}: the calibration of the run is not here, and its claims are ranked by it; "
                "--set correction.calibration=FILE names another place"
            )
        return read_calibration(kept)
    shipped = assets.embedded_model() / _SHIPPED
    return read_calibration(shipped) if shipped.is_file() else None
