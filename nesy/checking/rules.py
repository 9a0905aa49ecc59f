"""Rule files (SHACL in Turtle) -> Rules: the shipped pack and the user's own, each rule with its metadata."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from nesy import assets
from nesy.checking.compiler import Plan, plan
from nesy.checking.foreign_queries import refuse_foreign_queries
from nesy.checking.inference import Inference
from nesy.checking.lint.files import mistakes_of
from nesy.checking.lint.flaws import Surroundings, alone, among, refusal, refuse
from nesy.checking.lint.mistake import Mistake
from nesy.checking.lint.shacl_terms import misspelt_terms
from nesy.checking.locality import reach_of
from nesy.checking.location import rule_at
from nesy.checking.loop_engine import Program, infers_by_loops, obstacle, program
from nesy.checking.prefixes import Prefixes
from nesy.checking.rule import Rule
from nesy.checking.rule_graph import SEVERITIES, rule_graph
from nesy.checking.rule_reader import read_rules, rule_files
from nesy.checking.smoke_test import try_rules
from nesy.checking.value_constraints import Unknown
from nesy.errors import InputError, KnowledgeError
from nesy.ontology import Ontology
from nesy.ontology.languages import ENGLISH
from nesy.ontology.turtle import read_turtle
from nesy.ontology.well_formed import refuse_broken_terms
from nesy.verdict import Severity, named

if TYPE_CHECKING:  # pySHACL takes as long to import as all else, and only rules that are no loops need it
    from pyshacl.shapes_graph import ShapesGraph

    from nesy.checking.pyshacl_engine import Reference

OVER_TIME, ACROSS_PICTURES = "time.ttl", "pictures.ttl"
"""The shipped files of rules that speak of a clip, or of several pictures, and not of a scene: their data say more."""
_GRADES = {severity: node for node, severity in SEVERITIES.items()}


@dataclass(frozen=True, eq=False)
class Rules:
    """A set of rules, ready to run; iterable, in the order of files and IRIs.

    >>> import rdflib
    >>> import nesy
    >>> own = nesy.Rules.of(rdflib.Graph().parse(data='''
    ...     @prefix sh: <http://www.w3.org/ns/shacl#> .
    ...     @prefix nesy: <https://w3id.org/nesy/ontology#> .
    ...     <https://example.org/rules#SureEnough> a sh:NodeShape ; sh:targetClass nesy:Relation ;
    ...         sh:property [ sh:path nesy:confidence ; sh:minInclusive 0.5 ] ; sh:severity sh:Warning ;
    ...         sh:message "{?subject} {?predicate} {?object} is said with little confidence." .'''))
    >>> cup, tray = nesy.Entity(id="cup_1", category="cup"), nesy.Entity(id="tray_1", category="tray")
    >>> on = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="tray_1", confidence=0.2)
    >>> nesy.check(nesy.Scene(entities=[cup, tray], relations=[on]), own).findings[0].message
    'cup_1 on tray_1 is said with little confidence.'
    """

    rules: tuple[Rule, ...]
    inferences: tuple[Inference, ...]
    """What is added to the data before the rules are run (sh:rule)."""
    graph: Graph
    """All shapes, merged; rules that are off are deactivated in it."""
    plans: tuple[Plan, ...]
    """The queries of the rules that are compiled, in the same order."""
    unplanned: Mapping[str, str]
    """The other rules, and the construct of SHACL that no query is made of."""
    language: str = ENGLISH
    """That of messages and names which are there in several."""
    only_grave: bool = False
    """Whether they find violations alone, and leave out what shapes within them grade lower."""

    def __reduce__(self) -> tuple[type["Rules"], tuple[object, ...]]:
        parts = (self.rules, self.inferences, self.graph, self.plans, dict(self.unplanned))
        return Rules, (*parts, self.language, self.only_grave)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def only(self, *names: str) -> "Rules":
        """Return these rules alone, with all inferences.

        Args:
            names: IRIs of rules, or their last part (`UnusualPair`).

        Raises:
            InputError: there is no rule of that name.
        """
        iris = {_named(self.rules, name) for name in names}
        return replace(
            self,
            rules=tuple(rule for rule in self.rules if rule.iri in iris),
            plans=tuple(plan for plan in self.plans if plan.iri in iris),
            unplanned={iri: reason for iri, reason in self.unplanned.items() if iri in iris},
        )

    def shape(self, name: str) -> Graph:
        """Return a copy of the triples of one rule: with nameless nodes below, shapes it refers to, and prefixes.

        Raises:
            InputError: there is no rule of that name.
        """
        return rule_graph(self.graph, URIRef(_named((*self.rules, *self.inferences), name)))

    @cached_property
    def grave(self) -> "Rules":
        """The violations alone: what makes a scene inconsistent, in half the time."""
        grave = self.only(*(rule.iri for rule in self.rules if "violation" in (rule.severity, *rule.within)))
        return replace(grave, only_grave=True)

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str] | None]:
        """IRI -> what a violation hangs on beside the claims it names: whose categories; None: the whole scene.

        Whose: `subject`, `object`, `entity` of these claims. `nesy.checking.locality` reads it off the rules.
        """
        found = reach_of(self.graph, [rule.iri for rule in self.rules], [one.text for one in self.inferences])
        return MappingProxyType(found)

    @cached_property
    def programs(self) -> Mapping[str, Program]:
        """The compiled rules: their queries are loops of Python."""
        programs = ((plan.iri, program(plan)) for plan in self.plans)
        return MappingProxyType({iri: one for iri, one in programs if one is not None})

    @cached_property
    def uncompiled(self) -> Mapping[str, str]:
        """The rules that run on pySHACL, and the construct for which they do."""
        found = {plan.iri: obstacle(plan) for plan in self.plans if plan.iri not in self.programs}
        return MappingProxyType({**self.unplanned, **{iri: reason for iri, reason in found.items() if reason}})

    @cached_property
    def infers_by_loops(self) -> bool:
        """Whether all inferences are loops of Python."""
        return infers_by_loops(self.inferences)

    @cached_property
    def reference(self) -> "Reference":
        """The same rules for pySHACL."""
        from nesy.checking.pyshacl_engine import Reference

        return Reference(((rule.iri, self.shape(rule.iri)) for rule in self.rules), self.language)

    @cached_property
    def reference_inferences(self) -> "Mapping[str, ShapesGraph]":
        """The inferences for pySHACL, each in a graph of its own."""
        from nesy.checking.pyshacl_engine import inferring

        return {one.iri: inferring(self.shape(one.iri)) for one in self.inferences}

    @classmethod
    def of(cls, graph: Graph, path: Path = Path("rules.ttl"), language: str = ENGLISH) -> "Rules":
        """Return the rules and inferences of a shapes graph; they are compiled, but not tried as those of files are.

        Args:
            path: what errors name.
            language: that of messages and names which are there in several; else English, else without a language.

        Raises:
            KnowledgeError: as `load`.
        """
        refuse_broken_terms(graph, path)
        refuse_foreign_queries(graph, path)
        refuse(misspelt_terms(graph), path)
        return _compiled(*read_rules(graph, path, language), graph, language)

    @classmethod
    def over_time(
        cls,
        paths: Sequence[str | Path] = (),
        off: Collection[str] = (),
        severities: Mapping[str, Severity] = MappingProxyType({}),
        language: str = ENGLISH,
        ontology: Ontology | None = None,
    ) -> "Rules":
        """Read the shipped rules of clips and those of `paths`, without those in `off`, as `load` does those of scenes.

        Args:
            paths: further files or folders.
            off: rules that are not checked.
            severities: rules that are graded otherwise than their file says.
            language: that of messages and names which are there in several.
            ontology: whose words rules may name; the shipped one if None.

        Raises:
            InputError: a path does not exist, or `off` or `severities` name no rule.
            KnowledgeError: as `load`.
        """
        return _loaded([assets.rules() / OVER_TIME], rule_files(paths), off, severities, language, ontology)

    @classmethod
    def load(
        cls,
        paths: Sequence[str | Path] = (),
        off: Collection[str] = (),
        severities: Mapping[str, Severity] = MappingProxyType({}),
        shipped: bool = True,
        language: str = ENGLISH,
        ontology: Ontology | None = None,
    ) -> "Rules":
        """Read the shipped rules and those of `paths` (Turtle files, or folders of them), without those in `off`.

        Rules are named by IRI, or by its last part (`UnusualPair`).

        Args:
            paths: further files or folders.
            off: rules that are not checked.
            severities: rules that are graded otherwise than their file says, shapes within them too:
                `{"UnusualPair": "info"}`.
            shipped: whether the shipped rules are read at all; False: those of `paths` replace them.
            language: that of messages and names which are there in several; else English, else without a language.
            ontology: whose words rules may name; the shipped one if None.

        Raises:
            InputError: a path does not exist, `off` or `severities` name no rule, or nothing is left to read.
            KnowledgeError: a file is no Turtle, a rule lacks its message or severity, has none or no good IRI,
                is defined twice, its SHACL or SPARQL is wrong, or holds what would never fire: a term that is no
                SHACL or is not run, a class or word that nobody declares, a shape that nothing reaches; one line with
                path, line, term or rule, and what was probably meant.
        """
        if not paths and not shipped:
            raise InputError("no rules: without the shipped ones, give at least one rule file")
        if not paths and not off and not severities:
            return _shipped(language)
        files = ([*_shipped_files()] if shipped else [], rule_files(paths))
        try:
            return _loaded(*files, off, severities, language, ontology)
        except KnowledgeError:
            _refuse_first(paths, shipped, language, ontology)
            raise

    @classmethod
    def across_pictures(
        cls,
        paths: Sequence[str | Path] = (),
        off: Collection[str] = (),
        severities: Mapping[str, Severity] = MappingProxyType({}),
        language: str = ENGLISH,
        ontology: Ontology | None = None,
    ) -> "Rules":
        """Read the shipped rules across pictures and those of `paths`; takes what `over_time` does.

        Raises:
            InputError: a path does not exist, or `off` or `severities` name no rule.
            KnowledgeError: as `load`.
        """
        shipped = [assets.rules() / ACROSS_PICTURES]
        return _loaded(shipped, rule_files(paths), off, severities, language, ontology)


@cache
def _shipped(language: str) -> Rules:
    return _loaded(_shipped_files(), [], (), {}, language, None)


def _shipped_files() -> list[Path]:
    return sorted(path for path in assets.rules().glob("*.ttl") if path.name not in (OVER_TIME, ACROSS_PICTURES))


def lint(
    paths: Sequence[str | Path], shipped: bool = True, ontology: Ontology | None = None, language: str = ENGLISH
) -> list[Mistake]:
    """Return every mistake of some rule files, and warnings, in the order of files and lines.

    What is a mistake here is refused by `Rules.load`, with its first mistake alone.

    Args:
        paths: Turtle files, or folders of them.
        shipped: whether the shipped rules are read beside them.
        ontology: whose words rules may name; the shipped one if None.
        language: that of messages and names which are there in several.

    Raises:
        InputError: a path does not exist.
    """
    return mistakes_of(rule_files(paths), Rules.load(language=language) if shipped else None, ontology, language)


def _loaded(
    shipped: Sequence[Path],
    own: Sequence[Path],
    off: Collection[str],
    severities: Mapping[str, Severity],
    language: str,
    ontology: Ontology | None,
) -> Rules:
    merged = Graph(bind_namespaces="none")
    graphs: dict[Path, Graph] = {}
    rules: list[Rule] = []
    inferences: list[Inference] = []
    for path in (*shipped, *own):
        file = _own_file(path, language) if path in own else _shipped_file(path, language)
        graphs[path] = file.graph
        rules += file.rules
        inferences += file.inferences
        for triple in file.graph:
            merged.add(triple)
    everything: list[Rule | Inference] = [*rules, *inferences]
    _no_empty_file(graphs, everything)
    for iri, times in Counter(one.iri for one in everything).items():
        if times > 1:
            where = [one.path for one in everything if one.iri == iri]
            raise KnowledgeError(f"{rule_at(where[-1], iri)} is already defined in {where[0]}; give it another IRI")
    if own:
        around = Surroundings.of(merged, ontology or Ontology.default())
        for path in own:
            named: set[Node] = {URIRef(one.iri) for one in everything if one.path == path}
            refuse(among(graphs[path], around, named), path)
    silent = {_named(everything, name) for name in off}
    for iri in silent:
        merged.add((URIRef(iri), SH.deactivated, Literal(True)))
    graded = {_named(rules, name): severity for name, severity in severities.items()}
    for iri, severity in graded.items():
        merged.set((URIRef(iri), SH.severity, _GRADES[severity]))
    rules = [replace(one, severity=graded[one.iri], within=()) if one.iri in graded else one for one in rules]
    try_rules([rule for rule in rules if rule.path in own], merged)
    return _compiled(
        [rule for rule in rules if rule.iri not in silent],
        [one for one in inferences if one.iri not in silent],
        merged,
        language,
    )


@dataclass(frozen=True)
class _File:
    graph: Graph
    """Not to be changed."""
    rules: tuple[Rule, ...]
    inferences: tuple[Inference, ...]


@cache
def _shipped_file(path: Path, language: str) -> _File:
    """Read a shipped file, once; the tests look for flaws in it."""
    return _file(read_turtle(path), path, language)


def _own_file(path: Path, language: str) -> _File:
    graph = read_turtle(path)
    refuse(alone(graph), path)
    return _file(graph, path, language)


def _file(graph: Graph, path: Path, language: str) -> _File:
    rules, inferences = read_rules(graph, path, language)
    return _File(graph, tuple(rules), tuple(inferences))


def _refuse_first(paths: Sequence[str | Path], shipped: bool, language: str, ontology: Ontology | None) -> None:
    """Raise KnowledgeError for the first mistake of some files, as `nesy rules lint` lists them."""
    grave = [one for one in lint(paths, shipped, ontology, language) if one.grave]
    if grave:
        raise refusal([one for one in grave if one.path == grave[0].path]) from None


def _no_empty_file(graphs: Mapping[Path, Graph], found: Sequence[Rule | Inference]) -> None:
    """Refuse a file without a rule, unless another one refers to what it says."""
    for path, graph in graphs.items():
        if any(one.path == path for one in found):
            continue
        others = [other for other in graphs.values() if other is not graph]
        if not any((None, None, node) in other for other in others for node in set(graph.subjects())):
            raise KnowledgeError(
                f"{path}: holds no rule; a rule is a SHACL shape with a target, such as sh:targetClass"
            )


def _compiled(rules: Sequence[Rule], inferences: Sequence[Inference], graph: Graph, language: str) -> Rules:
    plans: list[Plan] = []
    unplanned: dict[str, str] = {}
    prefixes = Prefixes(graph)
    for rule in rules:
        try:
            plans.append(plan(graph, URIRef(rule.iri), prefixes, language))
        except Unknown as construct:
            unplanned[rule.iri] = str(construct)
        except (ValueError, SyntaxError) as error:
            reason = " ".join(str(error).split())[:300]
            raise KnowledgeError(f"{rule_at(rule.path, rule.iri)} is no valid SHACL: {reason}") from error
    return Rules(tuple(rules), tuple(inferences), graph, tuple(plans), MappingProxyType(unplanned), language)


def _named(rules: Sequence[Rule | Inference], name: str) -> str:
    for rule in rules:
        if named(rule.iri, (name,)):
            return rule.iri
    raise InputError(f"no rule {name!r}; `nesy rules list` shows their IRIs")
