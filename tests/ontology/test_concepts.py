"""What a word names: steps, scores and reasons; what stays unknown; scenes, counts and relations of mapped words."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, SKOS

import nesy
from nesy.experiments.rules.mapping import step_of
from nesy.graph import from_rdf, to_rdf
from nesy.graph.triples import claim_iri
from nesy.loop.options import answers_for
from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.ontology.morphology import head_nouns, noun_bases, verb_bases
from nesy.ontology.namespaces import NESY, VOCABULARY, label_iri
from nesy.scene import Scene, term
from nesy.verdict import Finding

KNOWN = Ontology.default()
KINDS = ("category", "predicate", "part", "state", "attribute")


def step(kind: str, label: str) -> tuple[str | None, str]:
    found = KNOWN.concept(kind, label)
    return (None if found is None else found.term), step_of(found)


# --- categories ---


@pytest.mark.parametrize(
    ("label", "named", "by"),
    [
        ("dog", "dog", "word"),
        ("Dining  table", "dining_table", "word"),
        ("teddy bear", "teddy_bear", "word"),
        ("hot dog", "hot_dog", "word"),
        ("plane", "airplane", "same meaning"),
        ("aeroplane", "airplane", "same meaning"),
        ("tv monitor", "tv", "same meaning"),
        ("bike", "bicycle", "same meaning"),
        ("sofa", "couch", "same meaning"),
        ("cellphone", "cell_phone", "same meaning"),
        ("motorbike", "motorcycle", "same meaning"),
        ("dogs", "dog", "same meaning"),
        ("people", "person", "same meaning"),
        ("sheep", "sheep", "word"),
        ("ski", "skis", "same meaning"),
        ("pair of skis", "skis", "same meaning"),
        ("scissors", "scissors", "word"),
        ("knives", "knife", "same meaning"),
        ("mice", "mouse", "same meaning"),
        ("buses", "bus", "same meaning"),
        ("benches", "bench", "same meaning"),
        ("a dog", "dog", "same meaning"),
        ("surf board", "surfboard", "same meaning"),
        ("hotdog", "hot_dog", "same meaning"),
        ("dining-table", "dining_table", "same meaning"),
        ("traffic lights", "traffic_light", "same meaning"),
        ("man", "person", "narrower"),
        ("men", "person", "narrower"),
        ("children", "person", "narrower"),
        ("policemen", "person", "narrower"),
        ("ladies", "person", "narrower"),
        ("puppy", "dog", "narrower"),
        ("puppies", "dog", "narrower"),
        ("taxi", "car", "narrower"),
        ("sail boat", "boat", "narrower"),
        ("table", "dining_table", "wider"),
        ("phones", "cell_phone", "wider"),
        ("police car", "car", "head noun"),
        ("coffee cup", "cup", "head noun"),
        ("small red cars", "car", "head noun"),
        ("man in a suit", "person", "head noun"),
        ("slice of pizza", "pizza", "head noun"),
        ("group of people", "person", "head noun"),
        ("children's book", "book", "head noun"),
        ("vehicle", "vehicle", "wider class"),
        ("van", "vehicle", "wider class"),
        ("animals", "animal", "wider class"),
        ("insect", "animal", "wider class"),
        ("fruit", "food", "wider class"),
        ("shirt", "clothing", "wider class"),
        ("T-shirt", "clothing", "wider class"),
        ("glasses", "clothing", "wider class"),
        ("trees", "plant", "wider class"),
        ("car seat", "artefact", "wider class"),
        ("street light", "artefact", "wider class"),
        ("elephant calf", "animal", "wider class"),
        ("living room", "indoor_place", "wider class"),
        ("kitchen", "indoor_place", "wider class"),
        ("glass of wine", "tableware", "wider class"),
        ("woman's hand", "part_of_living", "wider class"),
        ("horse statue", "figure", "wider class"),
        ("toy car", "figure", "wider class"),
        ("wooden horse", "figure", "wider class"),
        ("wooden chair", "chair", "head noun"),
        ("unicycle", None, "unknown"),
        ("unicycles", None, "unknown"),
        ("blue unicycle", None, "unknown"),
        ("man and woman", None, "unknown"),
        ("male", None, "unknown"),
        ("pitcher", None, "unknown"),
        ("bat", None, "unknown"),
        ("blork", None, "unknown"),
        ("dogss", None, "unknown"),
        ("", None, "unknown"),
        ("of", None, "unknown"),
    ],
)
def test_categories(label: str, named: str | None, by: str) -> None:
    assert step("category", label) == (named, by)


def test_each_step_has_its_score_and_says_why() -> None:
    told = {
        "dog": (True, 1.0, "'dog' is a word of the ontology."),
        "bike": (True, 0.95, "'bike' means the same as 'bicycle'."),
        "planes": (True, 0.95, "'planes' is a form of 'plane', the same as 'airplane'."),
        "surf board": (True, 0.95, "'surf board' is another spelling of 'surfboard'."),
        "taxis": (False, 0.9, "'taxi' is a kind of 'car'."),
        "table": (False, 0.8, "'table' is a wider word, which in a picture mostly means 'dining table'."),
        "police car": (False, 0.7, "'car' is the head noun of 'police car'."),
        "old men": (False, 0.7, "'men' is the head noun of 'old men'; 'man' is a kind of 'person'."),
        "animals": (True, 0.5, "'animal' is a class wider than the categories."),
        "shirt": (False, 0.5, "'shirt' is no category; it belongs to the wider class 'clothing'."),
        "toy car": (False, 0.5, "'toy car' only looks like 'car': it is a figure."),
    }
    found = {label: KNOWN.concept("category", label) for label in told}
    assert {label: c and (c.exact, c.score, c.reason) for label, c in found.items()} == told


def test_a_concept_is_public_and_frozen() -> None:
    found = KNOWN.concept("category", "bikes")
    assert isinstance(found, nesy.Concept)
    assert (found.iri, found.term, found.base) == (VOCABULARY.Bicycle, "bicycle", "bicycle")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.score = 0.1  # type: ignore[misc]


@pytest.mark.parametrize("word", sorted(KNOWN.categories))
def test_every_category_is_its_own_word_and_has_a_plural(word: str) -> None:
    found = KNOWN.concept("category", word)
    assert found is not None
    assert (found.term, found.exact, found.score) == (word, True, 1.0)
    plural = word + ("" if word.endswith("s") else "es" if word.endswith(("ch", "sh", "x")) else "s")
    if word not in ("sheep", "knife", "mouse", "person"):
        assert KNOWN.canonical("category", plural.replace("_", " ")) == word


def test_no_listed_word_names_two_things_or_stands_in_two_lists() -> None:
    links = (NESY.term, SKOS.altLabel, NESY.narrowerLabel, NESY.widerLabel)
    classes = set(KNOWN.graph.subjects(RDF.type, OWL.Class))
    properties = set(KNOWN.graph.subjects(RDF.type, OWL.ObjectProperty))
    for things in (classes, properties):
        seen: dict[str, tuple[object, object]] = {}
        for link in links:
            for thing, label in KNOWN.graph.subject_objects(link):
                word = term(str(label))
                if thing in things and seen.setdefault(word, (thing, link)) != (thing, link):
                    pytest.fail(f"{word!r} stands at {seen[word]} and at {(thing, link)}")


def test_a_word_left_out_is_not_taken_for_its_category() -> None:
    loose = list(KNOWN.graph.subjects(RDF.type, NESY.LooseWord))
    assert len(loose) > 50
    for node in loose:
        word, category = str(KNOWN.graph.value(node, NESY.label)), KNOWN.graph.value(node, NESY.ofCategory)
        found = KNOWN.concept("category", word)
        assert found is None or found.iri != category, word
        assert len(str(KNOWN.graph.value(node, NESY.reason))) > 5


# --- predicates, parts, states, attributes ---


@pytest.mark.parametrize(
    ("label", "named", "by"),
    [
        ("ride", "ride", "word"),
        ("riding", "ride", "same meaning"),
        ("is riding a", "ride", "same meaning"),
        ("rides", "ride", "same meaning"),
        ("rode", "ride", "same meaning"),
        ("sitting on", "sit_on", "same meaning"),
        ("sat on", "sit_on", "same meaning"),
        ("lying on", "lie_on", "same meaning"),
        ("laying on", "lie_on", "same meaning"),
        ("wears", "wear", "same meaning"),
        ("hitting", "hit", "same meaning"),
        ("carries", "carry", "same meaning"),
        ("carrying", "carry", "same meaning"),
        ("watches", "watch", "same meaning"),
        ("talking on", "talk_on", "same meaning"),
        ("dressed in", "wear", "same meaning"),
        ("is on", "on", "same meaning"),
        ("on the left of", "left_of", "same meaning"),
        ("far away from", "far_from", "same meaning"),
        ("adjacent to", "next_to", "same meaning"),
        ("parked on", "park_on", "same meaning"),
        ("surrounded by", "enclosed_by", "same meaning"),
        ("grazing near", "near", "head noun"),
        ("sits on top of", "on_top_of", "head noun"),
        ("swimming under", "under", "head noun"),
        ("held", None, "unknown"),
        ("is held", None, "unknown"),
        ("held by", None, "unknown"),
        ("being carried by", None, "unknown"),
        ("parked", None, "unknown"),
        ("not on", None, "unknown"),
        ("is not on", None, "unknown"),
        ("sitting down", None, "unknown"),
        ("interested in", None, "unknown"),
        ("is", None, "unknown"),
        ("blorking", None, "unknown"),
    ],
)
def test_predicates(label: str, named: str | None, by: str) -> None:
    assert step("predicate", label) == (named, by)


@pytest.mark.parametrize(
    ("kind", "label", "named"),
    [
        ("part", "hands", "hand"),
        ("part", "left feet", "left_foot"),
        ("part", "hips", "hip"),
        ("part", "wheel", None),
        ("state", "sitting on", "sit_on"),
        ("state", "is holding", "hold"),
        ("state", "seated on", "sit_on"),
        ("state", "blorking", None),
        ("attribute", "red", "red"),
        ("attribute", "blorkish", None),
    ],
)
def test_parts_states_and_attributes(kind: str, label: str, named: str | None) -> None:
    assert step(kind, label)[0] == named


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        KNOWN.concept("colour", "red")


@given(st.sampled_from(KINDS), st.text(max_size=200) | st.from_regex(r"[a-z]{1,8}( [a-z'-]{1,8}){0,9}", fullmatch=True))
def test_any_text_is_mapped_or_unknown_and_always_the_same(kind: str, label: str) -> None:
    found, again = KNOWN.concept(kind, label), Ontology.default().concept(kind, label)
    assert found == again
    assert KNOWN.canonical(kind, label)[:1] != "_"
    if found is not None:
        assert 0 < found.score <= 1
        assert found.reason.endswith(".")
        assert (found.iri, RDF.type, None) in KNOWN.graph
        assert KNOWN.node(kind, label) == (found.iri if found.exact else label_iri(found.base))
        assert found.exact == (found.base == found.term and KNOWN.iri(kind, label) == found.iri)
    for base in (*noun_bases(term(label)), *verb_bases(term(label))):
        assert base != term(label)
    for before, head in head_nouns(term(label)):
        assert head
        assert len(before) < len(term(label).split("_"))


# --- what is done with mapped words ---


def test_the_taxonomy_takes_mapped_words() -> None:
    assert KNOWN.is_a("man", "person")
    assert KNOWN.is_a("men", "agent")
    assert KNOWN.is_a("puppies", "animal")
    assert KNOWN.is_a("bikes", "rideable")
    assert KNOWN.is_a("shirt", "clothing")
    assert KNOWN.is_a("potted plant", "plant")
    assert KNOWN.is_a("man", "man")
    assert not KNOWN.is_a("person", "man")
    assert not KNOWN.is_a("dog", "puppy")
    assert KNOWN.is_a("dog", "animals")
    assert not KNOWN.is_a("dog", "insect")
    assert not KNOWN.is_a("unicycle", "vehicle")
    assert KNOWN.ancestors("puppy")[0] == "animal"
    assert KNOWN.ancestors("man")[0] == "person"
    assert "dog" in KNOWN.ancestors("puppy")
    assert "dog" not in KNOWN.ancestors("dogs")
    assert KNOWN.affordances("taxi") == KNOWN.affordances("car") != frozenset()
    assert KNOWN.affordances("shirt") == frozenset()
    assert KNOWN.objects("drinks with") == {"bottle", "cup"}
    assert KNOWN.why_disjoint("puppy", "taxi") == KNOWN.why_disjoint("dog", "car")


def test_properties_take_mapped_words() -> None:
    assert KNOWN.inverse("on the left of") == "right_of"
    assert KNOWN.inverse("close to") == "near"
    assert KNOWN.is_asymmetric("is under")
    assert KNOWN.opposites("facing") == {"facing_away_from"}
    assert {"left_of", "to_the_left_of"} <= KNOWN.opposites("at the right side of")
    assert KNOWN.opposites("parallel to") == {"perpendicular_to"}
    assert KNOWN.entails("sitting next to") == {"next_to"}
    assert KNOWN.entails("parked on") == {"on"}
    assert KNOWN.entails("ride") == KNOWN.entails("blork") == frozenset()


def test_the_algebra_of_the_predicates_is_sound() -> None:
    graph = KNOWN.graph
    one_way, symmetric = set(graph.subjects(NESY.oneWay)), set(graph.subjects(RDF.type, OWL.SymmetricProperty))
    asymmetric = set(graph.subjects(RDF.type, OWL.AsymmetricProperty))
    assert not symmetric & (one_way | asymmetric)
    assert asymmetric <= one_way
    assert not set(graph.subjects(RDF.type, OWL.TransitiveProperty)) & asymmetric, "OWL 2 DL forbids both"
    properties = set(graph.subjects(RDF.type, OWL.ObjectProperty))
    for link in (NESY.entails, NESY.opposite, OWL.inverseOf):
        assert {end for pair in graph.subject_objects(link) for end in pair} <= properties
    for first, second in graph.subject_objects(NESY.entails):
        word, follows = str(graph.value(first, NESY.term)), str(graph.value(second, NESY.term))
        assert word != follows
        assert follows not in KNOWN.opposites(word)
        assert not KNOWN.opposites(follows) & KNOWN.entails(word), word
    for word in sorted(KNOWN.spatial):
        assert word not in KNOWN.opposites(word)
        inverse = KNOWN.inverse(word)
        assert inverse is None or KNOWN.is_asymmetric(word) == KNOWN.is_asymmetric(inverse), word
    connecting = set(graph.subjects(RDFS.subPropertyOf, NESY.connects))
    assert len(connecting) > 50
    assert not connecting & set(graph.subjects(RDFS.subPropertyOf, NESY.interacts))


SCENE = Scene.model_validate(
    {
        "entities": [
            {"id": "a", "category": "man", "attributes": ["Red"]},
            {"id": "b", "category": "person"},
            {"id": "c", "category": "bike"},
            {"id": "d", "category": "unicycle"},
            {"id": "e", "category": "taxi cab"},
        ],
        "relations": [
            {"id": "r1", "subject": "a", "predicate": "is riding", "object": "c"},
            {"id": "r2", "subject": "b", "predicate": "grazing near", "object": "d"},
        ],
        "part_states": [{"id": "p1", "entity": "a", "part": "hands", "state": "holding", "object": "c"}],
        "counts": [
            {"id": "n1", "category": "bicycles", "value": 1},
            {"id": "n2", "category": "person", "value": 1},
            {"id": "n3", "category": "man", "value": 1},
            {"id": "n4", "category": "vehicles", "value": 2},
        ],
    }
)


def test_a_scene_of_mapped_words_comes_back_as_it_was_written() -> None:
    assert from_rdf(to_rdf(SCENE)) == SCENE


def test_only_what_means_the_same_becomes_the_class() -> None:
    graph = to_rdf(SCENE)
    category = {claim.id: graph.value(claim_iri(claim.id), NESY.category) for claim in SCENE.claims()}
    assert category["c"] == category["n1"] == VOCABULARY.Bicycle
    assert category["a"] == category["n3"] == label_iri("man") != category["n2"]
    assert category["b"] == category["n2"] == VOCABULARY.Person
    assert category["n4"] == VOCABULARY.Vehicle, "the name of a wider class means that class"
    assert category["d"] == label_iri("unicycle")
    assert category["e"] == label_iri("taxicab"), "one word, however it is spaced"
    assert (claim_iri("a"), VOCABULARY.ride, claim_iri("c")) in graph
    assert graph.value(claim_iri("r2"), NESY.predicate) != VOCABULARY.near
    assert graph.value(claim_iri("p1"), NESY.part) == VOCABULARY.part_hand
    assert graph.value(claim_iri("p1"), NESY.state) == VOCABULARY.state_hold


def test_the_correction_counts_and_offers_with_mapped_words() -> None:
    assert [e.id for e in listed(SCENE, "persons", KNOWN)] == ["a", "b"]
    assert [e.id for e in listed(SCENE, "men", KNOWN)] == ["a"]
    assert [e.id for e in listed(SCENE, "bicycle", KNOWN)] == ["c"]
    assert [e.id for e in listed(SCENE, "vehicles", KNOWN)] == ["c", "e"]
    ride = next(r for r in SCENE.relations if r.id == "r1")
    offered = answers_for(ride, SCENE, (), KNOWN)
    assert "hop_on" in offered
    assert "ride" not in offered
    puppy = Scene.model_validate({"entities": [{"id": "x", "category": "puppy"}]})
    about = Finding(rule="r", name="n", severity="warning", focus="x", claims=("x",), message="m")
    kinds = set(answers_for(puppy.entities[0], puppy, [about], KNOWN)[2:])
    assert kinds
    assert kinds <= {c for c in KNOWN.categories if KNOWN.is_a(c, "animal")} - {"dog"}
