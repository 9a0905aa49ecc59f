"""A text's tokens with their annotation in, the objects, attributes and relations that it names out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True)
class Mention:
    """An object that the text names once: "the two tennis rackets".

    Args:
        tokens: indices in the document of the tokens of its name, ascending; the last is the head.
        label: the name in normal form, lower case: "tennis racket".
    """

    tokens: tuple[int, ...]
    label: str


@dataclass(frozen=True)
class Attribute:
    """A property that the text gives to a mention: "red", "2", "standing".

    Args:
        mention: index into the graph's mentions.
        label: FACTUAL's normal form; a count is in digits ("2").
        tokens: indices of the tokens that say it.
    """

    mention: int
    label: str
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Link:
    """A relation that the text states between two mentions.

    Args:
        subject: index into the graph's mentions.
        predicate: normal form: "sit on", "in front of", "have".
        object: index into the graph's mentions.
        tokens: indices of the tokens of the predicate; empty where the text implies it ("the man's hat": have).
    """

    subject: int
    predicate: str
    object: int
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class MentionGraph:
    """What a text says, sentence by sentence, before the mentions of one thing are joined."""

    mentions: tuple[Mention, ...]
    attributes: tuple[Attribute, ...]
    links: tuple[Link, ...]

    def tuples(self) -> frozenset[tuple[str, ...]]:
        """Return the graph by labels, as FACTUAL writes it.

        Returns:
            (subject, predicate, object), (object, "is", attribute), and (object,) for a mention without either.
        """
        labels = [mention.label for mention in self.mentions]
        found = {(labels[link.subject], link.predicate, labels[link.object]) for link in self.links}
        found |= {(labels[attribute.mention], "is", attribute.label) for attribute in self.attributes}
        told = {
            part for subject, predicate, thing in found for part in (subject, thing if predicate != "is" else subject)
        }
        return frozenset(found | {(label,) for label in labels if label not in told})


def mention_graph(doc: Doc) -> MentionGraph:
    """Return the objects, attributes and relations that a document of `nesy.language.pipeline.load` names.

    The document's own annotation (pos_, lemma_, dep_, head: Universal Dependencies) is read and left as it is.

    Source: the conventions of FACTUAL (Li et al., Findings of ACL 2023).
    """
    return mention_graphs([doc])[0]


def mention_graphs(docs: Sequence[Doc]) -> list[MentionGraph]:
    """Return what each of some documents of one language names, as `mention_graph` does, in less time."""
    from nesy.language.scene_parser import scene_parser  # numpy and the weights load with the first text

    return scene_parser(docs[0].lang_).parse(docs) if docs else []
