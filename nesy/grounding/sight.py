"""Evidence of any kind -> trusted scenes, and what witnesses saw; a scene against that -> an opinion of every claim."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from nesy.errors import InputError
from nesy.grounding.opinion import Opinion
from nesy.grounding.seen_apart import judge_entities
from nesy.grounding.seen_entities import judge_count
from nesy.grounding.seen_properties import judge_attribute
from nesy.grounding.seen_relations import judge_part_state, judge_relation
from nesy.grounding.sightings import Sightings
from nesy.grounding.word_match import Words
from nesy.image import Image
from nesy.observations import Observations, Witness
from nesy.scene import Claim, Count, Entity, ImageInfo, PartState, Relation, Scene
from nesy.witness.roster import READER, load_all, reader

Source = Scene | Observations | Image
"""What claims are held against: what people or programs say of a picture, what a witness saw in it, or the picture."""


Said = TypeVar("Said", PartState, Relation, Count)


def divided(
    evidence: Source | Sequence[Source],
    witness: Witness | str,
    words: Words,
    *,
    of: ImageInfo | None = None,
    of_text: bool = False,
) -> tuple[tuple[Scene, ...], Sightings | None]:
    """Return the scenes among the evidence, and what witnesses saw; None where no witness looked.

    At a picture the witness looks, unless somebody's observations of it are given as well: then it lends its pixels.
    Where claims are of something written, its text is read as well, if it can be read here and nobody has.

    Args:
        evidence: as `ground` takes it.
        witness: who looks at a picture.
        words: of the ontology.
        of: the picture that the claims are of, where they say it.
        of_text: whether any claim is of something written.

    Raises:
        InputError: there is no evidence, or it is of different pictures.
        ModelError: the witness cannot look.
    """
    sources = _sources(evidence)
    scenes = tuple(source for source in sources if isinstance(source, Scene))
    seen = [source for source in sources if isinstance(source, Observations)]
    images = [source for source in sources if isinstance(source, Image)]
    _check_one_picture([*(image.info for image in images), *(one.image for one in seen)], of)
    if not seen and not images:
        return scenes, None
    if not seen:
        eyes = load_all(witness) if isinstance(witness, str) else (witness,)
        seen = [one.observe(images[0]) for one in eyes]
    if of_text and images and not any(one.name == READER for some in seen for one in some.witnesses):
        seen += [who.observe(images[0]) for who in (reader(),) if who is not None]
    return scenes, Sightings(seen, words, next(iter(images), None))


def _check_one_picture(pictures: Sequence[ImageInfo | None], of: ImageInfo | None) -> None:
    """Check that all evidence is of one picture, and claims of the same: by its bytes, and claims by its name, too.

    Raises:
        InputError: it is not.
    """
    known = [picture for picture in pictures if picture is not None and picture.sha256]
    if len({picture.sha256 for picture in known}) > 1:
        raise InputError("the evidence is of different pictures; claims are held against one at a time")
    if known and of is not None and of.sha256 not in (None, known[0].sha256) and of.name != known[0].name:
        raise InputError(f"the claims are of {of.name}, the evidence of {known[0].name}, which is another picture")


def _sources(evidence: object) -> tuple[Source, ...]:
    """Return each piece of the evidence.

    Raises:
        InputError: there is none, or something is none.
    """
    several = isinstance(evidence, Iterable) and not isinstance(evidence, Source | str | bytes)
    sources = tuple(evidence) if several and isinstance(evidence, Iterable) else (evidence,)
    if not sources:
        raise InputError("no evidence: a scene, observations or a picture is needed")
    found = tuple(source for source in sources if isinstance(source, Source))
    if len(found) < len(sources):
        kind = next(type(source).__name__ for source in sources if not isinstance(source, Source))
        raise InputError(f"no evidence: {kind}; it is a Scene, Observations or an Image (nesy.Image.open reads one)")
    return found


def seen_opinions(
    scene: Scene, sight: Sightings, *, of_all: bool = False
) -> Iterator[tuple[Claim, str | None, Opinion]]:
    """Yield (claim, attribute or None for the claim itself, what is thought of it), in the scene's order.

    Args:
        scene: what is said.
        sight: what was seen.
        of_all: whether a count is said of all there are, as a model's is; that of a text may be of some.
    """
    of_entity = judge_entities(scene.entities, sight)
    for claim in scene.claims():
        match claim:
            case Entity():
                yield claim, None, of_entity[claim.id]
                for attribute in claim.attributes:
                    yield claim, attribute, judge_attribute(claim, attribute, of_entity[claim.id], scene, sight)
            case PartState():
                yield claim, None, judge_part_state(claim, scene, of_entity, sight)
            case Relation():
                yield claim, None, judge_relation(claim, scene, of_entity, sight)
            case Count():
                yield claim, None, judge_count(claim, sight, of_all=of_all)


def opinion_of(claim: Claim, entities: Sequence[Entity], sight: Sightings) -> Opinion:
    """Return what is thought of one claim of a description; arguments as of `opinions_of`."""
    return opinions_of(claim, entities, sight)[None]


def opinions_of(claim: Claim, entities: Sequence[Entity], sight: Sightings) -> dict[str | None, Opinion]:
    """Return what is thought of one claim of a description (None), and of each attribute of an entity.

    Args:
        claim: any.
        entities: among which are those that the claim names; an entity that is the claim stands for its namesake.
        sight: what was seen.
    """
    said = Scene(entities=tuple(entities))
    match claim:
        case Entity():
            said = Scene(entities=(*(entity for entity in entities if entity.id != claim.id), claim))
        case PartState():
            said = said.model_copy(update={"part_states": (claim,)})
        case Relation():
            said = said.model_copy(update={"relations": (claim,)})
        case Count():
            said = said.model_copy(update={"counts": (claim,)})
    opinions = seen_opinions(said, sight, of_all=True)
    return {attribute: opinion for one, attribute, opinion in opinions if one is claim}


def supported(scene: Scene, sight: Sightings) -> Scene:
    """Return a scene with those of its relations, part states and counts alone that what was seen supports.

    Their confidences are the chances; no claim is surer than it was.
    """
    chances = {
        claim.id: opinion.chance
        for claim, attribute, opinion in seen_opinions(scene, sight)
        if attribute is None and opinion.status == "supported"
    }

    def of(claims: Sequence[Said]) -> tuple[Said, ...]:
        return tuple(
            claim.model_copy(
                update={"confidence": chance if claim.confidence is None else min(claim.confidence, chance)}
            )
            for claim in claims
            if (chance := chances.get(claim.id)) is not None
        )

    return scene.model_copy(
        update={"part_states": of(scene.part_states), "relations": of(scene.relations), "counts": of(scene.counts)}
    )


def both(by_scenes: Opinion, by_sight: Opinion) -> Opinion:
    """Return one opinion of two: trusted scenes decide; where they do not tell, what was seen does."""
    return by_sight if by_scenes.status == "unknown" else by_scenes
