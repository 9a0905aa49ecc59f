"""Records of an analysis -> its quads: one named graph per round, PROV-O activities, findings, tombstones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from rdflib import DCTERMS, PROV, RDF, Dataset, URIRef

from nesy.graph.local_dataset import LocalDataset
from nesy.graph.observation_triples import observation_triples
from nesy.graph.scene_triples import (
    BASE,
    Written,
    WrittenTriple,
    claim_node,
    decimal,
    image_triples,
    node_of,
    region_triples,
    scene_triples,
    whole,
)
from nesy.graph.triples import beside, bind, to_nodes
from nesy.observations import Observations
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.scene import ImageInfo, Scene
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Finding, Verdict


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
    observations: Observations | None = None
    """What a witness saw in it; its triples stand beside the provenance, in none of the scenes' graphs."""


WrittenQuad = tuple[str, WrittenTriple]
"""The node of a named graph, or `` for the default graph; and a triple of it."""
_Pair = tuple[URIRef, Written | None]


def to_dataset(record: AnalysisRecord, base: str = BASE, ontology: Ontology | None = None) -> Dataset:
    """Return the analysis as a dataset.

    Named graphs: `round/0`, `round/1` ... hold the scene of each round, `final` the last one; the default graph
    holds who made what, when, from what, what was found, and the claims that were withdrawn. Entity IRIs are the same
    in all. The node of the whole is a `nesy:Analysis`: its `dcterms:hasPart` are the graphs, its `nesy:final` the last.
    What is found in several of them is one `nesy:Finding`, which each of these graphs has as its `nesy:finding`.

    Args:
        base: what ids and graph names are appended to; must end in '#' or '/'.
        ontology: as for `to_rdf`.
    """
    return dataset_of(quads(record, base, ontology), ontology)


def dataset_of(written: Iterable[WrittenQuad], ontology: Ontology | None = None) -> Dataset:
    """Return plain quads as a dataset."""
    dataset = LocalDataset()
    bind(dataset, ontology)
    graphs = {"": dataset.default_graph}
    for name, triple in written:
        if name not in graphs:
            graphs[name] = dataset.graph(URIRef(name[1:-1]))
        graphs[name].add(to_nodes(triple))
    return dataset


def quads(record: AnalysisRecord, base: str = BASE, ontology: Ontology | None = None) -> Iterator[WrittenQuad]:
    """Yield the quads of `to_dataset` as plain values, some of them more than once."""
    words = ontology or Ontology.default()
    for graph, scene in (*((_round(base, e.number), e.scene) for e in record.rounds), (_final(base), record.final)):
        for triple in scene_triples(scene, words, base):
            yield graph, triple
        for triple in region_triples(scene, base):
            yield graph, triple
    for fact in _log(record, base):
        yield "", fact
    if record.observations is not None:
        for seen in observation_triples(record.observations, words, base):
            yield "", seen


def analysis_iri(base: str) -> URIRef:
    """Return the IRI of the analysis whose ids are appended to `base`."""
    return beside(base, "analysis")


class _Findings:
    """The nodes of what is found: the same finding of the same claims is one, in however many rounds it is found."""

    def __init__(self, record: AnalysisRecord, base: str) -> None:
        self._base = base
        every = (verdict for verdict in (*(e.verdict for e in record.rounds), record.verdict) if verdict is not None)
        self.distinct = tuple(dict.fromkeys(finding for verdict in every for finding in verdict.findings))
        self._place = {finding: place for place, finding in enumerate(self.distinct)}
        self._of_round = {e.number: () if e.verdict is None else e.verdict.findings for e in record.rounds}

    def node(self, finding: Finding) -> str:
        return _node(self._base, f"finding/{self._place[finding]}")

    def at(self, number: int, place: int) -> str:
        """Return the node of a finding by its place in the verdict of a round."""
        return self.node(self._of_round[number][place])


def _log(record: AnalysisRecord, base: str) -> Iterator[WrittenTriple]:
    findings = _Findings(record, base)
    model = None if record.model is None else _node(base, "model")
    if record.model is not None and model is not None:
        yield from _about(
            model,
            (RDF.type, node_of(PROV.SoftwareAgent)),
            (DCTERMS.identifier, _text(record.model.id)),
            (NESY.revision, _text(record.model.revision)),
            (NESY.sha256, _text(record.model.weights_sha256)),
        )
    previous: str | None = None
    for entry in record.rounds:
        graph = _round(base, entry.number)
        yield from _log_round(graph, previous, entry, model)
        yield from _log_verdict(graph, entry.verdict, findings)
        previous = graph
    final = _final(base)
    source = previous if record.kept is None else _round(base, record.kept)
    yield from _about(final, (RDF.type, _PROV_ENTITY), (PROV.wasRevisionOf, source))
    yield from _log_verdict(final, record.verdict, findings)
    for finding in findings.distinct:
        yield from _log_finding(findings.node(finding), finding, base)
    yield from _log_analysis(record, base)
    for place, gone in enumerate(record.withdrawn):
        yield from _log_withdrawal(_node(base, f"withdrawal/{place}"), gone, findings, base)
    for place, change in enumerate(record.changed):
        yield from _log_change(_node(base, f"change/{place}"), change, findings, base)


def _log_analysis(record: AnalysisRecord, base: str) -> Iterator[WrittenTriple]:
    image, picture = record.image or record.final.image, f"<{base}/image>"
    if image is not None:
        yield from image_triples(picture, image)
    yield from _about(
        node_of(analysis_iri(base)),
        (RDF.type, _PROV_ENTITY),
        (RDF.type, node_of(NESY.Analysis)),
        (NESY.image, None if image is None else picture),
        (NESY.final, _final(base)),
        (DCTERMS.hasPart, _final(base)),
        *((DCTERMS.hasPart, _round(base, entry.number)) for entry in record.rounds),
    )


def _log_round(graph: str, previous: str | None, entry: RoundRecord, model: str | None) -> Iterator[WrittenTriple]:
    activity = _activity(graph)
    started = None if entry.started is None else entry.started.astimezone(UTC).isoformat()
    digest = sha256(entry.prompt.encode("utf-8", "surrogatepass")).hexdigest() if entry.prompt else None
    yield from _about(graph, (RDF.type, _PROV_ENTITY), (PROV.wasGeneratedBy, activity), (PROV.wasRevisionOf, previous))
    yield from _about(
        activity,
        (RDF.type, node_of(PROV.Activity)),
        (RDF.type, node_of(NESY.Round)),
        (NESY.position, whole(entry.number)),
        (PROV.wasAssociatedWith, model),
        (PROV.used, previous),
        (PROV.startedAtTime, None if started is None else (started, "dateTime")),
        (NESY.promptSha256, _text(digest)),
        (NESY.temperature, decimal(entry.temperature)),
        (NESY.seed, None if entry.seed is None else whole(entry.seed)),
        (NESY.calls, whole(entry.usage.calls)),
        (NESY.promptTokens, whole(entry.usage.prompt_tokens)),
        (NESY.cachedTokens, whole(entry.usage.cached_tokens)),
        (NESY.newTokens, whole(entry.usage.new_tokens)),
        (NESY.seconds, decimal(entry.usage.seconds)),
    )


def _log_verdict(graph: str, verdict: Verdict | None, findings: _Findings) -> Iterator[WrittenTriple]:
    if verdict is not None:
        told = None if verdict.why_unknown else ("true" if verdict.consistent else "false", "boolean")
        yield from _about(
            graph,
            (NESY.consistent, told),
            *((NESY.finding, findings.node(finding)) for finding in verdict.findings),
        )


def _log_finding(node: str, finding: Finding, base: str) -> Iterator[WrittenTriple]:
    yield from _about(
        node,
        (RDF.type, node_of(NESY.Finding)),
        (NESY.rule, f"<{finding.rule}>"),
        (NESY.severity, node_of(VOCABULARY["severity_" + finding.severity])),
        (NESY.focus, claim_node(finding.focus, base)),
        (NESY.message, _text(finding.message)),
        *((DCTERMS.references, claim_node(claim, base)) for claim in finding.claims),
    )


def _log_withdrawal(node: str, gone: WithdrawalRecord, findings: _Findings, base: str) -> Iterator[WrittenTriple]:
    """Write a tombstone: the claim itself stays in the graph of its round."""
    yield from _about(node, (RDF.type, node_of(NESY.Withdrawal)), (NESY.reason, _text(gone.reason)))
    yield from _log_edit(node, gone, findings, base)
    yield from _about(claim_node(gone.claim, base), (RDF.type, _PROV_ENTITY), (PROV.wasInvalidatedBy, node))


def _log_change(node: str, change: ChangeRecord, findings: _Findings, base: str) -> Iterator[WrittenTriple]:
    """Write what became of a claim: as it was it stays in the graph of its round, as it is in the graph generated."""
    yield from _about(
        node,
        (RDF.type, node_of(NESY.Change)),
        (NESY.operation, _text(change.op)),
        (NESY.reason, _text(change.reason)),
        (NESY.cost, None if change.cost is None else decimal(change.cost)),
        (NESY.withdrawn, None if change.attribute is None else _text(change.attribute)),
        (NESY.invented, ("true", "boolean") if change.invented else None),
        (PROV.generated, _final(base) if change.prompted is None else _round(base, change.prompted)),
        (DCTERMS.references, claim_node(change.claim, base)),
    )
    yield from _log_edit(node, change, findings, base)


def _log_edit(
    node: str, edit: WithdrawalRecord | ChangeRecord, findings: _Findings, base: str
) -> Iterator[WrittenTriple]:
    """Write what led to an edit: the round that held the claim, findings and rules, and the turn with the prompt."""
    graph = _round(base, edit.round)
    yield from _about(
        node,
        (RDF.type, node_of(PROV.Activity)),
        (PROV.used, graph),
        (NESY.round, graph),
        (PROV.wasInformedBy, None if edit.prompted is None else _activity(_round(base, edit.prompted))),
        # not nesy:finding and nesy:rule: these count what is found, and an edit finds nothing
        *((PROV.wasInfluencedBy, findings.at(edit.round, place)) for place in edit.findings),
        *((PROV.wasInfluencedBy, f"<{rule}>") for rule in edit.rules),
    )


def _about(node: str, *pairs: _Pair) -> Iterator[WrittenTriple]:
    return ((node, node_of(predicate), value) for predicate, value in pairs if value is not None)


def _text(value: str | None) -> str | None:
    return None if value is None else '"' + value


def _node(base: str, what: str) -> str:
    return node_of(beside(base, what))


def _round(base: str, number: int) -> str:
    return _node(base, f"round/{number}")


def _final(base: str) -> str:
    return _node(base, "final")


def _activity(graph: str) -> str:
    """Return the turn that made the graph of a round; it has the prompt's checksum and the model."""
    return f"{graph[:-1]}/activity>"


_PROV_ENTITY = node_of(PROV.Entity)


def withdrawals(dataset: Dataset) -> Iterable[tuple[URIRef, str]]:
    """Yield every withdrawn claim's IRI with the reason, by IRI."""
    log = dataset.default_graph
    found = [
        (claim, str(log.value(node, NESY.reason)))
        for claim, node in log.subject_objects(PROV.wasInvalidatedBy)
        if isinstance(claim, URIRef)
    ]
    return sorted(found)
