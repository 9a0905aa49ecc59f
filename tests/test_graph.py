"""A scene survives RDF and its serialisations; odd labels break nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Dataset, Graph, Literal, URIRef

from nesy.errors import InputError
from nesy.graph import from_rdf, to_rdf
from nesy.graph.build import OA, fragment
from nesy.ontology_names import LABEL, NESY, VOCABULARY
from nesy.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")  # rdflib warns of itself

ODD = [
    'say "hi" <b>',
    "<image>",
    "two\nlines",
    "back\\slash {?x}",
    "\x00\x01\x0b\x1f\x7f\x85\u2028",
    "größe 日本 🚲",
    "%41",
    "'''",
    '"""\\',
]

unit = st.floats(0, 1, allow_nan=False)
confidence = st.none() | unit
label = st.sampled_from(["person", "dining table", "Ride", "sit on", "on", "hip", "red", "unicycle", *ODD]) | st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(str.strip)
ids = st.from_regex(r"\w[\w.\-]{0,8}", fullmatch=True)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene at all, with every optional field present or absent."""
    names = draw(st.lists(ids, min_size=1, max_size=9, unique=True))
    cut = draw(st.integers(1, len(names)))
    entities, rest = names[:cut], names[cut:]
    some = st.sampled_from(entities)
    rows: dict[str, list[dict[str, object]]] = {"part_states": [], "relations": [], "counts": []}
    for name in rest:
        kind = draw(st.sampled_from(sorted(rows)))
        row = {
            "part_states": {"entity": some, "part": label, "state": label, "object": st.none() | some},
            "relations": {"subject": some, "predicate": label, "object": some},
            "counts": {"category": label, "value": st.integers(0, 10_000)},
        }[kind]
        rows[kind].append({"id": name, "confidence": draw(confidence), **{k: draw(v) for k, v in row.items()}})
    image = st.fixed_dictionaries(
        {"name": st.text(st.characters(exclude_categories=["Cs"]), max_size=20)},
        optional={"width_px": st.integers(1, 9999), "sha256": st.just("0" * 64)},
    )
    return Scene.model_validate(
        {
            "image": draw(st.none() | image),
            "entities": [
                {
                    "id": name,
                    "category": draw(label),
                    "box": draw(st.none() | st.tuples(unit, unit, unit, unit)),
                    "attributes": draw(st.lists(label, max_size=3)),
                    "confidence": draw(confidence),
                }
                for name in entities
            ],
            **rows,
        }
    )


@given(scenes())
@settings(max_examples=80, deadline=None)
def test_scene_graph_scene_is_the_identity(scene: Scene) -> None:
    assert from_rdf(to_rdf(scene)) == scene


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_identity_survives_turtle_and_ntriples(scene: Scene) -> None:
    graph = to_rdf(scene)
    for form in ("turtle", "nt"):
        again = Graph().parse(data=graph.serialize(format=form), format=form)
        assert from_rdf(again) == scene, form
    dataset = Dataset()
    context = dataset.graph(URIRef("urn:round:0"))
    for triple in graph:
        context.add(triple)
    for form in ("nquads", "trig"):
        again = Dataset()
        again.parse(data=dataset.serialize(format=form), format=form)
        assert from_rdf(again.graph(URIRef("urn:round:0"))) == scene, form


@pytest.mark.parametrize("odd", ODD)
def test_odd_labels_become_legal_iris_and_verbatim_literals(odd: str) -> None:
    scene = Scene.model_validate(
        {
            "entities": [{"id": "a", "category": odd, "attributes": [odd]}, {"id": "b", "category": "cup"}],
            "relations": [{"subject": "a", "predicate": odd, "object": "b"}],
        }
    )
    graph = to_rdf(scene)
    for node in graph.all_nodes() | set(graph.predicates()):
        if isinstance(node, URIRef):
            assert not set(str(node)) & set('<>"{}|^`\\ \n\t\x00') and str(node).isprintable()
    assert (None, NESY.label, Literal(odd)) in graph
    assert from_rdf(Graph().parse(data=graph.serialize(format="turtle"), format="turtle")) == scene


def test_known_words_get_ontology_iris_and_plain_triples() -> None:
    scene = Scene.model_validate(
        {
            "entities": [{"id": "person_1", "category": "Person"}, {"id": "u", "category": "unicycle"}],
            "relations": [{"id": "r1", "subject": "person_1", "predicate": "Sit on", "object": "u"}],
        }
    )
    graph = to_rdf(scene, base="http://example.org/s#")
    person, thing = URIRef("http://example.org/s#person_1"), URIRef("http://example.org/s#u")
    assert (person, RDF.type, VOCABULARY.Person) in graph
    assert (thing, RDF.type, LABEL.unicycle) in graph
    assert (person, VOCABULARY.sit_on, thing) in graph


def test_boxes_are_web_annotation_regions() -> None:
    scene = Scene.model_validate({"entities": [{"id": "a", "category": "cup", "box": [0.1, 0.2, 0.4, 0.9]}]})
    values = [
        str(v)
        for s in to_rdf(scene).subjects(RDF.type, OA.FragmentSelector)
        for v in to_rdf(scene).objects(s, RDF.value)
    ]
    assert values == ["xywh=percent:10,20,30,70"] == [fragment((0.1, 0.2, 0.4, 0.9))]


def test_a_graph_that_is_no_scene_says_so() -> None:
    with pytest.raises(InputError, match="0 nodes of type nesy:Scene"):
        from_rdf(Graph())
    broken = to_rdf(Scene.model_validate({"entities": [{"id": "a", "category": "cup"}]}))
    broken.remove((None, NESY.label, None))
    with pytest.raises(InputError, match=r"entities\.0\.category"):
        from_rdf(broken)
