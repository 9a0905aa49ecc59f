"""Two graphs as sets of tuples in, set match, SPICE's F and the F1 of objects, attributes and relations out.

A graph is written as FACTUAL writes it: (subject, predicate, object), (object, "is", attribute) and (object,).

- *set match*: the share of texts whose set of tuples is exactly the annotators'.
- *SPICE*: F1 over the merged tuples of objects, attributes and relations of one text, averaged over the texts. With
  synonyms a tuple matches when each of its parts is the same or shares a WordNet synonym set. A graph that holds only
  the right objects scores about 70 by it: never read it alone.
- *F1 of objects, attributes, relations*: each kind apart, all texts of a set counted together.

Source: SPICE, Anderson et al., ECCV 2016; set match, Li et al., Findings of ACL 2023.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nesy.experiments.scoring.metrics import Tally

Graph = frozenset[tuple[str, ...]]
Same = Callable[[str, str], bool]

KINDS = ("objects", "attributes", "relations")


def exactly(one: str, other: str) -> bool:
    """Tell whether two words are the same."""
    return one == other


def parts(graph: Graph) -> dict[str, frozenset[tuple[str, ...]]]:
    """Split a graph into what SPICE counts.

    >>> parts(frozenset({("man", "ride", "horse"), ("horse", "is", "brown")}))["attributes"]
    frozenset({('horse', 'brown')})
    """
    attributes = frozenset((t[0], t[2]) for t in graph if len(t) == 3 and t[1] == "is")
    relations = frozenset(t for t in graph if len(t) == 3 and t[1] != "is")
    objects = {(t[0],) for t in graph} | {(t[2],) for t in relations}
    return {"objects": frozenset(objects), "attributes": attributes, "relations": relations}


def matched(made: Iterable[tuple[str, ...]], true: Iterable[tuple[str, ...]], same: Same = exactly) -> Tally:
    """Pair tuples, each at most once: the same ones first, then those whose parts all match."""
    left, wanted = sorted(set(made)), sorted(set(true))
    counts = (len(left), len(wanted))
    both = set(left) & set(wanted)
    left = [t for t in left if t not in both]
    wanted = [t for t in wanted if t not in both]
    right = len(both)
    if same is not exactly:
        for candidate in left:
            for other in wanted:
                if len(candidate) == len(other) and all(map(same, candidate, other)):
                    wanted.remove(other)
                    right += 1
                    break
    return Tally(right, *counts)


@dataclass(frozen=True)
class GraphScores:
    """How well the graphs of many texts agree with the annotators'; shares in [0, 1].

    Args:
        texts: how many there are.
        set_match: share of graphs that are exactly right.
        spice: mean F of a text, the same words only.
        spice_synonyms: mean F of a text, synonyms too.
        exact: kind -> counts over all texts, the same words only.
        synonyms: kind -> the same with synonyms.
    """

    texts: int
    set_match: float
    spice: float
    spice_synonyms: float
    exact: dict[str, Tally]
    synonyms: dict[str, Tally]

    def to_json(self) -> dict[str, float]:
        """Return the shares by name, in percent with one decimal."""
        found = {"texts": float(self.texts)}
        shares = {"set_match": self.set_match, "spice": self.spice_synonyms, "spice_exact": self.spice}
        for kind in KINDS:
            shares[f"{kind}_f1"] = self.exact[kind].f1
            shares[f"{kind}_f1_synonyms"] = self.synonyms[kind].f1
        return found | {name: round(100 * share, 1) for name, share in shares.items()}


def score_graphs(pairs: Iterable[tuple[Graph, Graph]], same: Same) -> GraphScores:
    """Compare graphs with the annotators'.

    Args:
        pairs: (graph made, true graph) of each text.
        same: whether two words mean the same (`lab.training.language.wordnet.WordNet.synonyms`).
    """
    exact = dict.fromkeys(KINDS, Tally())
    loose = dict.fromkeys(KINDS, Tally())
    texts = right = 0
    spice = spice_synonyms = 0.0
    for made, true in pairs:
        texts += 1
        right += made == true
        here = [Tally(), Tally()]
        ours, theirs = parts(made), parts(true)
        for kind in KINDS:
            tallies = matched(ours[kind], theirs[kind]), matched(ours[kind], theirs[kind], same)
            exact[kind] += tallies[0]
            loose[kind] += tallies[1]
            here = [one + other for one, other in zip(here, tallies, strict=True)]
        spice += here[0].f1
        spice_synonyms += here[1].f1
    count = max(1, texts)
    return GraphScores(texts, right / count, spice / count, spice_synonyms / count, exact, loose)
