"""Rules + golden cases + sampled scenes -> mutation score: how many small mistakes in a rule would be noticed."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.checking import Prepared, Rules, prepare
from nesy.errors import InputError, KnowledgeError
from nesy.experiments.mutation.shape_mutants import Mutant, mutants
from nesy.experiments.parallel import Watch, spread
from nesy.experiments.rules.probes import named_words
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.experiments.rules.selection import Selection
from nesy.ontology.namespaces import RULES
from nesy.scene import Scene

SAMPLED = 200
"""So many drawn scenes are used where none are given."""
TARGET = 0.95
"""A pack is well tested when at least so large a share of its mutants is noticed."""
SURVIVORS = Path(__file__).with_name("survivors.toml")
"""Why some mutants cannot be noticed, written by hand."""

Outcome = Literal["own cases", "other cases", "sampled scenes", "own sentences", "survived", "invalid"]
"""What noticed a mutant first: other claims on golden cases of its rule, on those of another one, on a sampled scene;
or, with the same claims everywhere, another sentence on a golden case of its rule; or nothing; or it is no rule."""
KILLERS: tuple[Outcome, ...] = ("own cases", "other cases", "sampled scenes", "own sentences")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RuleMutation(_Frozen):
    """What became of the mutants of one rule."""

    rule: str
    """IRI of the rule."""
    name: str
    """Its name."""
    mutants: int
    """Valid ones: they can be loaded and differ from the rule."""
    killed: int
    """How many were noticed."""
    by_own_cases: int
    """How many of those by golden cases of this rule."""
    invalid: int
    """Mutants that are no rule."""


class Survivor(_Frozen):
    """A mutant that nothing noticed."""

    rule: str
    """IRI of the rule."""
    operator: str
    """What kind of change it is."""
    change: str
    """What was changed."""
    reason: str | None
    """Why it cannot be noticed; None where nobody has said so."""


class MutationReport(_Frozen):
    """The mutation score of a rule pack."""

    schema_: str = Field(default="nesy.mutation/1", alias="schema")
    rules: tuple[RuleMutation, ...]
    """One row a rule."""
    survivors: tuple[Survivor, ...]
    """The mutants that nothing noticed."""
    mutants: int
    """How many valid mutants were tried."""
    killed: int
    """How many were noticed."""
    invalid: int
    """Mutants that are no rule; they count nowhere."""
    score: float
    """Killed over all valid mutants, in [0, 1]."""
    adjusted: float
    """The same without the survivors that have a reason."""
    target: float = TARGET
    """The score to reach."""
    killed_by: dict[str, int]
    """By what they were noticed -> how many."""
    operators: dict[str, dict[str, int]]
    """For every operator, its `mutants` and how many were `killed`."""
    golden: int
    """How many golden cases they were tried on."""
    sampled: int
    """How many other scenes."""
    seed: int | None
    """Of the drawn scenes; None where a file was given."""

    def to_json(self, indent: int | None = None) -> str:
        """Return the report as JSON."""
        return self.model_dump_json(by_alias=True, indent=indent)


@dataclass(frozen=True)
class Trial:
    """What mutants are tried on: golden cases as (rule, scene), and sampled scenes; scenes are JSON texts."""

    selection: Selection
    """Which rules, and which ontology."""
    golden: tuple[tuple[str, str], ...] = ()
    sampled: tuple[str, ...] = ()


def golden_folder() -> Path | None:
    """Return the folder of golden cases of this checkout; None in an installation, which has none."""
    folder = Path(__file__).resolve().parents[3] / "tests" / "rules"
    return folder if folder.is_dir() else None


def golden_cases(folder: str | Path) -> tuple[tuple[str, str], ...]:
    """Read golden cases: `RULE/good*.json` and `RULE/bad*.json`, in order, as (last part of the IRI, JSON).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bad = Path(folder, "SelfRelation", "bad.json")
    ...     bad.parent.mkdir()
    ...     _ = bad.write_text('''{"entities": [{"category": "cup"}],
    ...         "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}''')
    ...     [(rule, len(scene) > 0) for rule, scene in golden_cases(folder)]
    [('SelfRelation', True)]

    Raises:
        InputError: the folder is missing or holds none, or a file is no scene.
    """
    folder = Path(folder)
    files = sorted([*folder.glob("*/good*.json"), *folder.glob("*/bad*.json")])
    if not files:
        raise InputError(f"{folder}: no golden cases there (folders named like rules, with good*.json and bad*.json)")
    texts = [(path, path.read_text(encoding="utf-8")) for path in files]
    return tuple((path.parent.name, Scene.from_json(text, str(path)).to_json()) for path, text in texts)


def measure_mutation(
    golden: Sequence[tuple[str, str]],
    scenes: Sequence[Scene] | None = None,
    only: Sequence[str] = (),
    paths: Sequence[str] = (),
    seed: int = 0,
    watch: Watch = iter,
    processes: int | None = None,
    selection: Selection | None = None,
) -> MutationReport:
    """Make every mutant of the rules and look for a scene on which it finds other claims than its rule.

    >>> import nesy
    >>> cup = nesy.Entity(id="cup_1", category="cup")
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> bad = nesy.Scene(entities=[cup], relations=[on_itself])
    >>> report = measure_mutation([("SelfRelation", bad.to_json())], scenes=[], only=["SelfRelation"])
    >>> report.killed < report.mutants  # one case does not notice every mistake
    True
    >>> report.survivors[-1].change
    'sh:disjoint nesy:object -> sh:disjoint nesy:subject'

    Args:
        golden: see `golden_cases`; may be empty.
        scenes: what else to try them on; `SAMPLED` drawn scenes with errors put in if None.
        only: IRIs of rules, or their last part; all rules if empty.
        paths: rule files beside the shipped ones.
        seed: of the drawn scenes.
        watch: wraps the chunks while they are waited for, for a progress bar.
        processes: all cores if None.
        selection: which rules and which ontology; those of `paths` with the shipped ones if None.

    Raises:
        InputError: `only` names no rule, or a path does not exist.
        KnowledgeError: a rule file cannot be used.
    """
    selected = Selection(tuple(paths)) if selection is None else selection
    rules = selected.rules()
    chosen = [_named(rules, name) for name in only] or [rule.iri for rule in rules]
    sampled = sampled_scenes(SAMPLED, seed, named_words(rules)) if scenes is None else scenes
    trial = Trial(selected, tuple(golden), tuple(scene.to_json() for scene in sampled))
    made = [mutant for iri in chosen for mutant in mutants(rules.shape(iri), iri)]
    outcomes = [one for chunk in spread(partial(_tried, trial=trial), made, watch, processes) for one in chunk]
    tried = list(zip(made, outcomes, strict=True))
    reasons = read_reasons(SURVIVORS)
    survivors = tuple(
        Survivor(rule=m.rule, operator=m.operator, change=m.what, reason=reasons.get(m))
        for m, outcome in tried
        if outcome == "survived"
    )
    valid = [(m, outcome) for m, outcome in tried if outcome != "invalid"]
    killed = len(valid) - len(survivors)
    explained = sum(survivor.reason is not None for survivor in survivors)
    by_name = {rule.iri: rule.name for rule in rules}
    return MutationReport(
        rules=tuple(_of_rule(iri, by_name[iri], tried) for iri in chosen),
        survivors=survivors,
        mutants=len(valid),
        killed=killed,
        invalid=len(tried) - len(valid),
        score=_share(killed, len(valid)),
        adjusted=_share(killed, len(valid) - explained),
        killed_by={name: outcomes.count(name) for name in KILLERS},
        operators=_by_operator(valid),
        golden=len(golden),
        sampled=len(sampled),
        seed=seed if scenes is None else None,
    )


def _named(rules: Rules, name: str) -> str:
    for rule in rules:
        if name in (rule.iri, rule.iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]):
            return rule.iri
    raise InputError(f"no rule {name!r}; `nesy rules list` shows them")


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _of_rule(iri: str, name: str, tried: Sequence[tuple[Mutant, Outcome]]) -> RuleMutation:
    outcomes = Counter(outcome for mutant, outcome in tried if mutant.rule == iri)
    valid = outcomes.total() - outcomes["invalid"]
    return RuleMutation(
        rule=iri,
        name=name,
        mutants=valid,
        killed=valid - outcomes["survived"],
        by_own_cases=outcomes["own cases"],
        invalid=outcomes["invalid"],
    )


def _by_operator(valid: Sequence[tuple[Mutant, Outcome]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = defaultdict(lambda: {"mutants": 0, "killed": 0})
    for mutant, outcome in valid:
        table[mutant.operator]["mutants"] += 1
        table[mutant.operator]["killed"] += outcome != "survived"
    return dict(sorted(table.items()))


# --- why some survive ---


@dataclass(frozen=True)
class Reasons:
    """Reasons by (rule, operator, change); `*` stands for every rule."""

    entries: Mapping[tuple[str, str, str], str]

    def get(self, mutant: Mutant) -> str | None:
        """Return why a mutant cannot be noticed, or None."""
        short = mutant.rule.removeprefix(str(RULES))
        for rule in (short, mutant.rule, "*"):
            found = self.entries.get((rule, mutant.operator, mutant.what))
            if found is not None:
                return found
        return None


def read_reasons(path: Path) -> Reasons:
    """Read the file of reasons.

    Raises:
        KnowledgeError: it is no TOML, or an entry lacks a field; names the path.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
        return Reasons({(e["rule"], e["operator"], e["change"]): e["reason"] for e in entries})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise KnowledgeError(f"{path}: cannot be read: {error}") from None
    except KeyError as error:
        raise KnowledgeError(f"{path}: a survivor without {error}; needed are rule, operator, change, reason") from None


# --- trying ---


def _tried(made: Sequence[Mutant], trial: Trial) -> list[Outcome]:
    bench = _bench(trial)
    return [bench.outcome(mutant) for mutant in made]


@lru_cache(maxsize=1)
def _bench(trial: Trial) -> "_Bench":
    return _Bench(trial)


class _Bench:
    """The scenes of a trial, prepared once in a process, and what the rules as they are find on them."""

    def __init__(self, trial: Trial) -> None:
        self._rules, known = trial.selection.rules(), trial.selection.ontology()
        texts = [text for _, text in trial.golden] + list(trial.sampled)
        self._prepared = [prepare(Scene.from_json(text), known, self._rules) for text in texts]
        self._owner = [owner for owner, _ in trial.golden]
        self._found = cache(self._expected)

    def outcome(self, mutant: Mutant) -> Outcome:
        try:
            changed = Rules.of(mutant.graph())
        except KnowledgeError:
            return "invalid"
        if len(changed) != 1:
            return "invalid"  # without a target it is no rule any more
        expected = self._found(mutant.rule)
        for place, kind in self._order(mutant.rule):
            if _claims(self._prepared[place], changed) != expected[place]:
                return kind
        alone = self._rules.only(mutant.rule)
        for place in self._own(mutant.rule):
            if _sentences(self._prepared[place], changed) != _sentences(self._prepared[place], alone):
                return "own sentences"
        return "survived"

    def _own(self, rule: str) -> list[int]:
        short = rule.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        return [place for place, owner in enumerate(self._owner) if owner == short]

    def _order(self, rule: str) -> Iterator[tuple[int, Outcome]]:
        own = self._own(rule)
        yield from ((place, "own cases") for place in own)
        yield from ((place, "other cases") for place in range(len(self._owner)) if place not in own)
        yield from ((place, "sampled scenes") for place in range(len(self._owner), len(self._prepared)))

    def _expected(self, rule: str) -> list[frozenset[tuple[str, ...]]]:
        alone = self._rules.only(rule)
        return [_claims(prepared, alone) for prepared in self._prepared]


def _claims(prepared: Prepared, rules: Rules) -> frozenset[tuple[str, ...]]:
    """Return what the rules find, as sets of claims."""
    return frozenset(finding.claims for finding in prepared.findings(rules))


def _sentences(prepared: Prepared, rules: Rules) -> frozenset[str]:
    return frozenset(finding.message for finding in prepared.findings(rules))
