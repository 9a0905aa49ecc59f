"""Timeline -> RDF: a named graph a frame; in the default graph what goes through them, and when, in terms of OWL-Time.

Source: Time Ontology in OWL, W3C Candidate Recommendation Draft (2022), https://www.w3.org/TR/owl-time/. A clip has no
date, so a position in time is a number of seconds from its beginning (`time:TimePosition`, whose reference system is
the clip's own).
"""

from collections.abc import Iterator

from rdflib import DCTERMS, RDF, TIME, Dataset, URIRef

from nesy.errors import InputError
from nesy.graph.local_dataset import LocalDataset
from nesy.graph.scene_triples import (
    BASE,
    WrittenTriple,
    claim_node,
    decimal,
    node_of,
    region_triples,
    scene_triples,
    whole,
)
from nesy.graph.triples import beside, bind, to_nodes
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.video.timeline import TimedPartState, TimedRelation, Timeline

SECONDS_OF_CLIP = "clip-time"
"""The name, beside the ids of a timeline, of the reference system in which its times are told."""


def timeline_graph(timeline: Timeline, base: str | None = None, ontology: Ontology | None = None) -> Dataset:
    """Return a timeline as RDF: a named graph a frame, and when what is claimed was so in terms of OWL-Time.

    >>> import nesy
    >>> frame = nesy.Timeline.model_fields["frames"].annotation.__args__[0](
    ...     index=0, time_s=0.0, scene=nesy.Scene.from_json('{"entities": [{"category": "cup"}]}'))
    >>> graph = timeline_graph(nesy.Timeline(name="tea.gif", duration_s=1.0, frames=(frame,)))
    >>> sorted(str(one.identifier).rsplit("/", 2)[-2:] for one in graph.graphs() if "frame" in str(one.identifier))
    [['frame', '0']]

    Args:
        timeline: what is claimed of a clip.
        base: what the ids are appended to; must end in '#' or '/'. None: that of nesy's scenes.
        ontology: whose words are known; the shipped one if None.

    Raises:
        InputError: no id can be appended to `base`.
    """
    if base is not None and not base.endswith(("#", "/")):
        raise InputError(f"base {base!r}: ids are appended to it, so it ends in '#' or '/'")
    base, known = base or BASE, ontology or Ontology.default()
    dataset = LocalDataset()
    bind(dataset, known)
    dataset.bind("time", TIME)
    for triple in _over_time(timeline, base, known):
        dataset.default_graph.add(to_nodes(triple))
    for frame in timeline.frames:
        own = frame_base(base, frame.index)
        graph = dataset.graph(URIRef(_frame(base, frame.index)[1:-1]))
        for triple in (*scene_triples(frame.scene, known, own), *region_triples(frame.scene, own)):
            graph.add(to_nodes(triple))
    return dataset


def frame_base(base: str, index: int) -> str:
    """Return what the ids of a frame are appended to.

    >>> frame_base("https://example.org/clip#", 3)
    'https://example.org/clip/frame/3#'
    """
    return f"{beside(base, f'frame/{index}')}#"


def _over_time(timeline: Timeline, base: str, known: Ontology) -> Iterator[WrittenTriple]:
    clip, system = node_of(beside(base, "timeline")), node_of(beside(base, SECONDS_OF_CLIP))
    yield clip, _TYPE, node_of(NESY.Timeline)
    yield clip, node_of(NESY.name), '"' + timeline.name
    yield system, _TYPE, node_of(TIME.TRS)
    yield system, node_of(DCTERMS.description), '"Seconds from the beginning of the clip.'
    yield from _interval(clip, 0.0, timeline.duration_s, system)
    for frame in timeline.frames:
        node = _frame(base, frame.index)
        yield clip, node_of(NESY.hasFrame), node
        yield node, _TYPE, node_of(NESY.Frame)
        yield node, node_of(NESY.position), whole(frame.index)
        yield node, node_of(NESY.atSeconds), decimal(frame.time_s)
        if frame.index:
            yield _frame(base, frame.index - 1), node_of(NESY.nextFrame), node
        yield from _interval(node, frame.time_s, timeline.until_s(frame.index), system)
    for track in timeline.tracks:
        node = claim_node(track.id, base)
        yield clip, node_of(NESY.hasEntity), node
        yield node, _TYPE, node_of(NESY.Entity)
        yield node, _TYPE, _word(known, "category", track.category)
        yield node, node_of(NESY.category), _word(known, "category", track.category)
        yield node, node_of(NESY.id), '"' + track.id
        yield node, node_of(NESY.label), '"' + track.category
        for one in track.sightings:
            seen = claim_node(one.entity, frame_base(base, one.frame))
            yield seen, _TYPE, node_of(NESY.Sighting)
            yield seen, node_of(NESY.ofTrack), node
            yield seen, node_of(NESY.frame), _frame(base, one.frame)
        first, last = track.frames[0], track.frames[-1]
        yield from _interval(node, timeline.frames[first].time_s, timeline.until_s(last), system)
    every: tuple[TimedRelation | TimedPartState, ...] = (*timeline.relations, *timeline.part_states)
    for lasting in every:
        node = claim_node(lasting.id, base)
        if isinstance(lasting, TimedRelation):
            yield clip, node_of(NESY.hasRelation), node
            yield node, _TYPE, node_of(NESY.Relation)
            yield node, node_of(NESY.subject), claim_node(lasting.subject, base)
            yield node, node_of(NESY.predicate), _word(known, "predicate", lasting.predicate)
            yield node, node_of(NESY.object), claim_node(lasting.object, base)
            yield node, node_of(NESY.label), '"' + lasting.predicate
        else:
            yield clip, node_of(NESY.hasPartState), node
            yield node, _TYPE, node_of(NESY.PartState)
            yield node, node_of(NESY.entity), claim_node(lasting.entity, base)
            yield node, node_of(NESY.part), _word(known, "part", lasting.part)
            yield node, node_of(NESY.state), _word(known, "state", lasting.state)
            if lasting.object is not None:
                yield node, node_of(NESY.object), claim_node(lasting.object, base)
        yield node, node_of(NESY.id), '"' + lasting.id
        if lasting.confidence is not None:
            yield node, node_of(NESY.confidence), decimal(lasting.confidence)
        for frame_index, claim in zip(lasting.frames, lasting.claims, strict=True):
            yield node, node_of(DCTERMS.source), claim_node(claim, frame_base(base, frame_index))
        yield from _interval(node, lasting.start_s, lasting.end_s, system)


def _interval(node: str, start_s: float, end_s: float, system: str) -> Iterator[WrittenTriple]:
    """Yield when something is so: an interval between two instants, each with its position in the clip's time."""
    interval = f"{node[:-1]}/time>"
    yield node, node_of(TIME.hasTime), interval
    yield interval, _TYPE, node_of(TIME.ProperInterval if end_s > start_s else TIME.Interval)
    for what, seconds in ((TIME.hasBeginning, start_s), (TIME.hasEnd, end_s)):
        name = "beginning" if what == TIME.hasBeginning else "end"
        instant, position = f"{node[:-1]}/time/{name}>", f"{node[:-1]}/time/{name}/position>"
        yield interval, node_of(what), instant
        yield instant, _TYPE, node_of(TIME.Instant)
        yield instant, node_of(TIME.inTimePosition), position
        yield position, _TYPE, node_of(TIME.TimePosition)
        yield position, node_of(TIME.numericPosition), decimal(seconds)
        yield position, node_of(TIME.hasTRS), system


def _frame(base: str, index: int) -> str:
    return node_of(beside(base, f"frame/{index}"))


def _word(known: Ontology, kind: str, label: str) -> str:
    return f"<{known.node(kind, label)}>"


_TYPE = node_of(RDF.type)
