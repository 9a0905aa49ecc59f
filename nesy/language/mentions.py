"""A text's tokens with their annotation in, the objects, attributes and relations that it names out."""

from __future__ import annotations

from dataclasses import dataclass


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

    def of_token(self) -> dict[int, int]:
        """Return for each token of a name the mention that it is of."""
        return {i: index for index, mention in enumerate(self.mentions) for i in mention.tokens}

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
