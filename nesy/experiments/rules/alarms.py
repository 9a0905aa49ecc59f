"""Ground-truth graphs + rules -> false alarms: how often each rule fires where nothing should be wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.checking import Rule, Rules, prepare
from nesy.experiments.datasets import THRESHOLD, graphs
from nesy.experiments.parallel import Watch, spread
from nesy.experiments.rules.coverage import preconditions, reached
from nesy.experiments.rules.selection import Selection
from nesy.scene import Scene
from nesy.verdict import Severity

GRAPH_LIMIT = 0.01
"""At most so large a share of the graphs of a set may have a violation."""
RULE_LIMIT = 0.005
"""At most so large a share may be flagged by one rule of severity violation."""
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
EXAMPLES = 10


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Example(_Frozen):
    """One finding on a ground-truth graph."""

    image: str
    rule: str
    message: str
    claims: tuple[str, ...]


class RuleAlarms(_Frozen):
    """What one rule does on one set."""

    rule: str
    name: str
    severity: Severity
    reached: int
    """Graphs in which the rule's preconditions hold, so that it could fire: its support."""
    fired: int
    """Graphs with at least one finding of this rule."""
    findings: int
    rate: float
    """`fired` over all graphs of the set, in [0, 1]."""
    passes: bool
    """Whether the rule stays within its limit; only violations have one."""


class SetAlarms(_Frozen):
    """What all rules do on one set."""

    dataset: str
    graphs: int
    empty: int
    """Graphs without a relation; they count as graphs."""
    merged: int
    repeated: int
    flagged: dict[Severity, int]
    """Graphs with at least one finding of this severity."""
    rate: float
    """Share of the graphs with a violation, in [0, 1]."""
    passes: bool
    rules: tuple[RuleAlarms, ...]


class AlarmReport(_Frozen):
    """False alarms of a rule pack on several sets, with the limits they are held against."""

    graph_limit: float = GRAPH_LIMIT
    rule_limit: float = RULE_LIMIT
    merged_above: float
    """IoU above which boxes of one class are one entity."""
    limit: int | None
    """Only the first so many graphs of each set were read."""
    sets: tuple[SetAlarms, ...]
    examples: tuple[Example, ...] = ()


@cache
def _preconditions(selection: Selection) -> Rules:
    return preconditions(selection.rules())


@dataclass
class _Sum:
    """What was counted so far; a chunk's sum is added to the sum of the set."""

    flagged: Counter[Severity] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def add(self, other: "_Sum", examples: int) -> None:
        self.flagged += other.flagged
        self.reached += other.reached
        self.fired += other.fired
        self.findings += other.findings
        self.examples += other.examples[: max(0, examples - len(self.examples))]


def measure_alarms(
    folder: str | Path,
    datasets: Sequence[str],
    selection: Selection | None = None,
    limit: int | None = None,
    examples: int = 0,
    watch: Watch = iter,
    threshold: float = THRESHOLD,
) -> AlarmReport:
    """Check the ground-truth graphs of each set and count what the rules find.

    >>> import json, tempfile
    >>> row = {"file": "a.jpg", "relations": [{"subject": "cup", "subject_box": [10, 10, 20, 20],
    ...     "predicate": "on", "object": "cup", "object_box": [10, 10, 20, 20]}]}  # labelled as on itself
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "vrd", "vrd.jsonl")
    ...     file.parent.mkdir()
    ...     _ = file.write_text(json.dumps(row))
    ...     report = measure_alarms(folder, ["vrd"], Selection(only=("SelfRelation", "SpatialAsymmetry")))
    >>> [(rule.name, rule.fired) for rule in report.sets[0].rules], report.sets[0].passes
    ([('related to itself', 1), ('one-way relation in both directions', 0)], False)

    Args:
        folder: holds the sets.
        datasets: names of `DATASETS`.
        selection: which rules; all shipped ones if None.
        limit: only the first so many graphs of each set.
        examples: so many findings of each set are kept.
        watch: wraps the chunks of a set while they are waited for.
        threshold: see `nesy.experiments.datasets`.

    Raises:
        InputError: a set or a rule is not there, or a file cannot be used.
        KnowledgeError: a rule file cannot be used.
    """
    folder, chosen = Path(folder), selection or Selection()
    rules = chosen.rules()  # a broken rule file is told before the graphs are read
    sets, shown = [], []
    for name in datasets:
        found = list(graphs(name, folder, limit, threshold))
        work = partial(_checked, selection=chosen, examples=examples)
        counted = _Sum()
        for chunk in spread(work, [gold.scene for gold in found], watch):
            counted.add(chunk, examples)
        sets.append(
            SetAlarms(
                dataset=name,
                graphs=len(found),
                empty=sum(not gold.scene.relations for gold in found),
                merged=sum(gold.merged for gold in found),
                repeated=sum(gold.repeated for gold in found),
                flagged={severity: counted.flagged[severity] for severity in SEVERITIES},
                rate=share(counted.flagged["violation"], len(found)),
                passes=counted.flagged["violation"] <= GRAPH_LIMIT * len(found),
                rules=tuple(_rule_alarms(rules, counted, len(found))),
            )
        )
        shown += counted.examples
    return AlarmReport(merged_above=threshold, limit=limit, sets=tuple(sets), examples=tuple(shown))


def share(part: int, whole: int) -> float:
    """Return part / whole to six digits; 0 of nothing is 0."""
    return round(part / whole, 6) if whole else 0.0


def _rule_alarms(rules: Iterable[Rule], counted: _Sum, total: int) -> Iterator[RuleAlarms]:
    for rule in rules:
        fired = counted.fired[rule.iri]
        yield RuleAlarms(
            rule=rule.iri,
            name=rule.name,
            severity=rule.severity,
            reached=counted.reached[rule.iri],
            fired=fired,
            findings=counted.findings[rule.iri],
            rate=share(fired, total),
            passes=rule.severity != "violation" or fired <= RULE_LIMIT * total,
        )


def _checked(scenes: Sequence[Scene], selection: Selection, examples: int) -> _Sum:
    rules, counted = selection.rules(), _Sum()
    for scene in scenes:
        prepared = prepare(scene, selection.ontology(), rules)
        found = prepared.findings(rules)
        counted.reached.update(reached(_preconditions(selection), prepared))
        counted.flagged.update({finding.severity for finding in found})
        counted.fired.update({finding.rule for finding in found})
        counted.findings.update(finding.rule for finding in found)
        name = scene.image.name if scene.image else ""
        for finding in found[: max(0, examples - len(counted.examples))]:
            counted.examples.append(
                Example(image=name, rule=finding.rule, message=finding.message, claims=finding.claims)
            )
    return counted
