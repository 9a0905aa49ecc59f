"""Scenes + rules -> which rules they reach, break and clear, and which words of the vocabulary rules look at."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from nesy.checking import Prepared, Rule, Rules, prepare
from nesy.experiments.parallel import Watch, spread
from nesy.experiments.rules.preconditions import precondition_graph, preconditions
from nesy.experiments.rules.probes import interactions, part_states, touching
from nesy.experiments.rules.selection import Selection
from nesy.ontology import Ontology
from nesy.ontology.turtle import read_turtle
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, term
from nesy.verdict import Finding, Severity

__all__ = ["Coverage", "RuleCoverage", "Touched", "Words", "measure_coverage", "preconditions", "reach", "reached"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RuleCoverage(_Frozen):
    """In how many scenes a rule is reached (its preconditions hold) and in how many it fires."""

    rule: str
    """IRI of the rule."""
    name: str
    """Its name."""
    topic: str
    """The name of its file."""
    severity: Severity
    """That of the rule."""
    reached: int
    """Scenes in which its preconditions hold."""
    fired: int
    """Scenes in which it finds something."""
    cleared: int
    """Scenes in which it is reached and silent."""


class Touched(_Frozen):
    """Claims about one word: how many the scenes hold, how many some rule was reached by, how many it found."""

    seen: int
    """Claims about the word in the scenes."""
    reached: int
    """Those that some rule was reached by."""
    found: int
    """Those that some finding names."""


class Words(_Frozen):
    """A closed list of the vocabulary against the scenes and the rules."""

    total: int
    """How many the list has."""
    seen: dict[str, int]
    """How often each occurs in the scenes; those that do not are left out."""
    rules: dict[str, int]
    """For every word of the list, how many rules look at a claim with it; empty where that was not asked for."""

    @property
    def untouched(self) -> tuple[str, ...]:
        """The words that no rule looks at."""
        return tuple(word for word, count in self.rules.items() if not count)


class Coverage(_Frozen):
    """What a set of scenes exercises of a rule pack."""

    schema_: str = Field(default="nesy.coverage/1", alias="schema")
    scenes: int
    """How many there are."""
    rules: tuple[RuleCoverage, ...]
    """One row a rule."""
    verbs: dict[str, Touched]
    """By predicate, spatial relations too."""
    categories: dict[str, Touched]
    """By category; an entity is touched when a claim about it is."""
    parts: dict[str, Touched]
    """By body part."""
    topics: dict[str, dict[str, int]]
    """By topic and predicate: how many claims some rule of the topic was reached by."""
    interactions: Words
    """The 600 human-object interactions, as `ride bicycle`."""
    part_states: Words
    """The 93 states of body parts, as `hip sit_on`."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the coverage as JSON."""
        return self.model_dump_json(by_alias=True, indent=indent)


def reached(pack: Rules, prepared: Prepared) -> frozenset[str]:
    """Return the IRIs of the rules that a scene reaches; `pack` comes from `preconditions`."""
    return frozenset(finding.rule for finding in prepared.findings(pack))


def reach(rule: Rule, prepared: Prepared) -> bool:
    """Tell whether a scene reaches one rule."""
    return bool(prepared.findings(_precondition(rule.path, rule.iri)))


@cache
def _precondition(path: Path, iri: str) -> Rules:
    return Rules.of(precondition_graph(read_turtle(path), iri), path)


def measure_coverage(
    scenes: Sequence[Scene],
    paths: Sequence[str] = (),
    watch: Watch = iter,
    processes: int | None = None,
    vocabulary: bool = True,
    selection: Selection | None = None,
) -> Coverage:
    """Run the rules and their preconditions over scenes, on every core.

    >>> import nesy
    >>> cup = nesy.Entity(id="cup_1", category="cup")
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> found = measure_coverage([nesy.Scene(entities=[cup], relations=[on_itself])], vocabulary=False)
    >>> [rule.name for rule in found.rules if rule.fired], found.verbs["on"].found
    (['related to itself'], 1)

    Args:
        scenes: any number.
        paths: rule files beside the shipped ones.
        watch: wraps the chunks while they are waited for, for a progress bar.
        processes: all cores if None.
        vocabulary: whether every interaction and part state is also tried on the rules, which takes half a minute.
        selection: which rules and which ontology; those of `paths` with the shipped ones if None.

    Raises:
        InputError, KnowledgeError: a rule file cannot be used.
    """
    chosen = Selection(tuple(paths)) if selection is None else selection
    rules = chosen.rules()
    counted = _Sum()
    for chunk in spread(partial(_counted, selection=chosen), scenes, watch, processes):
        counted.add(chunk)
    listed = [*interactions(), *part_states()] if vocabulary else []
    looked_at: dict[str, int] = {}
    for words in spread(partial(_touched, selection=chosen), listed, watch, processes):
        looked_at.update(words)
    return Coverage(
        scenes=len(scenes),
        rules=tuple(
            RuleCoverage(
                rule=rule.iri,
                name=rule.name,
                topic=rule.path.stem,
                severity=rule.severity,
                reached=counted.reached[rule.iri],
                fired=counted.fired[rule.iri],
                cleared=counted.reached[rule.iri] - counted.fired[rule.iri],
            )
            for rule in rules
        ),
        verbs=counted.words("verb"),
        categories=counted.words("category"),
        parts=counted.words("part"),
        topics=counted.by_topic({rule.path.stem for rule in rules}),
        interactions=_words(interactions(), counted, looked_at),
        part_states=_words(part_states(), counted, looked_at),
    )


def _words(listed: Sequence[tuple[str, str]], counted: "_Sum", looked_at: Mapping[str, int]) -> Words:
    names = [" ".join(word) for word in listed]
    return Words(
        total=len(names),
        seen={name: counted.pairs[name] for name in names if counted.pairs[name]},
        rules={name: looked_at[name] for name in names if name in looked_at},
    )


Word = tuple[str, str]
"""`verb`, `category` or `part`, and the term."""


@dataclass
class _Sum:
    """What was counted so far; the sum of a chunk is added to that of all."""

    reached: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    seen: Counter[Word] = field(default_factory=Counter)
    looked_at: Counter[Word] = field(default_factory=Counter)
    found: Counter[Word] = field(default_factory=Counter)
    topics: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)

    def add(self, other: "_Sum") -> None:
        for name, counter in vars(other).items():
            getattr(self, name).update(counter)

    def words(self, kind: str) -> dict[str, Touched]:
        names = sorted({name for found, name in self.seen if found == kind})
        return {
            name: Touched(seen=self.seen[kind, name], reached=self.looked_at[kind, name], found=self.found[kind, name])
            for name in names
        }

    def by_topic(self, topics: Iterable[str]) -> dict[str, dict[str, int]]:
        table: dict[str, dict[str, int]] = {topic: {} for topic in sorted(topics)}
        for (topic, verb), count in sorted(self.topics.items()):
            table[topic][verb] = count
        return table


@cache
def _conditions(selection: Selection) -> Rules:
    return preconditions(selection.rules())


def _touched(words: Sequence[tuple[str, str]], selection: Selection) -> dict[str, int]:
    rules = selection.rules()
    return {" ".join(word): len(touching(word, rules)) for word in words}


def _counted(scenes: Sequence[Scene], selection: Selection) -> _Sum:
    rules, conditions = selection.rules(), _conditions(selection)
    topics = {rule.iri: rule.path.stem for rule in rules}
    counted = _Sum()
    for scene in scenes:
        prepared = prepare(scene, selection.ontology(), rules)
        found, met = prepared.findings(rules), prepared.findings(conditions)
        fired = {finding.rule for finding in found}
        counted.fired.update(fired)
        counted.reached.update(fired | {finding.rule for finding in met})
        words = _words_of(scene, prepared.ontology)
        counted.seen.update(word for about in words.values() for word in about)
        counted.looked_at.update(_about((*met, *found), words))
        counted.found.update(_about(found, words))
        by_topic: dict[str, list[Finding]] = defaultdict(list)
        for finding in (*met, *found):
            by_topic[topics[finding.rule]].append(finding)
        for topic, findings in by_topic.items():
            verbs = [name for kind, name in _about(findings, words) if kind == "verb"]
            counted.topics.update((topic, verb) for verb in verbs)
        counted.pairs.update(_pairs(scene, prepared.ontology))
    return counted


def _about(findings: Iterable[Finding], words: Mapping[str, list[Word]]) -> list[Word]:
    """Return the words of the claims that findings name, each claim counted once."""
    claims = {claim for finding in findings for claim in finding.claims}
    return [word for claim in sorted(claims) for word in words.get(claim, [])]


def _words_of(scene: Scene, ontology: Ontology) -> dict[str, list[Word]]:
    return {claim.id: _word_of(claim, ontology) for claim in scene.claims()}


def _word_of(claim: Claim, ontology: Ontology) -> list[Word]:
    match claim:
        case Entity():
            return [("category", _known(ontology, "category", claim.category))]
        case Relation():
            return [("verb", _known(ontology, "predicate", claim.predicate))]
        case PartState():
            return [("part", _known(ontology, "part", claim.part))]
        case Count():
            return []


def _known(ontology: Ontology, kind: str, label: str) -> str:
    """Return the vocabulary's word for a label, or the label itself where there is none."""
    concept = ontology.concept(kind, label)
    return concept.term if concept is not None and concept.exact else term(label)


def _pairs(scene: Scene, ontology: Ontology) -> Iterable[str]:
    categories = {entity.id: _known(ontology, "category", entity.category) for entity in scene.entities}
    for relation in scene.relations:
        yield f"{_known(ontology, 'predicate', relation.predicate)} {categories[relation.object]}"
    for state in scene.part_states:
        part = _known(ontology, "part", state.part)
        broad = part.removeprefix("left_").removeprefix("right_")
        yield f"{broad} {_known(ontology, 'state', state.state)}"
