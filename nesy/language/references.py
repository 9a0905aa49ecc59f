"""The mentions of a window of text in, what each refers to out: which things, in whose words, of which set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nesy.language.concreteness import is_thing
from nesy.language.coreference import Identity
from nesy.language.descriptions import Description, describe
from nesy.language.lexicon import Words
from nesy.language.mentions import MentionGraph
from nesy.language.mutual import is_mutual

if TYPE_CHECKING:
    from spacy.tokens import Doc

_OWNING = frozenset(["have", "wear", "with"])
_SOME = frozenset(["one", "two", "three", "four", "each", "some", "both", "all", "most", "many", "several"])


@dataclass(frozen=True)
class References:
    """What the mentions of a window refer to, by index of the mention; those that name no thing are left out.

    Args:
        told: how each refers.
        meant: the things that it means, by their index in the identity of the text.
        sets: the mentions that mean some of a set that stands after them, with the token of that set.
    """

    told: Mapping[int, Description]
    meant: Mapping[int, tuple[int, ...]]
    sets: Mapping[int, int]


def references(
    doc: Doc,
    graph: MentionGraph,
    denied: Collection[int],
    sentences: Mapping[int, int],
    identity: Identity,
    table: Words,
    listed: Collection[int] = (),
) -> References:
    """Return what the mentions of a window refer to; things that are new are added to the identity.

    Args:
        doc: annotated.
        graph: what it names.
        denied: the tokens of what is not there.
        sentences: token -> the number of its sentence in the whole text.
        identity: the things that the text has named so far.
        table: the words of its language.
        listed: the tokens that stand in lists.
    """
    told: dict[int, Description] = {}
    meant: dict[int, tuple[int, ...]] = {}
    heads = [mention.tokens[-1] for mention in graph.mentions]
    owners: dict[int, list[int]] = {}
    for link in graph.links:
        if link.predicate in _OWNING:
            owners.setdefault(link.object, []).append(link.subject)
    qualities: dict[int, list[str]] = {}
    for one in graph.attributes:
        qualities.setdefault(one.mention, []).append(one.label)
    measured = _measured(doc, graph, table)
    for index, inner in measured.items():
        measure = table.measures[doc[heads[index]].lower_]
        qualities.setdefault(inner, []).extend([measure] if measure else [])
    sets = _sets(doc, graph)
    related = _related(doc, graph, listed)
    # the men of "one of the men" come before the one
    for index in sorted(range(len(heads)), key=lambda index: (sets.get(index, heads[index]), index in sets)):
        head = doc[heads[index]]
        if head.i in denied or is_mutual(head) or index in measured:
            continue
        if not is_thing(head, graph.mentions[index].label, table):
            continue
        said = frozenset(qualities.get(index, ()))
        told[index] = describe(doc, graph.mentions[index], said, table, identity.ontology)
        owned = tuple(one for owner in owners.get(index, ()) for one in meant.get(owner, ()))
        meant[index] = identity.meant(told[index], sentences[head.i], owned, head.i in listed, index in related)
    for index, inner in measured.items():  # what a couple of cows do the cows do
        if inner in told:
            told[index], meant[index] = told[inner], meant[inner]
    return References(told, meant, sets)


def _related(doc: Doc, graph: MentionGraph, listed: Collection[int]) -> frozenset[int]:
    """Return the mentions without article of items that relate two things: both of "man riding horse"."""
    found: set[int] = set()
    for link in graph.links:
        ends = [graph.mentions[one].tokens[-1] for one in (link.subject, link.object)]
        if link.tokens and all(i in listed for i in ends):
            found |= {link.subject, link.object}
    for one in graph.attributes:  # "dog is brown"
        if graph.mentions[one.mention].tokens[-1] in listed and any(
            c.dep_ == "cop" for c in doc[one.tokens[0]].children
        ):
            found.add(one.mention)
    heads = {index: doc[graph.mentions[index].tokens[-1]] for index in found}
    return frozenset(
        index for index, head in heads.items() if not any(c.dep_ in ("det", "nummod", "nmod:poss") for c in head.lefts)
    )


def _sets(doc: Doc, graph: MentionGraph) -> dict[int, int]:
    named = graph.of_token()
    found = {}
    for index, mention in enumerate(graph.mentions):
        head = doc[mention.tokens[-1]]
        for child in head.rights if head.lower_ in _SOME else ():
            if child.dep_ == "nmod" and child.i in named and any(c.lower_ == "of" for c in child.lefts):
                found[index] = child.i
    return found


def _measured(doc: Doc, graph: MentionGraph, table: Words) -> dict[int, int]:
    """Return the mentions that only measure another: the couple of "a couple of cows"."""
    named = graph.of_token()
    found = {}
    for index, mention in enumerate(graph.mentions):
        head = doc[mention.tokens[-1]]
        for child in head.children if head.lower_ in table.measures else ():
            inner = named.get(child.i) if child.dep_ == "nmod" else None
            if inner is not None and inner != index and any(one.lower_ == "of" for one in child.lefts):
                found[index] = inner
    return found
