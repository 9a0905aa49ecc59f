"""What witnesses saw of a picture -> the scene that it shows: only what is plain, each claim with its chance.

Who makes a claim unasked must be right far more often than who judges one that somebody else made. So an interaction
is said only where V-COCO has it of such a thing, the boxes mostly mean it and the cues speak for it; a place only where
the boxes leave hardly another reading. What may be said is put into a scene, and judged as any scene is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from nesy.geometry import area, intersection, iou
from nesy.grounding.read_text import CLEAR, is_on
from nesy.grounding.seen_doings import doings
from nesy.grounding.seen_entities import CROWD, SUPPORTED
from nesy.grounding.seen_places import places
from nesy.grounding.sight import Said, supported
from nesy.grounding.sightings import Seen, Sightings, entity_of
from nesy.observations import TextLine
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.scene import Count, Entity, ImageInfo, PartState, Relation, Scene

LEAST = 0.6
"""Chance from which a thing is named."""
MOST = 40
"""Things that are named at most, the surest."""
_WITHIN = 0.7
"""Share of a skeleton's box in a person's box from which both are one person."""
_ONE_THING = 0.85
"""IoU from which two things of different kinds are one, named twice; the surer name counts."""


def seen_scene(sight: Sightings, image: ImageInfo | None = None) -> Scene:
    """Return what is plain in a picture; confidences are chances.

    Args:
        sight: what witnesses saw in it.
        image: which picture it is.
    """
    there = _there(sight)
    named = [entity_of(seen).model_copy(update={"confidence": seen.right}) for seen in there]
    entities = tuple(_with_texts(named, sight))
    sure = [seen for seen in there if seen.right >= SUPPORTED]
    done = doings(there, sight)
    counted = supported(Scene(entities=entities, counts=tuple(_counts(entities))), sight)
    placed = supported(Scene(entities=entities, relations=_numbered("r", _apart(places(sure, sight), done))), sight)
    relations = _numbered("r", (*done, *placed.relations))
    moved = supported(Scene(entities=entities, part_states=_numbered("p", _states(done, sight.words.ontology))), sight)
    return Scene(
        image=image,
        entities=entities,
        part_states=moved.part_states,
        relations=relations,
        counts=counted.counts,
    )


def _apart(placed: Iterable[Relation], done: Sequence[Relation]) -> Iterator[Relation]:
    """Yield the places of what nobody has in hand: a cup that is held lies on no table."""
    handled = {relation.object for relation in done}
    return (relation for relation in placed if relation.predicate != "on" or relation.subject not in handled)


def _numbered(prefix: str, claims: Iterable[Said]) -> tuple[Said, ...]:
    return tuple(claim.model_copy(update={"id": f"{prefix}{number}"}) for number, claim in enumerate(claims, start=1))


def _there(sight: Sightings) -> list[Seen]:
    """Return the things that are named: no two of one box, and no skeleton of a person who is there already."""
    found: list[Seen] = []
    for seen in sorted(sight.seen, key=lambda seen: -seen.right):
        if seen.right < LEAST or len(found) == MOST:
            break
        twice = any(iou(seen.box, other.box) >= _ONE_THING for other in found)
        if not twice and not _is_part(seen, found):
            found.append(seen)
    return found


def _is_part(seen: Seen, found: Sequence[Seen]) -> bool:
    """Tell whether a box is most of a person's within another of the kind: two looks at one person."""
    return seen.joints is not None and any(
        other.category == seen.category and intersection(seen.box, other.box) >= _WITHIN * area(seen.box)
        for other in found
        if other.joints is None
    )


def _with_texts(entities: Sequence[Entity], sight: Sightings) -> Iterator[Entity]:
    """Yield the entities with the lines of text that were read on them; a line on none is a text by itself."""
    ontology = sight.words.ontology
    lines: dict[str, list[TextLine]] = {}
    loose: list[TextLine] = []
    for line in (line for seen in sight.several for line in seen.texts if line.score >= CLEAR):
        bearers = [e for e in entities if e.box and is_on(line, e.box) and not ontology.is_a(e.category, "agent")]
        bearer = min(bearers, key=lambda entity: area(entity.box or line.box), default=None)
        if bearer is None:
            loose.append(line)
        else:
            lines.setdefault(bearer.id, []).append(line)
    for entity in entities:
        yield entity.model_copy(update={"attributes": tuple(_says(line) for line in lines.get(entity.id, ()))})
    for number, line in enumerate(loose[:MOST], start=1):
        yield Entity(
            id=f"text_{number}", category="text", box=line.box, attributes=(_says(line),), confidence=line.score
        )


def _says(line: TextLine) -> str:
    return f'says "{line.text.replace(chr(34), chr(39))[:150]}"'


def _counts(entities: Sequence[Entity]) -> Iterator[Count]:
    """Yield how many there are of each kind, where they are not too many to be counted."""
    numbers = Counter(entity.category for entity in entities)
    few = ((category, number) for category, number in numbers.items() if number < CROWD)
    for place, (category, number) in enumerate(few, start=1):
        yield Count(id=f"n{place}", category=category, value=number)


def _states(done: Sequence[Relation], ontology: Ontology) -> Iterator[PartState]:
    """Yield what a part of a body does in an interaction, where a part's state has the verb's name: a hand holds."""
    graph = ontology.graph
    for relation in done:
        state = ontology.iri("state", relation.predicate)
        kinds = () if state is None else graph.subjects(NESY.ofState, state)
        for part in sorted(
            str(graph.value(part, NESY.term)) for kind in kinds for part in graph.objects(kind, NESY.ofPart)
        ):
            yield PartState(
                id="p", entity=relation.subject, part=part, state=relation.predicate, object=relation.object
            )
