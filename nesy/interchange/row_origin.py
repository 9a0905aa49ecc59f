"""A lesson -> where it comes from, as a field that loaders leave alone.

All in it are texts, in every row, and what is missing is an empty one: a loader that reads a long file piece by piece
takes the types of a column from the first piece.
"""

from collections.abc import Iterator

from nesy.interchange.changed_claims import ChangedClaim
from nesy.interchange.lessons import Lesson
from nesy.verdict import Judgement

FIELD = "provenance"
"""The name of the field."""


def origin(lesson: Lesson) -> dict[str, str]:
    """Return the provenance of a row: the picture, the model, the claims that it is about, and how they went.

    `claims` and `rules` are ids and IRIs with a blank between two; `how` is of `withdrawn`, `repaired` and `reasked`.
    `told` is the life of each claim that was corrected, sentence by sentence, and what a witness says of it.
    """
    analysis, about = lesson.analysis, corrected(lesson)
    return {
        "image": analysis.image.name,
        "image_sha256": analysis.image.sha256 or "",
        "model": analysis.model.id,
        "weights_sha256": analysis.model.weights_sha256 or "",
        "kind": lesson.kind,
        "claims": " ".join(lesson.claims),
        "rules": " ".join(dict.fromkeys(rule for one in about for rule in one.rules)),
        "how": " ".join(sorted({how for one in about for how in one.how})),
        "told": "\n".join(line for one in about for line in _told(lesson, one)),
    }


def reason(lesson: Lesson) -> str:
    """Return why what was first said was given up: the findings, a sentence or two for each correction."""
    return " ".join(dict.fromkeys(told for one in corrected(lesson) for told in one.reasons))


def corrected(lesson: Lesson) -> list[ChangedClaim]:
    """Return the corrections among the claims that a lesson is about."""
    return [one for one in lesson.lesson.changes if one.claim in lesson.claims]


def _told(lesson: Lesson, one: ChangedClaim) -> Iterator[str]:
    yield from str(lesson.analysis.explain(one.claim)).splitlines()
    for when, word in (("before", "as first said"), ("after", "as it stands")):
        judged = lesson.lesson.judgements.get(f"{when}:{one.claim}")
        if judged is not None:
            yield f"  A witness on the claim {word}: {_judged(judged)}"


def _judged(judged: Judgement) -> str:
    chance = "" if judged.chance is None else f" (chance {judged.chance:.2f})"
    return f"{judged.status}{chance}: {judged.reason}"
