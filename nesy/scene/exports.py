"""The claims of a scene -> a table of pandas, a graph of networkx; neither is loaded before it is wanted."""

import re
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nesy.errors import InputError
from nesy.scene.claim import Claim, Count, Entity, PartState, Relation, in_words

if TYPE_CHECKING:
    import networkx
    import pandas

_EDGES = ("left", "top", "right", "bottom")
_NUMBERS = (*_EDGES, "confidence")
COLUMNS = (
    *("id", "kind", "text", "category", "attributes", *_EDGES, "subject", "predicate", "object", "value", "confidence"),
)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no text of XML 1.0 may hold, section 2.2 of the Recommendation."""


def frame(claims: Sequence[Claim]) -> "pandas.DataFrame":
    """Return one row a claim; see `Scene.to_frame`.

    Raises:
        InputError: pandas is not installed.
    """
    found: pandas.DataFrame = needed("pandas").DataFrame([row(claim) for claim in claims], columns=list(COLUMNS))
    return found.astype({**dict.fromkeys(_NUMBERS, "float64"), "value": "Int64"})


def network(claims: Sequence[Claim]) -> "networkx.MultiDiGraph[str]":
    """Return the claims as nodes and edges; see `Scene.to_networkx`.

    Raises:
        InputError: networkx is not installed.
    """
    counted = ", ".join(in_words(claim) for claim in claims if isinstance(claim, Count))
    graph: networkx.MultiDiGraph[str] = needed("networkx").MultiDiGraph(
        **({"counts": without_controls(counted)} if counted else {})
    )
    for claim in claims:
        told = {
            name: without_controls(value)
            for name, value in row(claim).items()
            if value is not None and name not in _ENDS
        }
        match claim:
            case Entity():
                graph.add_node(claim.id, **{name: value for name, value in told.items() if name != "kind"})
            case PartState():
                goal = claim.entity if claim.object is None else claim.object
                parts = {"part": without_controls(claim.part), "state": without_controls(claim.state)}
                graph.add_edge(claim.entity, goal, key=claim.id, **told, **parts)
            case Relation():
                graph.add_edge(claim.subject, claim.object, key=claim.id, **told)
    return graph


_ENDS = ("id", "text", "subject", "object", "value")
"""What a graph says by its nodes, keys and ends."""


def row(claim: Claim) -> dict[str, Any]:
    """Return a claim as a row of `COLUMNS`."""
    found: dict[str, Any] = dict.fromkeys(COLUMNS)
    found |= {"id": claim.id, "kind": _KINDS[type(claim)], "text": in_words(claim), "confidence": claim.confidence}
    match claim:
        case Entity():
            found |= {"category": claim.category, "attributes": ", ".join(claim.attributes) or None}
            found |= dict(zip(_EDGES, claim.box or (), strict=False))
        case PartState():
            found |= {"subject": claim.entity, "predicate": f"{claim.part} {claim.state}", "object": claim.object}
        case Relation():
            found |= {"subject": claim.subject, "predicate": claim.predicate, "object": claim.object}
        case Count():
            found |= {"category": claim.category, "value": claim.value}
    return found


_KINDS: dict[type[Claim], str] = {
    Entity: "entity",
    PartState: "part_state",
    Relation: "relation",
    Count: "count",
}


def without_controls(value: Any) -> Any:
    """Return a value as XML may hold it: in a text, what it cannot hold is replaced."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def needed(library: str) -> Any:
    """Return a library that is loaded when it is wanted; InputError where it is not installed."""
    try:
        return import_module(library)
    except ImportError:
        raise InputError(f"{library} is not installed; `pip install {library}` mends that") from None
