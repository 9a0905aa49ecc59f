"""Observations -> RDF: what witnesses saw, who they are, and by which activity; never what a model claimed.

Every thing, person and line of text is a `nesy:Observation`, which is no `nesy:Claim`: no rule asks for one, and no
scene holds one. Its box is a Web Annotation region of the picture, as an entity's is.
"""

from collections.abc import Iterator, Sequence

from rdflib import DCTERMS, PROV, RDF, RDFS, Graph

from nesy.geometry import Box
from nesy.graph.scene_triples import (
    BASE,
    OA,
    Written,
    WrittenTriple,
    decimal,
    fragment,
    image_triples,
    node_of,
    whole,
)
from nesy.graph.triples import beside, bind, to_nodes
from nesy.observations import Keypoints, Observations, Person, TextLine, Thing
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY


def observations_graph(seen: Observations, base: str = BASE, ontology: Ontology | None = None) -> Graph:
    """Return what witnesses saw as RDF, with a software agent and an activity for each of them.

    >>> import nesy
    >>> seen = Observations.from_json('{"witnesses": [{"name": "me"}], "things": []}')
    >>> "prov:SoftwareAgent" in nesy.observations_graph(seen).serialize(format="turtle")
    True

    Args:
        seen: what they saw.
        base: what the names of the nodes are appended to; must end in '#' or '/'.
        ontology: whose categories are known; the shipped one if None. Other words become IRIs of `nesy:label`.
    """
    graph = Graph(bind_namespaces="none")
    bind(graph, ontology)
    graph.bind("rdfs", RDFS)  # joints have labels
    for triple in observation_triples(seen, ontology or Ontology.default(), base):
        graph.add(to_nodes(triple))
    return graph


def observation_triples(seen: Observations, ontology: Ontology, base: str = BASE) -> Iterator[WrittenTriple]:
    """Yield the triples of observations as plain values.

    Args:
        seen: what witnesses saw.
        ontology: whose categories are known.
        base: what the names of the nodes are appended to; must end in '#' or '/'.
    """
    whole_node, picture = node_of(beside(base, "observations")), f"<{base}/image>"
    yield from _about(whole_node, (RDF.type, node_of(NESY.Observations)), (RDF.type, _PROV_ENTITY))
    if seen.image is not None:
        yield from _about(whole_node, (NESY.image, picture))
        yield from image_triples(picture, seen.image)
    agents = {witness.name: node_of(beside(base, f"witness/{place}")) for place, witness in enumerate(seen.witnesses)}
    for witness in seen.witnesses:
        agent = agents[witness.name]
        yield from _about(
            agent,
            (RDF.type, node_of(NESY.Witness)),
            (RDF.type, node_of(PROV.SoftwareAgent)),
            (DCTERMS.identifier, '"' + witness.name),
            (NESY.revision, '"' + witness.version if witness.version else None),
            (NESY.sha256, None if witness.weights_sha256 is None else '"' + witness.weights_sha256),
        )
        for category in witness.categories:
            yield from _about(agent, (NESY.looksFor, f"<{ontology.node('category', category)}>"))
        yield from _about(
            _activity(agent),
            (RDF.type, node_of(NESY.Looking)),
            (RDF.type, node_of(PROV.Activity)),
            (PROV.wasAssociatedWith, agent),
            (PROV.used, None if seen.image is None else picture),
        )
    every: dict[str, Sequence[Thing | Person | TextLine]] = {
        "thing": seen.things,
        "person": seen.people,
        "text": seen.texts,
    }
    for kind, observed in every.items():
        for place, one in enumerate(observed):
            node = node_of(beside(base, f"observed/{kind}/{place}"))
            yield from _about(whole_node, (NESY.hasObservation, node))
            yield from _any(node, place, one, agents[one.witness], picture)
            yield from _own(node, one, ontology)


def _any(node: str, place: int, one: Thing | Person | TextLine, agent: str, picture: str) -> Iterator[WrittenTriple]:
    yield from _about(
        node,
        (RDF.type, _PROV_ENTITY),
        (NESY.position, whole(place)),
        (NESY.score, decimal(one.score)),
        (PROV.wasAttributedTo, agent),
        (PROV.wasGeneratedBy, _activity(agent)),
    )
    yield from _region(node, one.box, picture)


def _own(node: str, one: Thing | Person | TextLine, ontology: Ontology) -> Iterator[WrittenTriple]:
    if isinstance(one, Thing):
        yield from _about(
            node,
            (RDF.type, node_of(NESY.SeenThing)),
            (NESY.category, f"<{ontology.node('category', one.category)}>"),
            (NESY.label, '"' + one.category),
        )
    elif isinstance(one, TextLine):
        yield from _about(node, (RDF.type, node_of(NESY.SeenText)), (NESY.text, '"' + one.text))
    else:
        yield from _about(node, (RDF.type, node_of(NESY.SeenPerson)))
        yield from _joints(node, one.keypoints)


def _joints(node: str, keypoints: Keypoints) -> Iterator[WrittenTriple]:
    for name, (x, y, score) in keypoints.named().items():
        joint = f"{node[:-1]}/{name}>"
        yield from _about(node, (NESY.hasKeypoint, joint))
        yield from _about(
            joint,
            (RDF.type, node_of(NESY.Keypoint)),
            (RDFS.label, '"' + name),
            (NESY.x, decimal(x)),
            (NESY.y, decimal(y)),
            (NESY.score, decimal(score)),
        )


def _region(node: str, box: Box, picture: str) -> Iterator[WrittenTriple]:
    region, selector = f"{node[:-1]}/region>", f"{node[:-1]}/region/selector>"
    yield from _about(node, (NESY.region, region))
    yield from _about(
        region, (RDF.type, node_of(OA.SpecificResource)), (OA.hasSource, picture), (OA.hasSelector, selector)
    )
    yield from _about(
        selector,
        (RDF.type, node_of(OA.FragmentSelector)),
        (DCTERMS.conformsTo, "<http://www.w3.org/TR/media-frags/>"),
        (RDF.value, '"' + fragment(box)),
    )


def _about(node: str, *pairs: tuple[object, Written | None]) -> Iterator[WrittenTriple]:
    return ((node, f"<{predicate}>", value) for predicate, value in pairs if value is not None)


def _activity(agent: str) -> str:
    return f"{agent[:-1]}/looking>"


_PROV_ENTITY = node_of(PROV.Entity)
