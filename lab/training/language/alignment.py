"""A caption's tokens and its graph in, which tokens say which part of the graph out.

The target is itself a graph over the tokens. Every token may be the head (last word) of an object O, of an attribute A
and of a predicate P. Arcs go from a token to the head that it belongs to:

- `name`, `amore`, `pmore`: a further word of the object, attribute or predicate; a verb may belong to several,
- `attr`: from the head of an attribute to its object,
- `subj`, `obj`: from an object to the predicate whose subject or object it is,
- `=have` ...: from the subject to the object of a relation that no word of the caption says.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.training.language.interchangeable import NUMBERS, close
from lab.training.language.wordnet import WordNet

Span = tuple[int, ...]
_MOST_WAYS = 400
_COPY = " (2)"
# Words that stand for many relations: which one they mean ("man with glasses": wear) is for the network to say.
_OPEN = frozenset(
    {"with", "of", "in", "on", "at", "for", "to", "by", "from", "and", "out", "up"}
    | {"has", "have", "'s", "s", "her", "his", "its", "their"}
)


@dataclass(frozen=True)
class Target:
    """One aligned caption.

    Args:
        roles: for every token the letters of what it heads, sorted: "", "O", "A", "P", "AO" ...
        arcs: (token, head token) -> label, several joined by "+".
        forms: (role, tokens) -> the label that the annotators wrote.
        whole: whether every tuple of the graph found its tokens or its label.
    """

    roles: tuple[str, ...]
    arcs: dict[tuple[int, int], str]
    forms: dict[tuple[str, Span], str]
    whole: bool


class Aligner:
    """Finds the tokens of graphs; learns which words annotators put in place of others.

    Args:
        wordnet: knows the base forms of words.
        substitutes: (word in the graph, token in the text) pairs that count as the same.
        implied: predicates that may be said by no word.
    """

    def __init__(
        self,
        wordnet: WordNet,
        substitutes: frozenset[tuple[str, str]] = frozenset(),
        implied: frozenset[str] = frozenset(),
    ) -> None:
        self.wordnet = wordnet
        self.substitutes = substitutes
        self.implied = implied

    def cost(self, word: str, token: str, strict: bool = False) -> float | None:
        """Return how far a word of the graph is from a token of the text: 0 the same, None another word.

        Args:
            word: of the graph.
            token: of the text, lower case.
            strict: take no other word in place of a preposition or a possessive.
        """
        if word == token:
            return 0.0
        if NUMBERS.get(token) == word or NUMBERS.get(word) == token:
            return 0.1
        if (word, token) in self.substitutes and not (strict and token in _OPEN):
            return 0.5
        if self.wordnet.base_forms(word) & self.wordnet.base_forms(token):
            return 0.3
        return 0.8 if close(word, token) else None

    def spans(self, label: str, tokens: Sequence[str], widest: int, strict: bool = False) -> list[tuple[float, Span]]:
        """Return the places where a label stands: (cost, tokens), the cheapest first.

        Args:
            label: words, separated by blanks.
            tokens: lower case.
            widest: how many other tokens may stand between two of its words.
            strict: as in `cost`.
        """
        words = label.split()
        found: list[tuple[float, Span]] = []
        costs = [[self.cost(word, token, strict) for token in tokens] for word in words]

        def extend(at: int, price: float, span: Span) -> None:
            if len(found) > _MOST_WAYS:
                return
            if at == len(words):
                found.append((price, span))
                return
            first = span[-1] + 1 if span else 0
            last = min(len(tokens), first + widest + 1) if span else len(tokens)
            for index in range(first, last):
                here = costs[at][index]
                if here is not None:
                    extend(at + 1, price + here + 0.2 * (index - first if span else 0), (*span, index))

        extend(0, 0.0, ())
        joined = label.replace(" ", "").replace("-", "")
        for start in range(len(tokens)):  # "side walk" for "sidewalk", "teddybear" for "teddy bear"
            together = ""
            for stop in range(start, min(len(tokens), start + 5)):
                together += tokens[stop].replace("-", "")
                span = tuple(range(start, stop + 1))
                if together == joined and all(span != other for _, other in found):
                    found.append((0.4, span))
                if len(together) > len(joined):
                    break
        return sorted(found)[:12]

    def align(self, tokens: Sequence[str], graph: frozenset[tuple[str, ...]]) -> Target | None:
        """Return where the graph stands in the text; None where an object of it is not found.

        Args:
            tokens: the caption's, lower case.
            graph: its tuples.
        """
        relations = sorted(t for t in graph if len(t) == 3 and t[1] != "is")
        attributes = sorted((t[0], t[2]) for t in graph if len(t) == 3 and t[1] == "is")
        # "tower by the tower": the second thing of the same name is written with the sign of a copy.
        relations = [(s, p, o + _COPY if s == o else o) for s, p, o in relations]
        objects = sorted({t[0] for t in graph} | {t[2] for t in relations})
        places = [self.spans(label.removesuffix(_COPY), tokens, 1) for label in objects]
        if not objects or any(not place for place in places):
            return None
        said = {a: self.spans(a, tokens, 3) for _, a in attributes}
        predicates = {p: self.spans(p, tokens, 6, strict=True) for _, p, _ in relations}
        best: tuple[float, _Choice] | None = None
        for way in itertools.islice(itertools.product(*places), _MOST_WAYS):
            price = sum(cost for cost, _ in way)
            spans = dict(zip(objects, (span for _, span in way), strict=True))
            heads = [span[-1] for span in spans.values()]
            price += 3.0 * (len(heads) - len(set(heads)))
            if len(heads) > len(set(heads)) and any(label.endswith(_COPY) for label in objects):
                continue
            choice = _Choice(spans, {}, {})
            for thing, attribute in attributes:
                cost, near, owner = min(
                    (*_nearest_attribute(said[attribute], spans[name]), name)
                    for name in (thing, thing + _COPY)
                    if name in spans
                )
                price += cost
                choice.attributes[owner, attribute] = near or None
            for subject, predicate, thing in relations:
                cost, span = _between(predicates[predicate], spans[subject], spans[thing])
                price += cost
                choice.predicates[subject, predicate, thing] = span
            if best is None or price < best[0]:
                best = (price, choice)
        if best is None:
            return None
        return self._target(tokens, best[1])

    def _target(self, tokens: Sequence[str], choice: _Choice) -> Target:
        roles: list[set[str]] = [set() for _ in tokens]
        arcs: dict[tuple[int, int], set[str]] = {}
        forms: dict[tuple[str, Span], str] = {}
        whole = True

        def node(role: str, span: Span, label: str, more: str) -> int:
            roles[span[-1]].add(role)
            for index in span[:-1]:
                arcs.setdefault((index, span[-1]), set()).add(more)
            forms[role, span] = label.removesuffix(_COPY)
            return span[-1]

        heads = {label: node("O", span, label, "name") for label, span in choice.objects.items()}
        for (thing, attribute), place in choice.attributes.items():
            if place is None:
                whole = False
            else:
                head = node("A", place, attribute, "amore")
                arcs.setdefault((head, heads[thing]), set()).add("attr")
        for (subject, predicate, thing), place in choice.predicates.items():
            if place is not None:
                head = node("P", place, predicate, "pmore")
                arcs.setdefault((heads[subject], head), set()).add("subj")
                arcs.setdefault((heads[thing], head), set()).add("obj")
            elif predicate in self.implied:
                arcs.setdefault((heads[subject], heads[thing]), set()).add("=" + predicate)
            else:
                whole = False
        whole = whole and all(i != j for i, j in arcs)
        return Target(
            tuple("".join(sorted(role)) for role in roles),
            {pair: "+".join(sorted(labels)) for pair, labels in arcs.items() if pair[0] != pair[1]},
            forms,
            whole,
        )

    def left_over(self, tokens: Sequence[str], graph: frozenset[tuple[str, ...]]) -> tuple[set[str], set[str]]:
        """Return the graph's words that no token matches, and the tokens that no word of the graph matches."""
        words = {w for t in graph for label in (t if len(t) == 1 or t[1] != "is" else t[::2]) for w in label.split()}
        missing = {w for w in words if all(self.cost(w, token) is None for token in tokens)}
        return missing, {token for token in tokens if all(self.cost(w, token) is None for w in words)}


@dataclass(frozen=True)
class _Choice:
    """One way to place a graph: label -> tokens; None where no word says it."""

    objects: dict[str, Span]
    attributes: dict[tuple[str, str], Span | None]
    predicates: dict[tuple[str, str, str], Span | None]


def _nearest_attribute(places: list[tuple[float, Span]], thing: Span) -> tuple[float, Span]:
    """Choose the attribute's place near its object, before it rather than after it; no token where there is none."""
    best: tuple[float, Span] = (4.0, ())
    for cost, span in places:
        distance = thing[0] - span[-1] if span[-1] < thing[0] else 1.5 + abs(span[-1] - thing[-1])
        same = 1.5 if span[-1] == thing[-1] else 0.0
        best = min(best, (cost + 0.1 * distance + same, span), key=lambda pair: pair[0])
    return best


def _between(places: list[tuple[float, Span]], subject: Span, thing: Span) -> tuple[float, Span | None]:
    """Choose the predicate's place between its subject and its object, as near to them as can be."""
    best: tuple[float, Span | None] = (4.0, None)
    for cost, span in places:
        low, high = sorted((subject[-1], thing[-1]))
        outside = sum(not low < index < high for index in span)
        distance = min(abs(span[-1] - thing[-1]), abs(span[0] - subject[-1])) + abs(high - low) * 0.3
        clash = 2.0 * (span[-1] in (subject[-1], thing[-1]))
        best = min(best, (cost + 0.3 * outside + 0.1 * distance + clash, span), key=lambda pair: pair[0])
    return best


def substitutes(
    pairs: Iterator[tuple[set[str], set[str]]], least: int = 3, share: float = 0.1
) -> frozenset[tuple[str, str]]:
    """Find which words stand for which tokens: those left over together more often than chance.

    Args:
        pairs: for each caption what `Aligner.left_over` gives.
        least: how often the two must be left over together.
        share: of the times that the graph's word is left over, how often with this token (or the other way round).
    """
    together: Counter[tuple[str, str]] = Counter()
    words: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    for missing, free in pairs:
        words.update(missing)
        if missing:
            together.update(itertools.product(missing, free))
        tokens.update(free)
    return frozenset(
        (word, token)
        for (word, token), count in together.items()
        if count >= least and count >= share * min(words[word], tokens[token])
    )
