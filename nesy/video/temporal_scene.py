"""Timeline -> one scene of all that its frames claim, and the triples that say when: what rules over time are asked of.

Each track is an entity, each sighting of it another, with a box; each claim of a frame between tracks is a claim of its
own. Its id says of which frame it is: `f3.r1` is the first relation of frame 3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from rdflib import RDF

from nesy.geometry import centre
from nesy.graph.scene_triples import BASE, PlainTriple, claim_node, decimal, node_of, whole
from nesy.graph.triples import scene_iri
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene
from nesy.video.timeline import Timeline
from nesy.video.timeline_building import names_by_frame, said


@dataclass(frozen=True)
class TemporalScene:
    """A timeline as a scene, with what says when."""

    scene: Scene
    triples: tuple[PlainTriple, ...]
    places: Mapping[str, tuple[int, str]]
    """Id in `scene` -> index of a frame, and id of the claim in the scene of that frame."""


def temporal_scene(timeline: Timeline, ontology: Ontology, fastest: float, shortly_s: float) -> TemporalScene:
    """Return a timeline as the data of rules over time.

    Args:
        timeline: what is claimed, and when.
        ontology: says which words mean the same.
        fastest: no thing moves faster, in widths and heights of the picture a second.
        shortly_s: what stops and begins again within so many seconds flickers.
    """
    names = names_by_frame(timeline.tracks, len(timeline.frames))
    tracks = [Entity(id=track.id, category=track.category) for track in timeline.tracks]
    sightings = [
        Entity(
            id=f"f{one.frame}.e{place}",
            category=timeline.frames[one.frame].scene.entity(one.entity).category,
            box=one.box,
        )
        for place, track in enumerate(timeline.tracks)
        for one in track.sightings
    ]
    places = {
        f"f{one.frame}.e{place}": (one.frame, one.entity)
        for place, track in enumerate(timeline.tracks)
        for one in track.sightings
    }
    claims: dict[str, Claim] = {}
    for frame, own in zip(timeline.frames, names, strict=True):
        for name, claim in _told(frame.index, frame.scene, own):
            claims[name], places[name] = claim, (frame.index, _original(frame.scene, name))
    scene = Scene(
        entities=(*tracks, *sightings),
        relations=tuple(one for one in claims.values() if isinstance(one, Relation)),
        part_states=tuple(one for one in claims.values() if isinstance(one, PartState)),
        counts=tuple(one for one in claims.values() if isinstance(one, Count)),
    )
    ids = {place: name for name, place in places.items()}
    triples = (*_frames(timeline, fastest, shortly_s), *_sightings(timeline), *_when(timeline, ids, claims, ontology))
    return TemporalScene(scene, triples, places)


def _told(frame: int, scene: Scene, names: Mapping[str, str]) -> Iterator[tuple[str, Claim]]:
    """Yield the claims of a frame in terms of tracks, each with its id."""
    for place, relation in enumerate(scene.relations):
        if relation.subject in names and relation.object in names:
            name = f"f{frame}.r{place}"
            told = {"id": name, "subject": names[relation.subject], "object": names[relation.object], "spans": ()}
            yield name, relation.model_copy(update=told)
    for place, state in enumerate(scene.part_states):
        if state.entity in names and (state.object is None or state.object in names):
            name = f"f{frame}.p{place}"
            towards = None if state.object is None else names[state.object]
            yield (
                name,
                state.model_copy(update={"id": name, "entity": names[state.entity], "object": towards, "spans": ()}),
            )
    for place, count in enumerate(scene.counts):
        yield f"f{frame}.n{place}", count.model_copy(update={"id": f"f{frame}.n{place}", "spans": ()})


def _original(scene: Scene, name: str) -> str:
    kind, place = name.rsplit(".", 1)[1][0], int(name.rsplit(".", 1)[1][1:])
    claims: Mapping[str, tuple[Claim, ...]] = {"r": scene.relations, "p": scene.part_states, "n": scene.counts}
    return claims[kind][place].id


def _frames(timeline: Timeline, fastest: float, shortly_s: float) -> Iterator[PlainTriple]:
    whole_clip = f"<{scene_iri()}>"
    yield whole_clip, _TYPE, node_of(NESY.Timeline)
    yield whole_clip, node_of(NESY.fastest), decimal(fastest)
    yield whole_clip, node_of(NESY.shortly), decimal(shortly_s)
    for frame in timeline.frames:
        node = frame_node(frame.index)
        yield whole_clip, node_of(NESY.hasFrame), node
        yield node, _TYPE, node_of(NESY.Frame)
        yield node, node_of(NESY.position), whole(frame.index)
        yield node, node_of(NESY.atSeconds), decimal(frame.time_s)
        if frame.index:
            yield frame_node(frame.index - 1), node_of(NESY.nextFrame), node


def _sightings(timeline: Timeline) -> Iterator[PlainTriple]:
    for place, track in enumerate(timeline.tracks):
        nodes = [claim_node(f"f{one.frame}.e{place}") for one in track.sightings]
        for node, one in zip(nodes, track.sightings, strict=True):
            yield node, _TYPE, node_of(NESY.Sighting)
            yield node, node_of(NESY.ofTrack), claim_node(track.id)
            yield node, _FRAME, frame_node(one.frame)
            if one.box is not None:
                across, down = centre(one.box)
                yield node, node_of(NESY.x), decimal(round(across, 6))
                yield node, node_of(NESY.y), decimal(round(down, 6))
        for node, after in pairwise(nodes):
            yield node, node_of(NESY.nextSighting), after


def _when(
    timeline: Timeline, ids: Mapping[tuple[int, str], str], claims: Mapping[str, Claim], ontology: Ontology
) -> Iterator[PlainTriple]:
    for name in claims:
        yield claim_node(name), _FRAME, frame_node(int(name[1:].split(".")[0]))
    for by_frame in said(timeline, ontology).values():
        told = [claim_node(ids[frame, by_frame[frame].id]) for frame in sorted(by_frame)]
        for one, after in pairwise(told):
            yield one, node_of(NESY.nextSaid), after


def frame_node(index: int, base: str = BASE) -> str:
    """Return the node of a frame."""
    return f"<{base}/frame/{index}>"


_TYPE, _FRAME = node_of(RDF.type), node_of(NESY.frame)
