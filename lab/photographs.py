"""The photographs with hand-made truth, and what the embedded witness sees in them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.geometry import Box
from nesy.image import Image
from nesy.observations import Observations, Witness

Entity = dict[str, Any]


@dataclass(frozen=True)
class Photograph:
    """One row of `truth.jsonl`, its picture, and what was seen in it."""

    row: dict[str, Any]
    image: Image
    seen: Observations

    @property
    def entities(self) -> dict[str, Entity]:
        """Id -> entity, of the truth."""
        return {entity["id"]: entity for entity in self.row["entities"]}

    def boxes(self, category: str) -> list[Box]:
        """Return the true boxes of a category."""
        return [tuple(e["box"]) for e in self.row["entities"] if e["category"] == category]

    def true(self, kind: str) -> list[dict[str, Any]]:
        """Return the certain `relations` or `part_states`."""
        return [claim for claim in self.row[kind] if not claim.get("uncertain")]


def photographs(folder: Path, witness: Witness) -> list[Photograph]:
    """Look at all of them.

    Raises:
        InputError: the folder is not there or not whole.
        ModelError: the witness cannot look.
    """
    try:
        rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines() if line]
    except OSError as error:
        raise InputError(f"{folder}: the photographs cannot be read: {error.strerror}") from error
    images = [Image.open(folder / "images" / row["file"]) for row in rows]
    return [Photograph(row, image, witness.observe(image)) for row, image in zip(rows, images, strict=True)]
