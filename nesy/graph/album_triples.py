"""What was said across pictures that were analyzed together -> quads: which things are one, and how that came about.

The things of a picture keep the nodes that they have in its own graphs. That two of them are one is a claim, reified
with its confidence and told as `nesy:same_as`, in the graphs of the turns across pictures and in a last one, `final`
beside the album's base. Not `owl:sameAs`: a reasoner would make the two nodes one, with both boxes and both
postures, of a claim that may be wrong and can be taken back.
"""

from collections.abc import Iterator, Mapping, Sequence

from rdflib import DCTERMS, PROV, RDF, Dataset, Graph

from nesy.graph.provenance import AnalysisRecord, WrittenQuad, analysis_iri, quads
from nesy.graph.scene_triples import claim_node, node_of
from nesy.graph.triples import beside, bind
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY


def across_quads(
    together: AnalysisRecord,
    base: str,
    nodes: Mapping[str, str],
    bases: Sequence[str],
    ontology: Ontology | None = None,
) -> Iterator[WrittenQuad]:
    """Yield the quads of what was asked and said across the pictures of an album, some of them more than once.

    See `nesy.graph.provenance.to_dataset` for what is in the graph of a round, and what in the default graph.

    Args:
        together: of the scene that holds the things of all pictures.
        base: what the ids of claims across pictures are appended to.
        nodes: name of a thing in that scene -> its IRI in the graphs of its picture.
        bases: of the graphs of each picture, in order.
        ontology: whose words are known; the shipped one if None.
    """
    own = {claim_node(name, base): f"<{iri}>" for name, iri in nodes.items()}
    picture = f"<{base}/image>"  # there is none: each part has its own
    for graph, (subject, predicate, value) in quads(together, base, ontology):
        # What a thing is stands in its picture's graph; here stands what it is the same as.
        if picture in (subject, value) or (graph and predicate != _SAME and _thing(subject) in own):
            continue
        target = own.get(value, value) if isinstance(value, str) else value
        yield graph, (own.get(subject, subject), predicate, target)
    album, whole = node_of(beside(base, "album")), node_of(analysis_iri(base))
    yield "", (album, _TYPE, node_of(NESY.Album))
    yield "", (album, _TYPE, node_of(PROV.Entity))
    yield "", (album, _PART, whole)
    yield "", (album, node_of(NESY.together), node_of(beside(base, "final")))
    for place, own_base in enumerate(bases, start=1):
        of_one = node_of(analysis_iri(own_base))
        yield "", (album, _PART, of_one)
        yield "", (of_one, node_of(NESY.position), (place, "integer"))
        yield "", (whole, node_of(PROV.used), node_of(beside(own_base, "final")))


def finals(dataset: Dataset, bases: Sequence[str]) -> Graph:
    """Return the last graphs of these bases as one."""
    whole = Graph(bind_namespaces="none")
    bind(whole)
    for base in bases:
        for triple in dataset.graph(beside(base, "final")):
            whole.add(triple)
    return whole


def _thing(node: str) -> str:
    """Return the node of the claim that a node is below: its region, an attribute; a claim's own node as it is."""
    before, _, claim = node[1:-1].rpartition("#")
    return f"<{before}#{claim.split('/')[0]}>"


_TYPE, _PART, _SAME = node_of(RDF.type), node_of(DCTERMS.hasPart), node_of(NESY.same_as)
