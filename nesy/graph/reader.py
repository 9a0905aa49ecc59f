"""RDF graph -> Scene: reads back what `to_rdf` wrote, in the same order, to the last digit."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from nesy.errors import InputError
from nesy.graph.scene_triples import OA
from nesy.ontology.namespaces import NESY
from nesy.scene import Scene, one_line

T = TypeVar("T")


def from_rdf(graph: Graph) -> Scene:
    """Return the scene that `graph` holds.

    Raises:
        InputError: the graph holds no scene or more than one, a claim lacks a field, or a value is out of range.
    """
    scenes = scene_nodes(graph)
    if len(scenes) != 1:
        raise InputError(f"the graph holds {len(scenes)} nodes of type nesy:Scene; exactly one can be read")
    return read_scene(graph, scenes[0])


def scene_nodes(graph: Graph) -> list[Node]:
    """Return the scenes that a graph holds, by name; numbers in a name count as numbers."""
    return sorted(set(graph.subjects(RDF.type, NESY.Scene)), key=in_number_order)


def in_number_order(node: Node) -> list[tuple[int, str]]:
    """Return what nodes are sorted by, so that `scene/10` comes behind `scene/9`.

    >>> sorted(["scene/10", "scene/9"], key=in_number_order)
    ['scene/9', 'scene/10']
    """
    return [(int(part[:18]), part) if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", str(node))]


def read_scene(graph: Graph, scene: Node) -> Scene:
    """Return one of the scenes that `graph` holds.

    Raises:
        InputError: a claim lacks a field, or a value is out of range.
    """
    data: dict[str, Any] = {
        "entities": [_entity(graph, node) for node in _in_order(graph, scene, NESY.hasEntity)],
        "part_states": [
            {
                **_claim(graph, node),
                "entity": _linked_id(graph, node, NESY.entity),
                "part": _text(graph, node, NESY.partLabel),
                "state": _text(graph, node, NESY.label),
                "object": _linked_id(graph, node, NESY.object),
            }
            for node in _in_order(graph, scene, NESY.hasPartState)
        ],
        "relations": [
            {
                **_claim(graph, node),
                "subject": _linked_id(graph, node, NESY.subject),
                "predicate": _text(graph, node, NESY.label),
                "object": _linked_id(graph, node, NESY.object),
            }
            for node in _in_order(graph, scene, NESY.hasRelation)
        ],
        "counts": [
            {**_claim(graph, node), "category": _text(graph, node, NESY.label), "value": _int(graph, node, NESY.value)}
            for node in _in_order(graph, scene, NESY.hasCount)
        ],
    }
    image = graph.value(scene, NESY.image)
    if image is not None:
        data["image"] = {
            "name": _text(graph, image, NESY.name),
            "width_px": _int(graph, image, NESY.widthPx),
            "height_px": _int(graph, image, NESY.heightPx),
            "sha256": _text(graph, image, NESY.sha256),
        }
    try:
        return Scene.model_validate(data)
    except ValidationError as error:
        raise InputError(f"the graph's scene: {one_line(error)}") from None


def _in_order(graph: Graph, owner: Node, link: URIRef) -> list[Node]:
    return sorted(graph.objects(owner, link), key=lambda node: (_int(graph, node, NESY.position) or 0, str(node)))


def _text(graph: Graph, node: Node, predicate: URIRef) -> str | None:
    value = graph.value(node, predicate)
    return None if value is None else str(value)


def _read(graph: Graph, node: Node, predicate: URIRef, read: Callable[[str], T], right: str) -> T | None:
    text = _text(graph, node, predicate)
    try:
        return None if text is None else read(text)
    except ValueError:
        raise InputError(f"{predicate} of {node} is {text!r}; {right} would be right") from None


def _number(graph: Graph, node: Node, predicate: URIRef) -> float | None:
    return _read(graph, node, predicate, float, "a number")


def _int(graph: Graph, node: Node, predicate: URIRef) -> int | None:
    return _read(graph, node, predicate, int, "a whole number")


def _linked_id(graph: Graph, node: Node, predicate: URIRef) -> str | None:
    target = graph.value(node, predicate)
    return None if target is None else _text(graph, target, NESY.id)


def _claim(graph: Graph, node: Node) -> dict[str, Any]:
    passages = graph.objects(node, NESY.passage)
    return {
        "id": _text(graph, node, NESY.id),
        "confidence": _number(graph, node, NESY.confidence),
        "spans": sorted((_int(graph, one, OA.start) or 0, _int(graph, one, OA.end) or 0) for one in passages),
    }


def _entity(graph: Graph, node: Node) -> dict[str, Any]:
    edges = [_number(graph, node, edge) for edge in (NESY.left, NESY.top, NESY.right, NESY.bottom)]
    region = graph.value(node, NESY.region)
    return {
        **_claim(graph, node),
        "category": _text(graph, node, NESY.label),
        "box": None if all(edge is None for edge in edges) else edges,
        "box_confidence": None if region is None else _number(graph, region, NESY.confidence),
        "attributes": [_text(graph, claim, NESY.label) for claim in _in_order(graph, node, NESY.hasAttribute)],
    }
