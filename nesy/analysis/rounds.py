"""One round of an analysis, and all that can happen to a claim in it: answered, looked at, withdrawn, edited."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.scene import Claim, Confidence, Scene
from nesy.turns import NumberedClaim, Usage
from nesy.verdict import Verdict

StopReason = Literal[
    "consistent",  # no rule that is asked about is broken
    "rounds_exhausted",  # the last allowed round is over
    "unchanged",  # the model kept every claim it was asked about
    "refused",  # no change that the model wanted would have made the scene better; none was taken
    "cycle",  # the scene says again what an earlier round said
    "no_progress",  # the answer broke more rules than it mended; the better scene is kept
    "nothing_to_ask",  # what is broken names no claim of the scene
    "unreadable",  # no reply of a corrective round could be read, retries included
    "unfit_picture",  # the model cannot read pictures of this kind; it is not asked about what it made of it
]


class Frozen(BaseModel):
    """A value that nobody changes, that knows no other keys than its own, and whose numbers are finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Withdrawal(Frozen):
    """A claim that was dropped: a tombstone with the reason, and the claim as it was.

    >>> import nesy
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> Withdrawal(claim="r1", round=1, by="model", reason="Nothing is on itself.", was=on_itself).was.predicate
    'on'
    """

    claim: str
    """Its id."""
    round: int
    """The round whose answer dropped it; for `repair`, the round whose scene was repaired."""
    reason: str
    """In words."""
    by: Literal["model", "repair"]
    """Whether an answer of the model withdrew it, or the repair."""
    was: Claim
    """The claim as it was."""


class Edit(Frozen):
    """One change that the repair made.

    >>> import nesy
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> edits: tuple[Edit, ...] = nesy.repair(
    ...     nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")], relations=[on_itself])
    ... ).edits
    >>> [(edit.claim, edit.op) for edit in edits]
    [('r1', 'withdraw')]
    """

    claim: str
    """Its id."""
    op: Literal["withdraw", "relabel", "swap", "recount"]
    """`relabel`: another predicate, state or category; `swap`: turned around; `recount`: set to what is listed."""
    attribute: str | None = None
    """What was withdrawn of an entity that stays: one of its attributes; None where the edit is of the claim."""
    reason: str
    """In words."""
    cost: float
    """In nats: what the model's belief in the claim weighs, and a little more; see `nesy.repair.prices`."""
    was: Claim
    """The claim as it was."""
    now: Claim | None = None
    """The claim as it is after all edits; None where it was withdrawn."""
    rule: str | None = None
    """IRI of the rule whose finding asked for the change; None where no finding hangs on the claim."""
    invented: bool = False
    """Whether the claim now says what nobody said: no model, no look, and no wider word; only with `repair.invent`."""


class Answer(Frozen):
    """What the model answered about one numbered claim; `confidence` in [0, 1], None when unknown.

    >>> Answer(number=1, claim="r1", answer="withdraw", confidence=0.8).answer
    'withdraw'
    """

    number: int
    """Its place in the question, from 1."""
    claim: str
    """Id of the claim."""
    answer: str
    """`keep`, `withdraw`, or the change."""
    confidence: float | None = None
    """Of the answer's words, in [0, 1]."""


class Evidence(Frozen):
    """What is known of one statement: a claim that was disputed, or what it could be changed to.

    `true` and `wrong` are of a blind look; None where nobody looked and the words of the description are all there is.
    """

    claim: str
    """Id of the claim."""
    answer: str
    """`keep` for the claim as it stood, else the change that the statement has of it."""
    statement: str
    """What was looked at, in words."""
    true: Confidence | None = None
    """Probability of yes, asked whether the statement is true."""
    wrong: Confidence | None = None
    """Probability of yes, asked whether it is wrong."""
    chance: Confidence
    """That it is true: of both together and, for a claim as it was described, of its own words; calibrated."""


class Failure(Frozen):
    """A reply that could not be read, and why; it was asked for again or ended the loop.

    >>> Failure(prompt="Describe the image.", reply="A cup.", problems=("the reply holds no JSON",)).problems
    ('the reply holds no JSON',)
    """

    prompt: str
    """What the model was given."""
    reply: str
    """What it said."""
    problems: tuple[str, ...]
    """What is wrong with it, one line each."""


class Located(Frozen):
    """The turn that asked where the things are that a description in words named.

    >>> Located(prompt="Where is each of these?", reply='{"cup_1":[0.1,0.2,0.4,0.9]}').problems
    ()
    """

    prompt: str
    """What the model was given."""
    reply: str
    """What it said."""
    problems: tuple[str, ...] = ()
    """What could not be used of it, one line each."""


class Round(Frozen):
    """One round: what was asked, what came back, what the scene says now and what the rules say of it.

    >>> first = Round(
    ...     index=0, kind="describe", prompt="Describe the image.", reply='{"entities": []}',
    ...     scene=Scene(entities=()), verdict=Verdict(consistent=True), usage=Usage(calls=1))
    >>> first.readable, first.withdrawn
    (True, ())
    """

    index: int
    """From 0, the description."""
    kind: Literal["describe", "identify", "verify", "correct", "revise", "critique", "decide", "vote"]
    """That of the request; `identify` asks what of a picture is seen again in a later one, `verify` looks at what is
    doubted, `vote` asks nothing and puts together what the rounds before it say."""
    prompt: str
    """What the model was given."""
    reply: str
    """What it said."""
    readable: bool = True
    """False when no reply of this round could be read; `scene` and `verdict` are then the round's before."""
    scene: Scene
    """What is claimed after this round."""
    verdict: Verdict
    """What the rules say of that scene."""
    usage: Usage
    """Of this round alone, format-only retries included."""
    temperature: float = 0.0
    """At which the reply was drawn; 0: the likeliest token at each step."""
    seed: int | None = None
    """Of the draw; None where nothing was drawn."""
    problems: tuple[str, ...] = ()
    """What was wrong with the reply and was ignored or mended, one line each; first, that the model cannot read such a
    picture, where it says so."""
    failures: tuple[Failure, ...] = ()
    """Replies of this round that could not be read."""
    notes: tuple[str, ...] = ()
    """The findings that the model was told, a sentence each."""
    asked: tuple[NumberedClaim, ...] = ()
    """The claims that it was asked about."""
    answers: tuple[Answer, ...] = ()
    """What it answered."""
    changed: tuple[str, ...] = ()
    """Ids of the claims that the answer changed (not those it withdrew)."""
    refused: tuple[str, ...] = ()
    """Ids of the claims that the model would have changed or withdrawn, and that stay: it would have mended nothing."""
    withdrawn: tuple[Withdrawal, ...] = ()
    """The claims that its answer took away."""
    evidence: tuple[Evidence, ...] = Field(default=(), exclude_if=lambda found: not found)
    """Of the statements that were looked at in this round for the first time; the looks count in `usage`."""
    located: Located | None = Field(default=None, exclude_if=lambda located: located is None)
    """The turn after a description in words that asked for boxes; it counts in `usage`."""
    no_evidence: str = Field(default="", exclude_if=lambda why: not why)
    """Why nothing could be looked at, where the settings want it."""

    def notes_about(self, claim: str) -> tuple[str, ...]:
        """Return what the model was told about one claim, by its id: its own notes, not those of its neighbours."""
        own = next((asked.notes for asked in self.asked if asked.claim == claim), ())
        return own or self.notes


def withdrawn(rounds: Sequence[Round], kept: int, edits: Iterable[Edit]) -> tuple[Withdrawal, ...]:
    """Return every claim dropped on the way to the final scene: by answers up to the kept round, then by the repair."""
    return (
        *(gone for turn in rounds[: kept + 1] for gone in turn.withdrawn),
        *(
            Withdrawal(claim=edit.claim, round=kept, reason=edit.reason, by="repair", was=edit.was)
            for edit in edits
            if edit.now is None
        ),
    )
