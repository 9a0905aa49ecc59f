"""A rule file among others -> everything that is wrong with it, and the refusal of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import SH, Graph
from rdflib.term import Node

from nesy.checking.lint.message_flaws import message_flaws
from nesy.checking.lint.mistake import At, Flaw, Mistake, placed
from nesy.checking.lint.query_flaws import query_flaws
from nesy.checking.lint.scene_words import SceneWords
from nesy.checking.lint.shacl_terms import misspelt_terms
from nesy.checking.lint.shape_flaws import ill_values, lost_shapes, nested_shapes
from nesy.checking.lint.text_flaws import texts_in_shapes
from nesy.checking.prefixes import PrefixConflict, Prefixes
from nesy.errors import KnowledgeError
from nesy.ontology import Ontology


@dataclass(frozen=True)
class Surroundings:
    """What a rule file is read beside."""

    whole: Graph
    """All files together."""
    words: SceneWords
    prefixes: Prefixes

    @classmethod
    def of(cls, whole: Graph, ontology: Ontology) -> "Surroundings":
        """Return them for all files."""
        return cls(whole, SceneWords.of(ontology, whole), Prefixes(whole))


def alone(graph: Graph) -> list[Flaw]:
    """Return what is wrong with a file whatever is beside it: terms, values of the wrong kind, prefixes."""
    return [*misspelt_terms(graph), *ill_values(graph), *_prefix_flaws(graph)]


def among(graph: Graph, around: Surroundings, rules: set[Node]) -> list[Flaw]:
    """Return what is wrong with a file beside others: shapes, words, queries, messages.

    Args:
        rules: the rules and inferences of the file.
    """
    return [
        *lost_shapes(graph, around.whole),
        *nested_shapes(graph, around.whole, rules),
        *around.words.flaws(graph),
        *texts_in_shapes(graph, around.words),
        *query_flaws(graph, around.prefixes, around.words),
        *message_flaws(around.whole, around.prefixes, rules),
    ]


def refuse(flaws: Iterable[Flaw], path: Path) -> None:
    """Raise KnowledgeError for the first grave flaw of a file, and tell how many more there are."""
    grave = placed((one for one in flaws if one.grave), path)
    if grave:
        raise refusal(grave)


def refusal(grave: Sequence[Mistake]) -> KnowledgeError:
    """Return the first of some mistakes as an error, which tells how many more there are."""
    more = f" ({len(grave) - 1} more: `nesy rules lint {grave[0].path}`)" if len(grave) > 1 else ""
    return KnowledgeError(f"{grave[0]}{more}")


def _prefix_flaws(graph: Graph) -> Iterator[Flaw]:
    """Yield every prefix that one node, and what it imports, declares for two namespaces."""
    prefixes = Prefixes(graph)
    nodes = {*graph.objects(None, SH.prefixes), *graph.subjects(SH.declare)}
    told: set[str] = set()
    for node in sorted(nodes, key=str):
        try:
            prefixes.of(node)
        except PrefixConflict as conflict:
            if conflict.prefix not in told:
                told.add(conflict.prefix)
                yield Flaw(node, At(all_of=conflict.namespaces), "sh:declare", str(conflict))
        except ValueError as error:
            yield Flaw(node, At(str(SH.declare)), "sh:declare", str(error))
