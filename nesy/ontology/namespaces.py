"""The names that nesy gives to things: closed namespaces (a mistyped term is an AttributeError), labels -> IRIs."""

from urllib.parse import quote

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

from nesy.scene import term

RULES = Namespace("https://w3id.org/nesy/rules#")
"""Where the shipped rules live."""
VOCABULARY = Namespace("https://w3id.org/nesy/ontology#")
"""The same IRI as `NESY`, open: for names made from a vocabulary table (`DiningTable`, `sit_on`, `part_hip`)."""
LABEL = Namespace("https://w3id.org/nesy/label#")
"""Words that no ontology file defines: the open vocabulary."""


class NESY(DefinedNamespace):
    """The hand-written terms of `ontologies/{scene,terms}.ttl`; every other name is an AttributeError."""

    _fail = True
    _NS = Namespace("https://w3id.org/nesy/ontology#")

    # what a scene is made of
    Scene: URIRef
    Claim: URIRef
    Entity: URIRef
    PartState: URIRef
    Relation: URIRef
    Count: URIRef
    Attribute: URIRef
    hasEntity: URIRef
    hasPartState: URIRef
    hasRelation: URIRef
    hasCount: URIRef
    hasAttribute: URIRef
    # what a claim says
    id: URIRef
    position: URIRef
    confidence: URIRef
    label: URIRef
    partLabel: URIRef
    subject: URIRef
    predicate: URIRef
    object: URIRef
    entity: URIRef
    part: URIRef
    state: URIRef
    category: URIRef
    value: URIRef
    attribute: URIRef
    # where it is
    region: URIRef
    left: URIRef
    top: URIRef
    right: URIRef
    bottom: URIRef
    image: URIRef
    Image: URIRef
    name: URIRef
    widthPx: URIRef
    heightPx: URIRef
    sha256: URIRef
    passage: URIRef
    # what witnesses saw
    Observations: URIRef
    Observation: URIRef
    SeenThing: URIRef
    SeenPerson: URIRef
    SeenText: URIRef
    Keypoint: URIRef
    Witness: URIRef
    Looking: URIRef
    hasObservation: URIRef
    hasKeypoint: URIRef
    looksFor: URIRef
    score: URIRef
    x: URIRef
    y: URIRef
    text: URIRef
    # what is claimed of a clip, over time
    Timeline: URIRef
    Frame: URIRef
    Sighting: URIRef
    hasFrame: URIRef
    frame: URIRef
    nextFrame: URIRef
    atSeconds: URIRef
    ofTrack: URIRef
    nextSighting: URIRef
    nextSaid: URIRef
    fastest: URIRef
    shortly: URIRef
    goesAlong: URIRef
    # what is claimed of several pictures
    Album: URIRef
    together: URIRef
    inPicture: URIRef
    acrossPictures: URIRef
    same_as: URIRef
    # the vocabulary
    Thing: URIRef
    Agent: URIRef
    NonAgent: URIRef
    Capability: URIRef
    personNeeds: URIRef
    hardlyBy: URIRef
    oneWay: URIRef
    opposite: URIRef
    acyclic: URIRef
    term: URIRef
    supercategory: URIRef
    Incapability: URIRef
    Affordance: URIRef
    affords: URIRef
    ofVerb: URIRef
    ofCategory: URIRef
    BodyPart: URIRef
    State: URIRef
    PartStateType: URIRef
    ofPart: URIRef
    ofState: URIRef
    AttributeValue: URIRef
    AttributeDimension: URIRef
    ofDimension: URIRef
    relates: URIRef
    interacts: URIRef
    placedRelativeTo: URIRef
    VerbKind: URIRef
    verbKind: URIRef
    excludes: URIRef
    rarelyWith: URIRef
    oneObject: URIRef
    oneAgent: URIRef
    besides: URIRef
    holdsAtMost: URIRef
    instrument: URIRef
    entails: URIRef
    impliesPlace: URIRef
    impliesPosture: URIRef
    playedOn: URIRef
    contradicts: URIRef
    boxesWithin: URIRef
    rarelyBears: URIRef
    seldomWith: URIRef
    ambiguousView: URIRef
    intrinsicFrame: URIRef
    direction: URIRef
    withinGroup: URIRef
    Figure: URIRef
    LooseWord: URIRef
    narrowerLabel: URIRef
    widerLabel: URIRef
    lookalikeWord: URIRef
    materialWord: URIRef
    locativeVerb: URIRef
    connects: URIRef
    Composition: URIRef
    firstStep: URIRef
    secondStep: URIRef
    gives: URIRef
    # what a claim excludes when it is held against evidence
    Kind: URIRef
    division: URIRef
    mayLookLike: URIRef
    oneUnder: URIRef
    # what shows a claim in a picture
    Cue: URIRef
    ApartState: URIRef
    Bearing: URIRef
    BodyRegion: URIRef
    YoungPerson: URIRef
    shownBy: URIRef
    hintedBy: URIRef
    needs: URIRef
    phraseSeen: URIRef
    phraseMissed: URIRef
    Quantity: URIRef
    atLeast: URIRef
    # what follows from the claims
    Inferred: URIRef
    says: URIRef
    fromEntity: URIRef
    leadsTo: URIRef
    circleOf: URIRef
    toEntity: URIRef
    because: URIRef
    suggestedActivity: URIRef
    expectedState: URIRef
    # activities, the actions of V-COCO, and what the labels lead one to expect
    Activity: URIRef
    partner: URIRef
    VcocoAction: URIRef
    VcocoRole: URIRef
    ofAction: URIRef
    roleName: URIRef
    takes: URIRef
    Expectation: URIRef
    Signature: URIRef
    Companion: URIRef
    rare: URIRef
    support: URIRef
    precision: URIRef
    precisionWithMore: URIRef
    ofKind: URIRef
    kinds: URIRef
    seenWith: URIRef
    withVerb: URIRef
    # provenance
    Analysis: URIRef
    final: URIRef
    Round: URIRef
    Withdrawal: URIRef
    Change: URIRef
    operation: URIRef
    cost: URIRef
    withdrawn: URIRef
    invented: URIRef
    round: URIRef
    reason: URIRef
    rule: URIRef
    finding: URIRef
    Finding: URIRef
    severity: URIRef
    focus: URIRef
    message: URIRef
    consistent: URIRef
    cachedTokens: URIRef
    promptTokens: URIRef
    newTokens: URIRef
    calls: URIRef
    seconds: URIRef
    promptSha256: URIRef
    temperature: URIRef
    seed: URIRef
    revision: URIRef


def local_name(label: str) -> str:
    """Return `label`'s term, percent-encoded so that any text is a legal end of an IRI.

    >>> local_name('say "hi"')
    'say_%22hi%22'
    """
    return quote(term(label), safe="")


def class_name(label: str) -> str:
    """Return the class name of a category.

    >>> class_name("dining table")
    'DiningTable'
    """
    return "".join(word[:1].upper() + word[1:] for word in local_name(label).split("_"))


def class_iri(category: str) -> URIRef:
    """Return the IRI of a category of the vocabulary."""
    return VOCABULARY[class_name(category)]


def predicate_iri(predicate: str) -> URIRef:
    """Return the IRI of a verb or spatial relation of the vocabulary."""
    return VOCABULARY[local_name(predicate)]


def part_iri(part: str) -> URIRef:
    """Return the IRI of a body part of the vocabulary."""
    return VOCABULARY["part_" + local_name(part)]


def state_iri(state: str) -> URIRef:
    """Return the IRI of a state of body parts of the vocabulary."""
    return VOCABULARY["state_" + local_name(state)]


def attribute_iri(attribute: str) -> URIRef:
    """Return the IRI of an attribute of the vocabulary."""
    return VOCABULARY["attribute_" + local_name(attribute)]


def label_iri(label: str) -> URIRef:
    """Return the IRI of a word outside the vocabulary."""
    return LABEL[local_name(label)]
