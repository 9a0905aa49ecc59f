"""Finding: one rule broken at one place. Judgement: one claim against evidence. Verdict: both, as `nesy.verdict/1`."""

import re
from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field

from nesy.scene.exports import needed, without_controls
from nesy.scene.html_table import html_table
from nesy.scene.matplotlib_figure import Axes, axes, draw_bars

if TYPE_CHECKING:
    import networkx
    import pandas

Severity = Literal["violation", "warning", "info"]
Status = Literal["supported", "contradicted", "unknown"]
Objection = Literal[
    "absent_class",
    "absent_wide",
    "absent_compound",
    "absent_sort",
    "absent_word",
    "denied",
    "present",
    "other_kind",
    "worn_kind",
    "elsewhere",
    "other_category",
    "plural",
    "count",
    "count_fewer",
    "count_some",
    "stated_count",
    "stated_count_some",
    "quantity",
    "too_many",
    "colour",
    "colour_once",
    "posture",
    "posture_animal",
    "state",
    "reversed",
    "rule",
]
"""How evidence objects to a claim; `nesy.grounding.objection_weights` says of each how often it is right."""
_COLUMNS = ("severity", "rule", "name", "focus", "claims", "message")
Standing = Literal["consistent", "inconsistent", "unknown"]


class Finding(BaseModel):
    """One rule, broken at one focus, with the exact claims that are in conflict.

    >>> finding = Finding(
    ...     rule="https://w3id.org/nesy/rules#SelfRelation", name="related to itself", severity="violation",
    ...     focus="cup_1", claims=("r1",), message="cup_1 cannot be on itself.")
    >>> finding.claims, finding.message
    (('r1',), 'cup_1 cannot be on itself.')
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    """IRI of the rule."""
    name: str
    """The rule's name, in a few words."""
    severity: Severity
    """`violation`: it cannot be; `warning`: it is unusual; `info`: something may be missing."""
    focus: str
    """Id of the entity or claim that the rule was checked at; of an attribute `cup_1/attribute/0`."""
    claims: tuple[str, ...]
    """Ids of the claims in conflict, sorted; an entity's id stands for the claims about the entity itself."""
    message: str
    """A plain sentence with the entities named."""
    instead: Annotated[tuple[str, ...], Field(exclude_if=lambda words: not words)] = ()
    """Categories that the focus may be of instead, with underscores, the likeliest first: what a witness sees in that
    very box. Empty where nothing tells."""


def named(rule: str, names: Container[str]) -> bool:
    """Tell whether a rule is among names: by its IRI, or the last part of it.

    >>> named("https://w3id.org/nesy/rules#BoxTiny", ("BoxTiny",))
    True
    """
    return rule in names or re.split("[#/]", rule)[-1] in names


class NotDecided(BaseModel):
    """A rule of which it is not known whether the scene breaks it: it would have taken too much time or memory.

    >>> NotDecided(rule="https://example.org/rules#Slow", severity="warning", reason="it takes more than 5 s").severity
    'warning'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    """IRI of the rule, or of the inference that other rules may rest on."""
    severity: Severity
    """Of the rule; of an inference `violation`, for it may bring one about."""
    reason: str
    """Why it was stopped, in words."""


class Unreported(BaseModel):
    """Findings of one rule that are counted and not told one by one.

    >>> Unreported(rule="https://w3id.org/nesy/rules#SelfRelation", severity="violation", number=12).number
    12
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    """IRI of the rule."""
    severity: Severity
    """Of the findings."""
    number: int
    """How many there are beside those in `findings`."""


def _standing(verdict: dict[str, Any]) -> Standing:
    """Return the status of a verdict that does not say."""
    if verdict["consistent"]:
        return "consistent"
    broken = any(one.severity == "violation" for one in (*verdict["findings"], *verdict["more"]))
    return "unknown" if verdict["undecided"] and not broken else "inconsistent"


class Verdict(BaseModel):
    """What the rules say about one scene.

    `consistent` means: no finding of severity `violation`, every rule of that severity was decided, and there is a word
    that one could speak of; `status` tells which of the three it is that lacks.

    >>> import nesy
    >>> cup = nesy.Entity(id="cup_1", category="cup")
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> verdict: Verdict = nesy.check(nesy.Scene(entities=[cup], relations=[on_itself]))
    >>> verdict.consistent, [finding.claims for finding in verdict.violations]
    (False, [('r1',)])
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.verdict/1"] = Field(default="nesy.verdict/1", alias="schema")
    consistent: bool
    """Whether no finding is a violation, no rule that may find one was left undecided, and any word is known."""
    findings: tuple[Finding, ...] = ()
    """By severity, rule and claims."""
    more: tuple[Unreported, ...] = ()
    """What is found beside `findings`, where a rule finds more than are told (`checking.findings_per_rule`)."""
    undecided: tuple[NotDecided, ...] = ()
    """The rules that were stopped, by IRI; mostly none."""
    why_unknown: str = Field(default="", exclude_if=lambda why: not why)
    """Why nothing can be concluded although no rule speaks against the scene: no word of it is known, or the model
    cannot read such a picture."""
    status: Standing = Field(default_factory=_standing)
    """What may be concluded: `unknown` where no rule speaks against the scene, and none could, or one that may was left
    undecided."""
    unknown_labels: tuple[str, ...] = ()
    """Words of the scene that the ontology does not know, as written, sorted."""

    def __repr__(self) -> str:
        """Tell the verdict in one line; `to_json` tells all of it."""
        told = self.status
        many = Counter(finding.severity for finding in self.findings)
        counted = [f"{n} {kind if n == 1 else kind + 's'}" for kind in get_args(Severity) if (n := many[kind])]
        return f"<{type(self).__name__}: {', '.join((told, *counted))}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return a table of the findings, for a notebook."""
        rows = [(one.severity, one.name, ", ".join(one.claims), one.message) for one in self.findings]
        told = "; ".join(filter(None, (repr(self)[1:-1], self.why_unknown)))
        return html_table(told, ("severity", "rule", "claims", "finding"), rows)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a finding: `severity, rule, name, focus, claims, message`; claims with blanks between.

        >>> Verdict(consistent=True).to_frame().columns.tolist()
        ['severity', 'rule', 'name', 'focus', 'claims', 'message']

        Raises:
            InputError: pandas is not installed.
        """
        found: pandas.DataFrame = needed("pandas").DataFrame(self._rows(), columns=list(_COLUMNS))
        return found

    def to_networkx(self) -> "networkx.DiGraph[str]":
        """Return a graph with an edge from each finding (`finding_1`, by place) to each claim that it names.

        Nodes say in `kind` whether they are a `finding` or a `claim`; GraphML and GEXF can be written of it. Where a
        claim is called like a finding, all findings have a further `_` (`finding__1`).

        Raises:
            InputError: networkx is not installed.
        """
        graph: networkx.DiGraph[str] = needed("networkx").DiGraph()
        claims = {claim: without_controls(claim) for found in self.findings for claim in found.claims}
        named = "finding_"
        while any(f"{named}{place}" in claims.values() for place, _ in enumerate(self.findings, start=1)):
            named += "_"
        for place, (found, row) in enumerate(zip(self.findings, self._rows(), strict=True), start=1):
            told = {("rule_name" if key == "name" else key): without_controls(value) for key, value in row.items()}
            graph.add_node(f"{named}{place}", kind="finding", **told)
            for claim in found.claims:
                graph.add_node(claims[claim], kind="claim")
                graph.add_edge(f"{named}{place}", claims[claim])
        return graph

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw how often each rule found something, by severity, with matplotlib; returns the field.

        Args:
            ax: a field of matplotlib; None makes a new figure.

        Raises:
            InputError: matplotlib is not installed.
        """
        names = list(dict.fromkeys(one.name for one in self.findings))
        parts = {
            severity: [sum((one.name, one.severity) == (name, severity) for one in self.findings) for name in names]
            for severity in get_args(Severity)
        }
        return draw_bars(names, {kind: n for kind, n in parts.items() if any(n)}, axes(ax), "findings")

    def _rows(self) -> list[dict[str, str]]:
        rows = ({name: getattr(one, name) for name in _COLUMNS} for one in self.findings)
        return [row | {"claims": " ".join(row["claims"])} for row in rows]

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that make the scene inconsistent."""
        return tuple(f for f in self.findings if f.severity == "violation")

    def doubted(self, why: str) -> Self:
        """Return this verdict as one of status `unknown`, for a reason; an inconsistent one, or no reason: as it is.

        >>> Verdict(consistent=True).doubted("No word of the scene is known.").status
        'unknown'
        """
        if not why or self.status == "inconsistent":
            return self
        return self.model_copy(update={"consistent": False, "status": "unknown", "why_unknown": why})

    def number(self, *severities: Severity) -> int:
        """Return how many findings there are of these severities, told or not."""
        told = sum(finding.severity in severities for finding in self.findings)
        return told + sum(rest.number for rest in self.more if rest.severity in severities)

    def to_json(self, indent: int | None = None) -> str:
        """Return the verdict as `nesy.verdict/1` JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)


class Judgement(BaseModel):
    """What evidence says of one claim.

    >>> Judgement(claim="cat_1", says="cat_1 is a cat", status="unknown", reason="The evidence names no cat.").status
    'unknown'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str
    """Id of the claim; of the entity, where one of its attributes is judged."""
    attribute: str | None = None
    """The attribute that is judged; None: the claim itself."""
    says: str
    """The claim in words."""
    status: Status
    """`supported`: the evidence says it; `contradicted`: it cannot be if the evidence holds; else `unknown`."""
    chance: Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)] | None = None
    """That the claim is so; None where nothing is known of it."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where a text says it: characters [start, end); empty for a scene that comes from no text."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence's claims that it rests on, sorted; of several evidences `2:dog_1`, counted from 1."""
    reason: str
    """One plain sentence."""
    objection: Objection | None = None
    """Of which kind the objection is, also of one that is right too seldom to contradict; None: none."""


class GroundedVerdict(Verdict):
    """A verdict with what evidence says of every claim; a contradicted claim makes the scene inconsistent with it.

    >>> absent = Judgement(claim="cat_1", says="cat_1 is a cat", status="contradicted", reason="There is no cat.")
    >>> verdict = GroundedVerdict(consistent=False, judgements=(absent,))
    >>> [judgement.claim for judgement in verdict.contradicted]
    ['cat_1']
    """

    judgements: tuple[Judgement, ...]
    """What evidence says: one of each claim and of each attribute; only where evidence was given."""

    @property
    def contradicted(self) -> tuple[Judgement, ...]:
        """The claims that cannot be if the evidence holds."""
        return tuple(j for j in self.judgements if j.status == "contradicted")
