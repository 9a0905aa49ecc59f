"""Records of an analysis -> rdflib.Dataset: one named graph per round, PROV-O activities, tombstones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from rdflib import DCTERMS, PROV, RDF, XSD, Dataset, Graph, Literal, URIRef

from nesy.graph.local_dataset import LocalDataset
from nesy.graph.scene_triples import BASE
from nesy.graph.triples import OA, about_image, beside, claim_iri, image_iri, number, to_rdf
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, RULES, VOCABULARY
from nesy.scene import ImageInfo, Scene
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Verdict


@dataclass(frozen=True)
class RoundRecord:
    """One round in plain values: what was asked, what came back, what the rules said of it."""

    number: int
    scene: Scene
    verdict: Verdict | None = None
    prompt: str = ""
    reply: str = ""
    usage: Usage = field(default_factory=Usage)
    started: datetime | None = None
    temperature: float = 0.0
    """At which the reply was drawn; 0: nothing was drawn."""
    seed: int | None = None
    """Of the draw."""


@dataclass(frozen=True)
class WithdrawalRecord:
    """A claim dropped in `round`; `round` is the last round that still held it."""

    claim: str
    round: int
    reason: str
    findings: tuple[int, ...] = ()
    """Places in the verdict of `round` of the findings that spoke against it."""
    rules: tuple[str, ...] = ()
    """IRIs of the rules that asked for it."""
    prompted: int | None = None
    """The round whose prompt was answered so; None: the repair did it."""


@dataclass(frozen=True)
class ChangeRecord:
    """A claim of `round` that an answer or the repair changed: how (`operation` of the vocabulary) and why."""

    claim: str
    round: int
    op: str
    reason: str
    cost: float | None
    """In nats; None: an answer, which has no price."""
    findings: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    prompted: int | None = None
    """These three as in `WithdrawalRecord`."""
    attribute: str | None = None
    """What was withdrawn of an entity."""
    invented: bool = False
    """Whether nobody said what the claim says since."""


@dataclass(frozen=True)
class AnalysisRecord:
    """A whole analysis in plain values; `final` is the scene after the repair."""

    rounds: tuple[RoundRecord, ...]
    final: Scene
    verdict: Verdict | None = None
    model: ModelInfo | None = None
    withdrawn: tuple[WithdrawalRecord, ...] = ()
    changed: tuple[ChangeRecord, ...] = ()
    kept: int | None = None
    """The round that `final` was made from; None: the last."""
    image: ImageInfo | None = None
    """The picture; None: the one that `final` names, if any."""


def to_dataset(record: AnalysisRecord, base: str = BASE, ontology: Ontology | None = None) -> Dataset:
    """Return the analysis as a dataset.

    Named graphs: `round/0`, `round/1` ... hold the scene of each round, `final` the last one; the default graph
    holds who made what, when, from what, and the claims that were withdrawn. Entity IRIs are the same in all. The
    node of the whole is a `nesy:Analysis`: its `dcterms:hasPart` are the graphs, its `nesy:final` the last one.

    Args:
        base: what ids and graph names are appended to; must end in '#' or '/'.
        ontology: as for `to_rdf`.
    """
    dataset = LocalDataset()
    names = (("nesy", VOCABULARY), ("rules", RULES), ("oa", OA), ("dcterms", DCTERMS), ("prov", PROV))
    for prefix, namespace in names:
        dataset.bind(prefix, namespace)
    for prefix, own in ({} if ontology is None else ontology.prefixes).items():
        dataset.bind(prefix, own, override=False)
    log = dataset.default_graph
    model = beside(base, "model")
    if record.model is not None:
        _add(
            log,
            model,
            (RDF.type, PROV.SoftwareAgent),
            (DCTERMS.identifier, Literal(record.model.id)),
            (NESY.revision, _text(record.model.revision)),
            (NESY.sha256, _text(record.model.weights_sha256)),
        )
    previous: URIRef | None = None
    for entry in record.rounds:
        graph = beside(base, f"round/{entry.number}")
        _fill(dataset, graph, entry.scene, base, ontology)
        _log_round(log, graph, previous, entry, model if record.model is not None else None)
        _log_verdict(log, graph, entry.verdict, base)
        previous = graph
    final = beside(base, "final")
    source = previous if record.kept is None else beside(base, f"round/{record.kept}")
    _fill(dataset, final, record.final, base, ontology)
    _add(log, final, (RDF.type, PROV.Entity), (PROV.wasRevisionOf, source))
    _log_verdict(log, final, record.verdict, base)
    _log_analysis(log, record, base)
    for place, gone in enumerate(record.withdrawn):
        _log_withdrawal(log, beside(base, f"withdrawal/{place}"), gone, base)
    for place, change in enumerate(record.changed):
        _log_change(log, beside(base, f"change/{place}"), change, base)
    return dataset


def _text(value: str | None) -> Literal | None:
    return None if value is None else Literal(value)


def _add(graph: Graph, subject: URIRef, *pairs: tuple[URIRef, Any]) -> None:
    for predicate, value in pairs:
        if value is not None:
            graph.add((subject, predicate, value))


def _fill(dataset: Dataset, name: URIRef, scene: Scene, base: str, ontology: Ontology | None) -> None:
    target = dataset.graph(name)
    for triple in to_rdf(scene, base, ontology):
        target.add(triple)


def analysis_iri(base: str) -> URIRef:
    """Return the IRI of the analysis whose ids are appended to `base`."""
    return beside(base, "analysis")


def _log_analysis(log: Graph, record: AnalysisRecord, base: str) -> None:
    final, image = beside(base, "final"), record.image or record.final.image
    if image is not None:
        _add(log, image_iri(base), *about_image(image))
    _add(
        log,
        analysis_iri(base),
        (RDF.type, PROV.Entity),
        (RDF.type, NESY.Analysis),
        (NESY.image, None if image is None else image_iri(base)),
        (NESY.final, final),
        (DCTERMS.hasPart, final),
        *((DCTERMS.hasPart, beside(base, f"round/{entry.number}")) for entry in record.rounds),
    )


def _log_round(log: Graph, graph: URIRef, previous: URIRef | None, entry: RoundRecord, model: URIRef | None) -> None:
    activity = _activity(graph)
    started = None if entry.started is None else entry.started.astimezone(UTC)
    digest = sha256(entry.prompt.encode("utf-8", "surrogatepass")).hexdigest() if entry.prompt else None
    _add(
        log,
        graph,
        (RDF.type, PROV.Entity),
        (PROV.wasGeneratedBy, activity),
        (PROV.wasRevisionOf, previous),
    )
    _add(
        log,
        activity,
        (RDF.type, PROV.Activity),
        (RDF.type, NESY.Round),
        (NESY.position, Literal(entry.number)),
        (PROV.wasAssociatedWith, model),
        (PROV.used, previous),
        (PROV.startedAtTime, None if started is None else Literal(started.isoformat(), datatype=XSD.dateTime)),
        (NESY.promptSha256, _text(digest)),
        (NESY.temperature, number(entry.temperature)),
        (NESY.seed, None if entry.seed is None else Literal(entry.seed)),
        (NESY.calls, Literal(entry.usage.calls)),
        (NESY.promptTokens, Literal(entry.usage.prompt_tokens)),
        (NESY.cachedTokens, Literal(entry.usage.cached_tokens)),
        (NESY.newTokens, Literal(entry.usage.new_tokens)),
        (NESY.seconds, number(entry.usage.seconds)),
    )


def _log_verdict(log: Graph, graph: URIRef, verdict: Verdict | None, base: str) -> None:
    if verdict is None:
        return
    log.add((graph, NESY.consistent, Literal(verdict.consistent)))
    for place, finding in enumerate(verdict.findings):
        node = _finding(graph, place)
        _add(
            log,
            node,
            (RDF.type, NESY.Finding),
            (NESY.rule, URIRef(finding.rule)),
            (NESY.severity, VOCABULARY["severity_" + finding.severity]),
            (NESY.focus, claim_iri(finding.focus, base)),
            (NESY.message, Literal(finding.message)),
            *((DCTERMS.references, claim_iri(claim, base)) for claim in finding.claims),
        )
        log.add((graph, NESY.finding, node))


def _log_withdrawal(log: Graph, node: URIRef, gone: WithdrawalRecord, base: str) -> None:
    """Write a tombstone: the claim itself stays in the graph of its round."""
    claim = claim_iri(gone.claim, base)
    _add(log, node, (RDF.type, NESY.Withdrawal), (NESY.reason, Literal(gone.reason)))
    _log_edit(log, node, gone, base)
    _add(log, claim, (RDF.type, PROV.Entity), (PROV.wasInvalidatedBy, node))


def _log_change(log: Graph, node: URIRef, change: ChangeRecord, base: str) -> None:
    """Write what became of a claim: as it was it stays in the graph of its round, as it is in the graph generated."""
    after = "final" if change.prompted is None else f"round/{change.prompted}"
    _add(
        log,
        node,
        (RDF.type, NESY.Change),
        (NESY.operation, Literal(change.op)),
        (NESY.reason, Literal(change.reason)),
        (NESY.cost, None if change.cost is None else number(change.cost)),
        (NESY.withdrawn, _text(change.attribute)),
        (NESY.invented, Literal(True) if change.invented else None),
        (PROV.generated, beside(base, after)),
        (DCTERMS.references, claim_iri(change.claim, base)),
    )
    _log_edit(log, node, change, base)


def _log_edit(log: Graph, node: URIRef, edit: WithdrawalRecord | ChangeRecord, base: str) -> None:
    """Write what led to an edit: the round that held the claim, findings and rules, and the turn with the prompt."""
    graph = beside(base, f"round/{edit.round}")
    asked = None if edit.prompted is None else _activity(beside(base, f"round/{edit.prompted}"))
    _add(
        log,
        node,
        (RDF.type, PROV.Activity),
        (PROV.used, graph),
        (NESY.round, graph),
        (PROV.wasInformedBy, asked),
        # not nesy:finding and nesy:rule: these count what is found, and an edit finds nothing
        *((PROV.wasInfluencedBy, _finding(graph, place)) for place in edit.findings),
        *((PROV.wasInfluencedBy, URIRef(rule)) for rule in edit.rules),
    )


def _activity(graph: URIRef) -> URIRef:
    """Return the turn that made the graph of a round; it has the prompt's checksum and the model."""
    return URIRef(f"{graph}/activity")


def _finding(graph: URIRef, place: int) -> URIRef:
    return URIRef(f"{graph}/finding/{place}")


def withdrawals(dataset: Dataset) -> Iterable[tuple[URIRef, str]]:
    """Yield every withdrawn claim's IRI with the reason, by IRI."""
    log = dataset.default_graph
    found = [
        (claim, str(log.value(node, NESY.reason)))
        for claim, node in log.subject_objects(PROV.wasInvalidatedBy)
        if isinstance(claim, URIRef)
    ]
    return sorted(found)
