"""An annotated document in, its mentions, attributes and links out, by the better of two readings for each text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.mentions import MentionGraph
from nesy.language.syntax import syntactic_graph

if TYPE_CHECKING:
    from spacy.tokens import Doc


def graph_of(doc: Doc, language: str = "en") -> MentionGraph:
    """Return what a document names, before the mentions of one thing are joined."""
    return syntactic_graph(doc, language)
