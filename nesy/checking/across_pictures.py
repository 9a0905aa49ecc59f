"""A scene of the things of several pictures -> what the rules across pictures say of it; no other rule is run."""

from collections.abc import Iterator

from rdflib import OWL

from nesy.checking.check import verdict_of
from nesy.checking.rules import Rules
from nesy.checking.scene_data import Engine, Prepared, prepare
from nesy.errors import InputError
from nesy.graph.scene_triples import PlainTriple, claim_node, node_of, whole
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.scene import Scene, picture_of
from nesy.settings import CheckingSettings
from nesy.verdict import Finding, Verdict

_DEFAULTS = CheckingSettings()
SAME = "same as"
"""The predicate between two things of different pictures that are said to be one."""


def check_together(
    scene: Scene,
    rules: Rules | None = None,
    ontology: Ontology | None = None,
    *,
    engine: Engine = "compiled",
    settings: CheckingSettings = _DEFAULTS,
) -> Verdict:
    """Return what the rules across pictures say of a scene whose things are named by their pictures: `p2_person_1`.

    >>> import nesy
    >>> dog, cat = nesy.Entity(id="p1_dog_1", category="dog"), nesy.Entity(id="p2_cat_1", category="cat")
    >>> same = nesy.Relation(id="s1", subject="p2_cat_1", predicate="same as", object="p1_dog_1")
    >>> nesy.check_together(nesy.Scene(entities=[dog, cat], relations=[same])).findings[0].message
    'p2_cat_1 is a cat and p1_dog_1 is a dog, and nothing is both; they cannot be the same.'

    Args:
        scene: the things, relations `same as` between them, and counts over all pictures.
        rules: those of `rules/pictures.ttl` if None.
        ontology: the shipped one if None.
        engine: `compiled`, or `pyshacl`, the slow reference that says the same.
        settings: of these, how many findings of a rule are told, and how long a rule may take.

    Raises:
        InputError: the name of a thing begins with no number of a picture.
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    pack = Rules.across_pictures() if rules is None else rules
    return verdict_of(_prepared(scene, pack, ontology, settings.seconds_per_rule), pack, settings, engine)


def violations_together(scene: Scene, rules: Rules, ontology: Ontology | None = None) -> tuple[Finding, ...]:
    """Return the violations alone.

    Raises:
        InputError: as `check_together`.
    """
    return _prepared(scene, rules, ontology, _DEFAULTS.seconds_per_rule).findings(rules.grave)


def _prepared(scene: Scene, rules: Rules, ontology: Ontology | None, seconds: float) -> Prepared:
    known = Ontology.default() if ontology is None else ontology
    return prepare(scene, known, rules, seconds, tuple(_beside(scene, known)))


def _beside(scene: Scene, ontology: Ontology) -> Iterator[PlainTriple]:
    """Yield which picture each thing is in, and which categories of things that are said to be one share no member."""
    for entity in scene.entities:
        try:
            yield claim_node(entity.id), _IN_PICTURE, whole(picture_of(entity.id))
        except ValueError as error:
            raise InputError(f"a scene of several pictures: {error}") from None
    word = {entity.id: entity.category for entity in scene.entities}
    for pair in dict.fromkeys((word[one.subject], word[one.object]) for one in scene.relations):
        if ontology.why_disjoint(*pair) is not None:
            first, second = (node_of(ontology.node("category", label)) for label in pair)
            yield first, _DISJOINT, second


_IN_PICTURE, _DISJOINT = node_of(NESY.inPicture), node_of(OWL.disjointWith)
