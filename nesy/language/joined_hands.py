"""A document and what it names in, the same with "two boys hold hands" as what they do together out.

The hands that somebody holds with another are no thing beside the two; "his hands" and "the hands of a clock" are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.members import without_mentions
from nesy.language.mentions import Attribute, MentionGraph

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_HOLDING = frozenset(["hold", "holds", "holding", "held"])


def are_joined_hands(noun: Token) -> bool:
    """Tell whether a noun is the hands of "hold hands"."""
    if noun.lower_ != "hands" or noun.i == 0 or noun.nbor(-1).lower_ not in _HOLDING:
        return False
    return noun.i + 1 == len(noun.doc) or noun.nbor().lower_ not in ("of", "on", "in", "over", "up")


def with_joined_hands(doc: Doc, graph: MentionGraph) -> MentionGraph:
    """Return a graph in which who holds hands does so, and no hands are a thing."""
    gone = {n for n, one in enumerate(graph.mentions) if are_joined_hands(doc[one.tokens[-1]])}
    if not gone:
        return graph
    whose = {one.subject for one in graph.links if f"{one.predicate} ".find(" hands with ") > 0}
    done = [
        Attribute(one.subject, f"{doc[one.tokens[0]].lower_} hands", one.tokens)
        for one in graph.links
        if one.object in gone and one.tokens and one.subject not in whose and doc[one.tokens[0]].lower_.endswith("ing")
    ]
    return without_mentions(MentionGraph(graph.mentions, (*graph.attributes, *done), graph.links), gone)
