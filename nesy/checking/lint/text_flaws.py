"""Rule files -> texts where a scene has IRIs: `?x nesy:category "horse"` never holds, as the category is nesy:Horse."""

from collections.abc import Iterator

from rdflib import RDF, SH, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from nesy.checking.lint.mistake import At, Flaw
from nesy.checking.lint.scene_words import SceneWords
from nesy.checking.lint.shacl_terms import spelled
from nesy.checking.lint.shape_flaws import items
from nesy.ontology.namespaces import NESY
from nesy.scene import term
from nesy.sparql.tree import Link, Literal, Pattern, Span

_BEFORE = {str(NESY.part): "part_", str(NESY.state): "state_", str(NESY.attribute): "attribute_"}
"""Property -> how the names of its values begin."""
WITH_IRIS = frozenset({str(NESY.category), str(NESY.predicate), *_BEFORE})
"""The properties of a scene whose values are IRIs, whatever word the scene writes."""


def text_in_pattern(
    pattern: Pattern, graph: Graph, words: SceneWords
) -> tuple[tuple[str, str, str, bool], Span] | None:
    """Return the flaw of a triple pattern that asks for a text where there are IRIs; None where it does not."""
    if (
        not isinstance(pattern.path, Link)
        or pattern.path.iri not in WITH_IRIS
        or not isinstance(pattern.object, Literal)
    ):
        return None
    return (*_told(graph, words, pattern.path.iri, pattern.object.text), True), pattern.object.span


def texts_in_shapes(graph: Graph, words: SceneWords) -> Iterator[Flaw]:
    """Yield the flaws of property shapes that compare such a property with a text, by sh:hasValue or sh:in."""
    for shape, path in graph.subject_objects(SH.path):
        iri = str(_last(graph, path))
        if iri not in WITH_IRIS:
            continue
        listed = (item for cells in graph.objects(shape, SH["in"]) for item in items(graph, cells))
        for link, value in (
            *((SH.hasValue, value) for value in graph.objects(shape, SH.hasValue)),
            *((RDF.first, value) for value in listed),
        ):
            if isinstance(value, RdfLiteral):
                yield Flaw(shape, At(str(link), str(value)), *_told(graph, words, iri, str(value)))


def _told(graph: Graph, words: SceneWords, iri: str, text: str) -> tuple[str, str, str]:
    name = spelled(graph, URIRef(iri))
    wanted = f"{NESY}{_BEFORE.get(iri, '')}{term(text)}"
    meant = words.meant(graph, wanted) or words.meant(graph, f"{NESY}{text.title().replace(' ', '')}")
    return f'"{text}"', f"is a text, and what {name} has are IRIs, so that it is never met", meant


def _last(graph: Graph, path: Node) -> Node:
    """Return the last step of a path: of a sequence its last member."""
    steps = list(items(graph, path))
    return steps[-1] if steps else path
