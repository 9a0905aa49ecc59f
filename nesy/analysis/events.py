"""What can happen to a claim, one record an event, and the sentence that tells it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.verdict import Severity


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Frozen):
    """The model made the claim; `confidence` in [0, 1], None when unknown."""

    what: Literal["said"] = "said"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    words: str
    """The claim in words."""
    confidence: float | None = None
    """Of the claim as it was made."""


class Objected(_Frozen):
    """A rule named the claim."""

    what: Literal["objected"] = "objected"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    rule: str
    """IRI of the rule."""
    name: str
    """The rule's name."""
    severity: Severity
    """That of the rule."""
    sentence: str
    """What the rule says."""
    again: bool = False
    """Whether it said the same of an earlier round."""


class Asked(_Frozen):
    """The model was asked about the claim."""

    what: Literal["asked"] = "asked"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    number: int
    """By which the model answers."""
    words: str
    """The claim in words."""
    answers: tuple[str, ...]
    """What it could answer."""
    notes: tuple[str, ...]
    """What it was told, one sentence each."""


class Doubted(_Frozen):
    """The words of the description told little belief in the claim, so it was disputed."""

    what: Literal["doubted"] = "doubted"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    belief: float | None = Field(default=None, exclude_if=lambda belief: belief is None)
    """The chance that those words give it, calibrated, in [0, 1]; the confidence of the claim is not calibrated."""


class LookedAt(_Frozen):
    """A statement was looked at alone: the claim, or what it could be changed to."""

    what: Literal["looked_at"] = "looked_at"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    words: str
    """The statement."""
    chance: float
    """That the statement is true, in [0, 1], calibrated."""
    alone: bool = True
    """False where nobody looked again, and the words of the description are all there is."""


class Spared(_Frozen):
    """The look denied the claim, and it stays: without it the scene would be no better."""

    what: Literal["spared"] = "spared"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""


class Answered(_Frozen):
    """What the model answered about the claim, and whether that was taken."""

    what: Literal["answered"] = "answered"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    answer: str | None = None
    """None: no reply could be read."""
    confidence: float | None = None
    """Of the answer's words, in [0, 1]."""
    taken: bool | None = None
    """None where there was nothing to take: the claim was kept, or no reply could be read."""


class Changed(_Frozen):
    """A round says something else under the claim's id."""

    what: Literal["changed"] = "changed"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    kind: str
    """That of the round."""
    was: str
    """The claim before, in words."""
    now: str
    """The claim since, in words."""
    confidence: float | None = None
    """In the claim as it is then."""


class Withdrawn(_Frozen):
    """An answer took the claim away."""

    what: Literal["withdrawn"] = "withdrawn"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    was: str
    """The claim, in words."""
    reason: str
    """Why, in words."""


class LeftOut(_Frozen):
    """A round that describes the image anew does not make the claim."""

    what: Literal["left_out"] = "left_out"
    """Tells the kinds of events apart."""
    round: int
    """Number of the round."""
    kind: str
    """That of the round."""
    was: str
    """The claim, in words."""


class SetBack(_Frozen):
    """What later rounds made of the claim was not kept: the scene of an earlier round is the result."""

    what: Literal["set_back"] = "set_back"
    """Tells the kinds of events apart."""
    to_round: int
    """The round whose scene was kept."""
    words: str | None = None
    """The claim as it is there; None: it is not there."""


class Repaired(_Frozen):
    """What the repair made of the claim, and at which cost, in nats."""

    what: Literal["repaired"] = "repaired"
    """Tells the kinds of events apart."""
    op: Literal["withdraw", "relabel", "swap", "recount"]
    """What kind of change it is."""
    was: str
    """The claim before, in words."""
    now: str | None = None
    """The claim since, in words."""
    reason: str
    """Why, in words."""
    cost: float
    """In nats, as of the edit."""
    rule: str | None = None
    """IRI of the rule that asked for it, where it is known."""
    attribute: str | None = None
    """What was withdrawn of an entity that stays: one of its attributes."""
    invented: bool = Field(default=False, exclude_if=lambda invented: not invented)
    """Whether nobody said what the claim says since."""


class Ended(_Frozen):
    """How the claim stands in the final scene."""

    what: Literal["ended"] = "ended"
    """Tells the kinds of events apart."""
    words: str | None = None
    """None: it is not in the final scene."""
    confidence: float | None = None
    """Of the claim as it stands in the end."""
    objections: tuple[str, ...] = ()
    """Names of the rules that still object, with their severity."""
    unsettled: tuple[str, ...] = ()
    """Of an entity: claims about it that did not stay as they were said."""


Event = Annotated[
    Said
    | Objected
    | Asked
    | Doubted
    | LookedAt
    | Spared
    | Answered
    | Changed
    | Withdrawn
    | LeftOut
    | SetBack
    | Repaired
    | Ended,
    Field(discriminator="what"),
]
CHANGES = (Changed, Withdrawn, LeftOut, Repaired)
"""The events after which a claim is not as it was."""


def sentence(event: Event) -> str:
    """Tell one event in a plain sentence (the end in up to three)."""
    match event:
        case Said():
            return f'Round {event.round}: the model said "{event.words}"{_confident(event.confidence)}.'
        case Objected():
            verb = "still objected" if event.again else "objected"
            return f'Round {event.round}: the rule "{event.name}" ({event.severity}) {verb}: {event.sentence}'
        case Asked():
            choice = ", ".join(event.answers)
            return f"Round {event.round}: the model was asked about it, as claim {event.number}: {choice}?"
        case Doubted():
            if event.belief is None:
                return f"Round {event.round}: the description told little belief in it, so it was doubted."
            worth = f"words said like this are true in {event.belief:.1%} of the cases"
            return f"Round {event.round}: it was doubted: by the model's calibration, {worth}."
        case LookedAt():
            how = "looked at alone" if event.alone else "by the words of the description"
            return f'Round {event.round}: {how}, "{event.words}" is true with a chance of {event.chance:.0%}.'
        case Spared():
            return f"Round {event.round}: it stays all the same, as the scene would be no better without it."
        case Answered():
            return _answer(event)
        case Changed(kind="correct" | "verify"):
            return f'Round {event.round}: it became "{event.now}"{_confident(event.confidence)}.'
        case Changed():
            by = _ANEW.get(event.kind, _ANEW["describe"])
            return f'Round {event.round}: {by} has "{event.now}" in its place{_confident(event.confidence)}.'
        case Withdrawn():
            return f"Round {event.round}: it was withdrawn: {_closed(event.reason)}"
        case LeftOut():
            return f"Round {event.round}: {_ANEW.get(event.kind, _ANEW['describe'])} leaves it out."
        case SetBack():
            there = "where it is missing" if event.words is None else f'where it is "{event.words}"'
            return f"What came after round {event.to_round} was not kept; the scene of that round was taken, {there}."
        case Repaired():
            return f"Repair: {_done(event)}, at a cost of {event.cost:.2f} nats: {_closed(event.reason)}"
        case Ended():
            return _end(event)


def _done(event: Repaired) -> str:
    if event.attribute is not None:
        return f'that it is "{event.attribute}" was withdrawn'
    if event.now is None:
        return "it was withdrawn"
    return f'it was made "{event.now}"' + (", which nobody said" if event.invented else "")


_ANEW = {
    "describe": "another description",
    "revise": "another description",
    "vote": "the vote",
    "decide": "the description that was chosen",
}


def _answer(event: Answered) -> str:
    if event.answer is None:
        return f"Round {event.round}: no reply could be read."
    said = f'Round {event.round}: the model answered "{event.answer}"{_confident(event.confidence)}'
    if event.taken is None:
        return f"{said}."
    return f"{said}; {'that was taken.' if event.taken else 'not taken, as the scene would be no better by it.'}"


def _end(event: Ended) -> str:
    if event.words is None:
        told = "In the end it is not in the scene."
    else:
        told = f'In the end it stands as "{event.words}"{_confident(event.confidence)}.'
    if event.objections:
        told += f" Still objecting: {', '.join(event.objections)}."
    if event.unsettled:
        told += f" Claims about it that did not stay as they were said: {', '.join(event.unsettled)}."
    return told


def _confident(confidence: float | None) -> str:
    return "" if confidence is None else f", confidence {confidence:.0%}"


def _closed(reason: str) -> str:
    """End a reason with a full stop."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."
