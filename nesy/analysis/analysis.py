"""Analysis: each round of one image with its prompt, reply, scene and verdict, and the result, as `nesy.analysis/1`."""

import warnings
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from nesy.analysis.history import History
from nesy.analysis.life import Life, life
from nesy.analysis.records import record_of
from nesy.analysis.rounds import Round
from nesy.errors import InputError, KnowledgeError
from nesy.graph.owl_document import declare
from nesy.graph.provenance import AnalysisRecord, WrittenQuad, quads, to_dataset
from nesy.graph.scene_triples import BASE
from nesy.graph.triples import to_rdf
from nesy.ontology import Ontology
from nesy.ontology.reference import find
from nesy.scene import Entity, Relation, in_full, in_words, read_json
from nesy.scene.html_table import html_table, share
from nesy.scene.matplotlib_figure import Axes, axes, draw_scene
from nesy.sparql import is_iri

if TYPE_CHECKING:
    import networkx
    import pandas
    import rdflib


_USAGE: Any = {"usage": True, "rounds": {"__all__": {"usage": True}}}  # mypy wants the type of each level


class Analysis(History):
    """Everything about one analysed image: all rounds, the final scene and how it came about.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> described = '''{"entities": [{"id": "cup_1"}],
    ...     "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}'''
    >>> model = ScriptedModel([described, '{"1": "withdraw"}'])
    >>> analysis = nesy.Pipeline(model).analyze("examples/images/tea.png")
    >>> [turn.kind for turn in analysis.rounds], analysis.stop_reason
    (['describe', 'correct'], 'consistent')
    >>> [(gone.claim, gone.by) for gone in analysis.withdrawn]
    [('r1', 'model')]
    >>> nesy.Analysis.from_json(analysis.to_json()) == analysis
    True
    """

    def __repr__(self) -> str:
        """Tell the analysis in one line; `to_json` tells all of it."""
        claims, rounds = len(list(self.scene.claims())), len(self.rounds)
        broken = self.verdict.number("violation")
        end = f"{broken} violations" if broken else self.verdict.status
        return f"<Analysis of {self.image.name!r}: {claims} claims, {rounds} rounds, {end}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return tables of the final claims, of what was withdrawn and why, and of the findings, for a notebook."""
        claims = [(claim.id, in_full(claim), share(claim.confidence)) for claim in self.scene.claims()]
        gone = [(one.claim, in_words(one.was), f"{one.by}, round {one.round}", one.reason) for one in self.withdrawn]
        edits = [
            (one.claim, in_words(one.was), in_words(one.now), one.reason) for one in self.edits if one.now is not None
        ]
        return "".join(
            (
                html_table(repr(self)[1:-1], ("id", "claim", "confidence"), claims),
                html_table("Withdrawn", ("id", "claim", "by", "why"), gone) if gone else "",
                html_table("Repaired", ("id", "was", "is", "why"), edits) if edits else "",
                self.verdict._repr_html_() if self.verdict.findings or self.verdict.why_unknown else "",
            )
        )

    def plot(self, image: object | None = None, ax: Axes | None = None) -> Axes:
        """Draw the final scene with matplotlib, and broken and red what was withdrawn; returns the field.

        Args:
            image: a `nesy.Image`, a picture of Pillow, or its pixels as an array.
            ax: a field of matplotlib; None makes a new figure.

        Raises:
            InputError: matplotlib is not installed.
        """
        here = {claim.id for claim in self.scene.claims()}
        gone = [one.was for one in self.withdrawn if one.claim not in here]
        return draw_scene(
            (*self.scene.entities, *(claim for claim in gone if isinstance(claim, Entity))),
            (*self.scene.relations, *(claim for claim in gone if isinstance(claim, Relation))),
            image,
            axes(ax),
            frozenset(claim.id for claim in gone),
        )

    def to_json(self, indent: int | None = None) -> str:
        """Return the analysis as `nesy.analysis/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "analysis") -> "Analysis":
        """Read `nesy.analysis/1` JSON.

        Raises:
            InputError: it is no JSON or no analysis; names `source`, the field and what is wrong with it.
        """
        analysis = read_json(cls, text, source, written_by_hand=True)
        for place, rule in _rules_of(analysis):
            if not is_iri(rule):
                raise InputError(f"{source}: {place}: {rule!r} is no IRI of a rule")
        return analysis

    @property
    def graph(self) -> "rdflib.Dataset":
        """The analysis as RDF: one named graph per round and the final one; provenance in the default graph.

        Raises:
            KnowledgeError: as `known`.
        """
        return to_dataset(self.record, self.base, self.known)

    def quads(self) -> Iterator[WrittenQuad]:
        """Yield `graph` as plain quads, some of them more than once.

        Raises:
            KnowledgeError: as `known`.
        """
        return quads(self.record, self.base, self.known)

    @property
    def known(self) -> Ontology:
        """The ontology that its words are of: the shipped one, with the files of its settings.

        Raises:
            KnowledgeError: one of these files cannot be read, or is not what it was when the analysis was made.
        """
        known = Ontology.with_own(*(file.path for file in self.ontology))
        for then, now in zip(self.ontology, known.own, strict=True):
            if then.sha256 != now.sha256:
                raise KnowledgeError(
                    f"{then.path}: has changed since the analysis was made; its sha256 was {then.sha256}"
                )
        return known

    @property
    def record(self) -> AnalysisRecord:
        """What `graph` is written from, in plain values."""
        return record_of(self)

    @property
    def base(self) -> str:
        """What the ids are appended to in RDF: `.../IMAGE/ANALYSIS#`, the first 16 digits of two SHA-256 sums.

        The sums are those of the picture's file (left out when it is not known) and of the analysis as JSON without
        what it took (`usage`: calls, tokens, seconds). Analyses of different pictures, and different analyses of one
        picture, can so be loaded together; the same analysis has the same names everywhere, and when the same picture,
        model, settings and seed give the same again, that is the same analysis.
        """
        said = self.model_dump_json(by_alias=True, exclude_none=True, exclude=_USAGE)
        own = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
        return (
            "/".join((BASE.rstrip("#"), *(() if self.image.sha256 is None else (self.image.sha256[:16],)), own[:16]))
            + "#"
        )

    def to_rdf(self, format: Literal["trig", "nquads", "json-ld", "turtle"] = "trig") -> str:
        """Return `graph` as text; `turtle`, which cannot name graphs, holds the final scene alone.

        `turtle` and `trig` are OWL documents: they import the vocabulary and declare what they name, for Protégé.

        Raises:
            KnowledgeError: as `known`.
        """
        if format == "turtle":
            final = to_rdf(self.scene, self.base, self.known)
            declare(final, final, self.base)
            return final.serialize(format="turtle")
        dataset = self.graph
        if format == "trig":
            declare(dataset.default_graph, dataset.quads(), self.base)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's writers still use its own old calls
            return dataset.serialize(format=format)

    def find(
        self, subject: str | None = None, predicate: str | None = None, object: str | None = None
    ) -> tuple[Relation, ...]:
        """Return the relations of the final scene that these words mean; None stands for anything.

        Words are compared as concepts of the ontology: `find("man", "riding", "bike")` finds `person_1 ride
        bicycle_1`. An entity's id means that entity.

        Raises:
            KnowledgeError: as `known`.
        """
        return find(self.scene, subject, predicate, object, self.known)

    def explain(self, claim: str) -> Life:
        """Return the life of a claim by its id: said, objected to, asked, answered, changed, and how it stands now.

        `print` tells it in sentences; `events` holds it as data.

        Raises:
            InputError: no round has such a claim.
        """
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
        """Return the final scene as a graph, as `Scene.to_networkx` does: GraphML and GEXF can be written of it.

        Raises:
            InputError: networkx is not installed.
        """
        return self.scene.to_networkx()


def _rules_of(analysis: History) -> Iterator[tuple[str, str]]:
    """Yield the IRIs of rules that an analysis names, each with its place."""
    verdicts = [*((f"rounds.{turn.index}.", turn.verdict) for turn in analysis.rounds), ("", analysis.verdict)]
    for where, verdict in verdicts:
        yield from ((f"{where}verdict.findings.{place}.rule", one.rule) for place, one in enumerate(verdict.findings))
        yield from ((f"{where}verdict.more.{place}.rule", one.rule) for place, one in enumerate(verdict.more))
        yield from ((f"{where}verdict.undecided.{place}.rule", one.rule) for place, one in enumerate(verdict.undecided))
    for place, edit in enumerate(analysis.edits):
        if edit.rule is not None:
            yield f"edits.{place}.rule", edit.rule
