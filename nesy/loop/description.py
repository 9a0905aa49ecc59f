"""A reply that describes an image -> its scene: JSON, or where it is none, sentences. Two steps meet here."""

from nesy.errors import InputError, ReplyError
from nesy.image import Image
from nesy.ontology import Ontology
from nesy.perception.confidence import Probabilities
from nesy.perception.problems import Problems
from nesy.perception.prose import Prose, prose_of
from nesy.perception.reply import ParsedScene, parse_scene
from nesy.scene import Claim, Scene
from nesy.turns import Reply, Request

IS_PROSE = "the reply is no JSON: it was read as a description in words, which gives no boxes"
IS_JSON = "the reply is JSON, where a description in words was asked for"
GIVEN = "the things are those that a witness sees; the model was asked what they do"
NOTHING_SEEN = "the witness sees nothing: the model was asked what is there"
_GRAMMAR = frozenset(("a", "an", "the", "is", "are", "of", "on", "in", "with", "and", "there", "his", "her", "this"))
"""Words that sentences need; babble has none."""


def read_description(reply: Reply, request: Request, ontology: Ontology, language: str) -> ParsedScene:
    """Read a description that was asked for in words: those, or JSON where the model wrote that all the same.

    Args:
        reply: what the model said.
        request: what it was asked.
        ontology: whose words tell a description from babble.
        language: of the sentences, a code of ISO 639-1.

    Raises:
        ReplyError: the reply is neither a scene in JSON nor a description in words.
    """
    try:
        parsed = parse_scene(reply, request.image)
    except ReplyError:
        return read_sentences(reply, request, ontology, language)
    return ParsedScene(parsed.scene, (IS_JSON, *parsed.problems))


def read_sentences(reply: Reply, request: Request, ontology: Ontology, language: str) -> ParsedScene:
    """Read a description in words.

    A claim keeps its places in the reply (`spans`), and is as sure as the model's tokens there; a claim that the text
    itself hedges is as sure as the hedge.

    Args:
        reply: what the model said.
        request: what it was asked; words that were not asked for are told.
        ontology: whose words tell a description from babble.
        language: of the sentences, a code of ISO 639-1.

    Raises:
        ReplyError: the reply is no description in words.
    """
    prose = prose_of(reply.text)
    scene = None if prose is None else _described(prose, ontology, language)
    if prose is None or scene is None:
        raise ReplyError(reply.text, (_NEITHER,))
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)
    if request.form == "json":
        problems.add(IS_PROSE)
    problems.extend(prose.left_out)
    return ParsedScene(_sure(scene, request.image, probabilities), problems.listed())


def read_grounded(reply: Reply, request: Request) -> ParsedScene:
    """Read what a model says of given things: they stay as they were given, with the attributes that it names.

    Args:
        reply: what the model said.
        request: what it was asked; `entities` are the things, with boxes and chances.

    Raises:
        ReplyError: the reply is no scene in JSON.
    """
    given = {entity.id: entity for entity in request.entities}
    parsed = parse_scene(reply, request.image, request.entities)
    said = {entity.id: entity for entity in parsed.scene.entities}
    others = said.keys() - given.keys()
    problems = [f"{name!r} is none of the given things; dropped with all that is said of it" for name in others]
    scene = parsed.scene.without(frozenset(others))
    entities = tuple(
        entity.model_copy(update={"attributes": tuple(dict.fromkeys((*entity.attributes, *said[name].attributes)))})
        if name in said
        else entity
        for name, entity in given.items()
    )
    return ParsedScene(
        scene.model_copy(update={"image": request.image.info, "entities": entities}),
        (GIVEN, *sorted(problems), *parsed.problems),
    )


_NEITHER = "no description in the reply: a few sentences that say what is in the image were expected"


def _described(prose: Prose, ontology: Ontology, language: str) -> Scene | None:
    """Return what sentences describe; None where that is nothing, or no word of it is one of a language."""
    from nesy.language.parsing import parse  # late: spaCy takes its time, and a model that writes JSON needs none

    try:
        scene = parse(prose.text, language, ontology)
    except InputError:
        return None
    known = any(ontology.concept("category", entity.category) is not None for entity in scene.entities)
    grammar = len(_GRAMMAR & set(prose.text.lower().split())) >= 2
    return scene if scene.entities and (known or grammar) else None


def _sure(scene: Scene, image: Image, probabilities: Probabilities) -> Scene:
    def sure(claim: Claim) -> Claim:
        own = claim.confidence
        return claim.model_copy(update={"confidence": probabilities.of(claim.spans) if own is None else own})

    lists = ("entities", "part_states", "relations", "counts")
    said = {name: tuple(sure(claim) for claim in getattr(scene, name)) for name in lists}
    return scene.model_copy(update={"image": image.info, **said})
