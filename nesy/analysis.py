"""Analysis: each round of one image with its prompt, reply, scene and verdict, and the result, as `nesy.analysis/1`."""

import warnings
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.dialogue import ModelInfo, NumberedClaim, Usage
from nesy.finding import Verdict
from nesy.scene import Claim, Confidence, Entity, ImageInfo, PartState, Relation, Scene, in_words, read_json
from nesy.settings import Settings

if TYPE_CHECKING:
    import networkx
    import pandas
    import rdflib

    from nesy.life import Life

StopReason = Literal[
    "consistent",  # no rule that is asked about is broken
    "rounds_exhausted",  # the last allowed round is over
    "unchanged",  # the model kept every claim it was asked about
    "refused",  # no change that the model wanted would have made the scene better; none was taken
    "cycle",  # the scene says again what an earlier round said
    "no_progress",  # the answer broke more rules than it mended; the better scene is kept
    "nothing_to_ask",  # what is broken names no claim of the scene
    "unreadable",  # no reply of a corrective round could be read, retries included
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Withdrawal(_Frozen):
    """A claim that was dropped: a tombstone with the reason, and the claim as it was."""

    claim: str
    round: int
    """The round whose answer dropped it; for `repair`, the round whose scene was repaired."""
    reason: str
    by: Literal["model", "repair"]
    was: Claim


class Edit(_Frozen):
    """One change that the repair made."""

    claim: str
    op: Literal["withdraw", "relabel", "swap", "recount"]
    """`relabel`: another predicate, state or category; `swap`: turned around; `recount`: set to what is listed."""
    reason: str
    cost: float
    """In nats: what the model's belief in the claim weighs, and a little more; see `nesy.repair.prices`."""
    was: Claim
    now: Claim | None = None
    """The claim as it is after a change; None where it was withdrawn."""
    rule: str | None = None
    """IRI of the rule whose finding asked for the change; None where no finding names the claim."""


class Answer(_Frozen):
    """What the model answered about one numbered claim; confidence in [0, 1], None when unknown."""

    number: int
    claim: str
    answer: str
    confidence: float | None = None


class Evidence(_Frozen):
    """What is known of one statement: a claim that was disputed, or what it could be changed to.

    `true` and `wrong` are of a blind look; None where nobody looked and the words of the description are all there is.
    """

    claim: str
    answer: str
    """`keep` for the claim as it stood, else the change that the statement has of it."""
    statement: str
    true: Confidence | None = None
    """Probability of yes, asked whether the statement is true."""
    wrong: Confidence | None = None
    """Probability of yes, asked whether it is wrong."""
    chance: Confidence
    """That it is true: of both together and, for a claim as it was described, of its own words; calibrated."""


class Failure(_Frozen):
    """A reply that could not be read, and why; it was asked for again or ended the loop."""

    prompt: str
    reply: str
    problems: tuple[str, ...]


class Round(_Frozen):
    """One round: what was asked, what came back, what the scene says now and what the rules say of it."""

    index: int
    kind: Literal["describe", "verify", "correct", "revise", "critique", "decide", "vote"]
    """That of the request; `verify` looks at what is doubted, `vote` asks nothing and puts together what the rounds
    before it say."""
    prompt: str
    reply: str
    readable: bool = True
    """False when no reply of this round could be read; `scene` and `verdict` are then the round's before."""
    scene: Scene
    verdict: Verdict
    usage: Usage
    """Of this round alone, format-only retries included."""
    temperature: float = 0.0
    """At which the reply was drawn; 0: the likeliest token at each step."""
    seed: int | None = None
    """Of the draw; None where nothing was drawn."""
    problems: tuple[str, ...] = ()
    """What was wrong with the reply and was ignored or mended, one line each."""
    failures: tuple[Failure, ...] = ()
    """Replies of this round that could not be read."""
    notes: tuple[str, ...] = ()
    asked: tuple[NumberedClaim, ...] = ()
    answers: tuple[Answer, ...] = ()
    changed: tuple[str, ...] = ()
    """Ids of the claims that the answer changed (not those it withdrew)."""
    refused: tuple[str, ...] = ()
    """Ids of the claims that the model would have changed or withdrawn, and that stay: it would have mended nothing."""
    withdrawn: tuple[Withdrawal, ...] = ()
    evidence: tuple[Evidence, ...] = Field(default=(), exclude_if=lambda found: not found)
    """Of the statements that were looked at in this round for the first time; the looks count in `usage`."""
    no_evidence: str = Field(default="", exclude_if=lambda why: not why)
    """Why nothing could be looked at, where the settings want it."""


class Analysis(_Frozen):
    """Everything about one analysed image: all rounds, the final scene and how it came about."""

    schema_: Literal["nesy.analysis/1"] = Field(default="nesy.analysis/1", alias="schema")
    image: ImageInfo
    model: ModelInfo
    settings: Settings
    rounds: tuple[Round, ...] = Field(min_length=1)
    kept_round: int
    """Index of the round whose scene was taken (and repaired, where `edits` is not empty)."""
    scene: Scene
    verdict: Verdict
    edits: tuple[Edit, ...] = ()
    repair_optimal: bool | None = None
    """Whether no cheaper edits would leave the scene consistent; None where that is not known or was not asked."""
    withdrawn: tuple[Withdrawal, ...] = ()
    """Every claim dropped on the way to `scene`: by the model up to the kept round, then by the repair."""
    stop_reason: StopReason
    consistent: bool
    usage: Usage
    """Of all rounds together."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the analysis as `nesy.analysis/1` JSON, without fields that are not set."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "analysis") -> "Analysis":
        """Read `nesy.analysis/1` JSON; InputError names `source`, the field and what is wrong with it."""
        return read_json(cls, text, source)

    @property
    def graph(self) -> "rdflib.Dataset":
        """The analysis as RDF: one named graph per round and the final one; provenance in the default graph."""
        from nesy.graph.provenance import to_dataset
        from nesy.records import record_of

        return to_dataset(record_of(self), base=self.base)

    @property
    def base(self) -> str:
        """What the ids are appended to in RDF: `.../IMAGE/ANALYSIS#`, the first 16 digits of two SHA-256 sums.

        The sums are those of the picture's file (left out when it is not known) and of the analysis as JSON. Analyses
        of different pictures, and different analyses of one picture, can so be loaded together; the same analysis has
        the same names everywhere.
        """
        from nesy.graph.build import BASE

        own = sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()
        return (
            "/".join((BASE.rstrip("#"), *(() if self.image.sha256 is None else (self.image.sha256[:16],)), own[:16]))
            + "#"
        )

    def to_rdf(self, format: Literal["trig", "nquads", "json-ld", "turtle"] = "trig") -> str:
        """Return `graph` as text; `turtle`, which cannot name graphs, holds the final scene alone."""
        if format == "turtle":
            from nesy.graph import to_rdf

            return to_rdf(self.scene, self.base).serialize(format="turtle")
        dataset = self.graph
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's writers still use its own old calls
            return dataset.serialize(format=format)

    def find(
        self, subject: str | None = None, predicate: str | None = None, object: str | None = None
    ) -> tuple[Relation, ...]:
        """Return the relations of the final scene that these words mean; None stands for anything.

        Words are compared as concepts of the ontology: `find("man", "riding", "bike")` finds `person_1 ride
        bicycle_1`. An entity's id means that entity.
        """
        from nesy.naming import find
        from nesy.ontology import Ontology

        return find(self.scene, subject, predicate, object, Ontology.default())

    def explain(self, claim: str) -> "Life":
        """Return the life of a claim by its id: said, objected to, asked, answered, changed, and how it stands now.

        `print` tells it in sentences; `events` holds it as data.

        Raises:
            InputError: no round has such a claim.
        """
        from nesy.life import life

        return life(self, claim)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row per claim per round, in order: `round, id, kind, text, confidence, violations, state`.

        `violations` counts the violated rules that name the claim in that round; `state` is what becomes
        of it next: `kept`, `changed`, `withdrawn` (by the next round's answer), `repaired` (dropped or
        changed by the repair) or `discarded` (the whole round was not kept).
        """
        import pandas

        rows = [
            {
                "round": turn.index,
                "id": claim.id,
                "kind": type(claim).__name__.lower(),
                "text": in_words(claim),
                "confidence": claim.confidence,
                "violations": sum(claim.id in finding.claims for finding in turn.verdict.violations),
                "state": self._what_becomes_of(claim.id, turn),
            }
            for turn in self.rounds
            for claim in turn.scene.claims()
        ]
        columns = ["round", "id", "kind", "text", "confidence", "violations", "state"]
        return pandas.DataFrame(rows, columns=columns).astype({"confidence": "float64"})

    def _what_becomes_of(self, claim: str, turn: Round) -> str:
        if turn.index > self.kept_round:
            return "discarded"
        if turn.index == self.kept_round:
            return "repaired" if any(edit.claim == claim for edit in self.edits) else "kept"
        after = self.rounds[turn.index + 1]
        if any(gone.claim == claim for gone in after.withdrawn):
            return "withdrawn"
        return "changed" if claim in after.changed else "kept"

    def to_networkx(self) -> "networkx.MultiDiGraph[str]":
        """Return the final scene as a graph: a node per entity, an edge per relation and part state with an object.

        Edge keys are claim ids; edges carry `kind`, `predicate` (`hip sit on` for a part state) and
        `confidence`. A part state without an object is a self-loop; counts lie in `graph["counts"]`.
        """
        import networkx

        graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(
            counts={c.category: c.value for c in self.scene.counts}
        )
        for entity in self.scene.entities:
            graph.add_node(entity.id, **_set_fields(entity, "id"))
        for state in self.scene.part_states:
            graph.add_edge(
                state.entity,
                state.entity if state.object is None else state.object,
                key=state.id,
                kind="part_state",
                predicate=f"{state.part} {state.state}",
                **_set_fields(state, "id", "entity", "object"),
            )
        for relation in self.scene.relations:
            graph.add_edge(
                relation.subject,
                relation.object,
                key=relation.id,
                kind="relation",
                **_set_fields(relation, "id", "subject", "object"),
            )
        return graph


def _set_fields(claim: Entity | PartState | Relation, *left_out: str) -> dict[str, Any]:
    return claim.model_dump(exclude=set(left_out), exclude_none=True)


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
