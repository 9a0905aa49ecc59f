"""Files of answers -> pairs of answers to one question, the reference and the candidate.

One file: a row holds `question` and `answers`, an object of two names. Two files: a row of each holds `question` (the
second's may be left out) and `answer` (or `text`, `response`); they belong together by id (`question_id`, `id`), else
line by line. The reference is the first name, the first file. Optional: `image`, `context` (captions, a text or a
list of texts), `id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.experiments.scoring.field.answer_rows import ANSWERS, MOST_CHARACTERS, Row, answer_rows, joined
from nesy.interchange.picture_paths import bare

_QUESTIONS = ("question", "prompt")


@dataclass(frozen=True)
class AnswerPair:
    """Two answers to one question about one picture."""

    place: str
    """Where it stands, for messages."""
    id: str
    """As the file has it; else the number of the row, from 1."""
    question: str
    reference: str
    candidate: str
    image: Path | None = None
    context: str = ""
    """What the picture shows, in words."""

    @property
    def key(self) -> str:
        """Tell this pair from all others, by all that a judge is shown of it but the picture's pixels."""
        told = "\x00".join(
            (self.question, self.reference, self.candidate, "" if self.image is None else self.image.name, self.context)
        )
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class AnswerPairs:
    """The pairs of one or two files, and what the two answers are called."""

    pairs: tuple[AnswerPair, ...]
    names: tuple[str, str]
    """Of the reference and of the candidate."""
    alone: tuple[str, ...] = ()
    """Ids that stand in one of two files alone: they do not count."""


def read_pairs(path: Path, reference: str | None = None, images: Path | None = None) -> AnswerPairs:
    """Read the pairs of one file.

    Args:
        path: JSON Lines, or one JSON array.
        reference: which of the two names is the reference; the first of the first row if None.
        images: the folder of the pictures; that of the file if None.

    Raises:
        InputError: a row is no pair, or the names differ from row to row; tells which.
    """
    rows = answer_rows(path)
    names = tuple(_answers(rows[0]))
    if reference is not None and reference not in names:
        raise InputError(f"--reference {reference!r}: the answers are called {' and '.join(names)}")
    first = names[0] if reference is None else reference
    second = next(name for name in names if name != first)
    pairs = []
    for number, row in enumerate(rows, start=1):
        answers = _answers(row)
        if set(answers) != set(names):
            raise InputError(f"{row.place}: answers are called {' and '.join(answers)}, before {' and '.join(names)}")
        folder = path.parent if images is None else images
        pairs.append(_pair(row, row, answers[first], answers[second], number, folder))
    return AnswerPairs(tuple(pairs), (first, second))


def read_two(reference: Path, candidate: Path, images: Path | None = None) -> AnswerPairs:
    """Read the pairs of two files of answers to the same questions; called by the files' names.

    Args:
        reference: its answers are what the others are measured by.
        candidate: the others.
        images: the folder of the pictures; that of the first file if None.

    Raises:
        InputError: the files do not belong together, or a row is no answer.
    """
    found = joined(answer_rows(candidate), answer_rows(reference))
    folder = reference.parent if images is None else images
    pairs = []
    for number, (said, known) in enumerate(found.pairs, start=1):
        asked = next((said.fields[name] for name in _QUESTIONS if isinstance(said.fields.get(name), str)), None)
        pair = _pair(known, said, _answer(known), _answer(said), number, folder)
        if asked is not None and asked.split() != pair.question.split():
            raise InputError(f"{said.place}: asks {asked[:60]!r}, and {known.place} asks {pair.question[:60]!r}")
        pairs.append(pair)
    names = (reference.stem, candidate.stem)
    if names[0] == names[1]:
        names = (str(reference), str(candidate))
    return AnswerPairs(tuple(pairs), names, (*found.missing, *found.left_out))


def _pair(row: Row, other: Row, reference: str, candidate: str, number: int, folder: Path) -> AnswerPair:
    def given(name: str) -> Any:
        own = row.fields.get(name)
        return other.fields.get(name) if own is None else own

    image = given("image")
    if image is not None and not isinstance(image, str):
        raise InputError(f"{row.place}: image: the name of a file is expected, got {image!r:.60}")
    # A server that judges is shown it: a file of somebody else sends no picture but one of the folder.
    if image is not None and bare(image) != Path(image.replace("\\", "/")).as_posix():
        raise InputError(f"{row.place}: image: {image!r:.60} leads out of {folder}; --images DIR names another folder")
    name = next((str(given(field)) for field in ("id", "question_id") if given(field) is not None), str(number))
    return AnswerPair(
        place=row.place,
        id=name,
        question=_told(row.text(_QUESTIONS), row, "question"),
        reference=_told(reference, row, "answer"),
        candidate=_told(candidate, other, "answer"),
        image=None if image is None else folder / image,
        context=_context(row, given("context") if given("context") is not None else given("caption")),
    )


def _answers(row: Row) -> Mapping[str, str]:
    found = row.fields.get("answers")
    fits = isinstance(found, dict) and len(found) == 2 and all(isinstance(text, str) for text in found.values())
    if not fits:
        raise InputError(
            f'{row.place}: answers: two named texts are expected, such as {{"a": "A dog.", "b": "A cat."}}'
        )
    assert isinstance(found, dict)
    return found


def _answer(row: Row) -> str:
    return row.text(("answer", *(name for name in ANSWERS if name != "answer")))


def _context(row: Row, given: Any) -> str:
    texts: Sequence[Any] = given if isinstance(given, list) else [] if given is None else [given]
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{row.place}: context: a text is expected, or a list of texts")
    told = "\n".join(texts)
    if len(told) > MOST_CHARACTERS:
        raise InputError(f"{row.place}: context: longer than {MOST_CHARACTERS} characters")
    return told


def _told(text: str, row: Row, what: str) -> str:
    if what == "question" and not text.strip():
        raise InputError(f"{row.place}: the question is empty")
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"{row.place}: {what}: longer than {MOST_CHARACTERS} characters")
    return text
