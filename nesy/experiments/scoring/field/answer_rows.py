"""Files of answers and of labels, as the benchmarks write them -> which answer goes with which label.

JSON Lines, or one JSON array of the same objects. Rows belong together by their id where all of both files have one;
else by their picture, where all name one and no file names one twice; else line by line.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nesy.encoding import read_text
from nesy.errors import InputError

IDS = ("question_id", "id", "amber_id", "qid")
PICTURES = ("image_id", "coco_id", "vg_id")
ANSWERS = ("response", "answer", "text", "output", "prediction", "caption")
LABELS = ("label", "truth", "answer", "ground_truth")
"""Names of fields, the first that a row has."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""What may be half a character, as JSON escapes it."""
MOST_CHARACTERS = 100_000
"""Of one text."""


@dataclass(frozen=True)
class Row:
    """One row, and where it stands."""

    place: str
    fields: Mapping[str, Any]

    def value(self, names: Sequence[str]) -> Any:
        """Return the first of these fields that the row has.

        Raises:
            InputError: it has none of them.
        """
        found = next((name for name in names if self.fields.get(name) is not None), None)
        if found is None:
            raise InputError(f"{self.place}: one of {', '.join(names)} is missing")
        return self.fields[found]

    def text(self, names: Sequence[str]) -> str:
        """Return the first of these fields as a text.

        Raises:
            InputError: there is none, it is no text, or it is too long.
        """
        value = self.value(names)
        if not isinstance(value, str):
            raise InputError(f"{self.place}: a text is expected in one of {', '.join(names)}, got {value!r:.60}")
        if len(value) > MOST_CHARACTERS:
            raise InputError(f"{self.place}: a text longer than {MOST_CHARACTERS} characters")
        return value


@dataclass(frozen=True)
class Joined:
    """Answers with their labels."""

    pairs: tuple[tuple[Row, Row], ...]
    """The answer, and the label."""
    missing: tuple[str, ...]
    """Labels without an answer: they do not count."""
    left_out: tuple[str, ...]
    """Answers without a label: they do not count."""


def answer_rows(path: Path) -> list[Row]:
    """Read the rows of a file.

    Raises:
        InputError: it cannot be read, or a row is no JSON object; tells which.
    """
    text = read_text(path)
    if text.lstrip().startswith("["):
        found = [(f"{path}[{at}]", value) for at, value in enumerate(_read(text, str(path)))]
    else:
        lines = ((f"{path}:{at}", line) for at, line in enumerate(text.split("\n"), start=1) if line.strip())
        found = [(place, _read(line, place)) for place, line in lines]
    for place, value in found:
        if not isinstance(value, dict):
            raise InputError(f"{place}: a JSON object is expected, got {type(value).__name__}")
    if not found:
        raise InputError(f"{path}: no row in it")
    return [Row(place, value) for place, value in found]


def joined(answers: Sequence[Row], labels: Sequence[Row]) -> Joined:
    """Pair answers with labels.

    Raises:
        InputError: an id stands twice in a file, no id is in both, or there are no ids and not as many of both.
    """
    names = next((names for names in (IDS, PICTURES) if _all_have(names, answers, labels)), None)
    if names is None:
        if len(answers) != len(labels):
            raise InputError(
                f"{len(answers)} answers and {len(labels)} labels: not all have an id ({', '.join(IDS)}), so they are "
                "paired line by line, and that takes as many of both"
            )
        return Joined(tuple(zip(answers, labels, strict=True)), (), ())
    said, true = (_by_id(rows, names) for rows in (answers, labels))
    if not said.keys() & true.keys():
        raise InputError(f"no id is in both: answers {_some(said)}; labels {_some(true)}")
    return Joined(
        tuple((said[name], row) for name, row in true.items() if name in said),
        tuple(name for name in true if name not in said),
        tuple(name for name in said if name not in true),
    )


def _all_have(names: Sequence[str], *files: Sequence[Row]) -> bool:
    """Tell whether every row has one of these; pictures must tell the rows of a file apart as well."""
    found = [[_id(row, names) for row in rows] for rows in files]
    alone = names is not PICTURES or all(len(set(ids)) == len(ids) for ids in found)
    return alone and not any(None in ids for ids in found)


def _id(row: Row, names: Sequence[str]) -> str | None:
    value = next((row.fields[name] for name in names if row.fields.get(name) is not None), None)
    if value is None:
        return None
    text = str(value)
    return text.lstrip("0") if names is PICTURES and text.isdigit() else text  # COCO's numbers are padded or not


def _by_id(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        name = str(_id(row, names))
        if name in found:
            raise InputError(f"{row.place}: the id {name} stands in {found[name].place} too")
        found[name] = row
    return found


def _read(text: str, place: str) -> Any:
    try:
        value = json.loads(text)
        if _HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{place}: a text holds half a character (\\ud800 to \\udfff without its other half)"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(f"{place}: is no JSON") from None
    return value


def _some(names: Mapping[str, Row]) -> str:
    return ", ".join(list(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
