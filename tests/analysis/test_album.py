"""An album: JSON there and back, the life of a claim, and RDF that makes no two things one."""

import json

import pytest
from rdflib import OWL, PROV, RDF, Dataset, Literal, URIRef

import nesy
from nesy.analysis import Album
from nesy.errors import InputError
from nesy.graph.reader import from_rdf
from nesy.ontology.namespaces import NESY
from tests.pictures_together import picture, script, things


@pytest.fixture(scope="module")
def album() -> Album:
    wrong: dict[str, str | tuple[str, float]] = {"p2_dog_1": ("p1_dog_1", 0.9), "p2_cat_1": ("p1_dog_2", 0.4)}
    model = script([things("dog_1 brown", "dog_2"), things("dog_1 brown", "cat_1")], wrong)
    return nesy.Pipeline(model).analyze_together([picture(1), picture(2, (30, 90))])


def test_there_and_back(album: Album) -> None:
    assert Album.from_json(album.to_json()) == Album.from_json(album.to_json(indent=2)) == album
    assert json.loads(album.to_json())["schema"] == "nesy.album/1"
    assert repr(album) == "<Album of 2 pictures: 4 things, 1 identities, 3 different things, consistent>"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.pop("pictures"), "pictures"),
        (lambda d: d.update(pictures=d["pictures"][:1]), "at least 2"),
        (lambda d: d.update(pictures=d["pictures"] * 7), "at most 12"),
        (lambda d: d["together"]["scene"]["entities"][0].update(id="dog_9"), "no thing of its pictures"),
        (lambda d: d.update(schema="nesy.album/2"), "schema"),
        (lambda d: d.update(colour="red"), "colour"),
    ],
)
def test_what_is_no_album_is_refused_in_one_line(album: Album, change, told: str) -> None:
    data = json.loads(album.to_json())
    data["together"]["scene"]["relations"] = []
    change(data)
    with pytest.raises(InputError, match=told) as caught:
        Album.from_json(json.dumps(data), "a.json")
    assert str(caught.value).startswith("a.json") and "\n" not in str(caught.value)


def test_the_life_of_a_claim_is_told_wherever_it_is(album: Album) -> None:
    assert album.explain("s2").sentences[-1] == "In the end it is not in the scene."
    assert "p2_cat_1 is a cat and p1_dog_2 is a dog" in str(album.explain("s2"))
    assert album.explain("p2_cat_1").claim == "cat_1"
    with pytest.raises(InputError, match="no claim 'horse_1'"):
        album.explain("p2_horse_1")


def test_each_picture_has_a_named_graph_and_identity_one_of_its_own(album: Album) -> None:
    dataset = album.graph
    for number, one in enumerate(album.pictures, start=1):
        final = dataset.graph(URIRef(f"{one.base.rstrip('#')}/final"))
        assert from_rdf(final) == one.scene
        assert (None, NESY.same_as, None) not in final
        analysis = URIRef(f"{one.base.rstrip('#')}/analysis")
        assert (analysis, NESY.position, Literal(number)) in dataset.default_graph
    across = dataset.graph(URIRef(f"{album.base.rstrip('#')}/final"))
    first, second = (URIRef(one.base + "dog_1") for one in album.pictures)
    assert list(across.subject_objects(NESY.same_as)) == [(second, first)]
    (claim,) = across.subjects(NESY.predicate, NESY.same_as)
    assert float(across.value(claim, NESY.confidence)) == 0.9  # type: ignore[arg-type]
    assert (across.value(claim, NESY.subject), across.value(claim, NESY.object)) == (second, first)
    assert (first, NESY.left, None) not in across  # what it is stands in its picture's graph


def test_provenance_names_the_album_and_what_was_given_up(album: Album) -> None:
    log = album.graph.default_graph
    (whole,) = log.subjects(RDF.type, NESY.Album)
    assert log.value(whole, NESY.together) == URIRef(f"{album.base.rstrip('#')}/final")
    assert len(list(log.objects(whole, None))) >= 5
    withdrawn = {str(claim).rpartition("#")[2] for claim in log.subjects(PROV.wasInvalidatedBy)}
    assert "s2" in withdrawn
    assert not [name for name in log.subjects(RDF.type, NESY.Image) if str(name).startswith(album.base)]


@pytest.mark.parametrize("form", ["trig", "nquads", "json-ld", "turtle"])
def test_no_serialisation_makes_two_things_one(album: Album, form: str) -> None:
    text = album.to_rdf(form)  # type: ignore[arg-type]
    read = Dataset()
    read.parse(data=text, format=form)
    predicates = {predicate for _, predicate, _, _ in read.quads()}
    assert OWL.sameAs not in predicates and NESY.same_as in predicates
    assert album.to_rdf(form).count("same_as") == text.count("same_as")  # type: ignore[arg-type]


def test_a_store_takes_the_pictures_and_what_is_the_same(album: Album, tmp_path) -> None:
    with nesy.Store(tmp_path / "store") as store:
        names = [*map(store.add, album.pictures), store.add(album)]
        assert len(set(names)) == 3 and store.add(album) == names[-1] and len(store) == 3
        rows = list(store.query("SELECT ?a ?b { ?r nesy:predicate nesy:same_as ; nesy:subject ?a ; nesy:object ?b }"))
        assert len(rows) >= 1
        assert NESY.same_as in {predicate for _, predicate, _, _ in store.dataset(names[-1]).quads()}
