"""SSSOM: the table of words and the concepts that they name, with how and how surely, as other tools map vocabularies.

A word means the same as its concept (`skos:exactMatch`), is a kind of it (`broadMatch`), or is wider than what it
mostly means in pictures (`narrowMatch`); one that the ontology does not know has `sssom:NoTermFound`.

Format: Matentzoglu et al., "A Simple Standard for Sharing Ontological Mappings (SSSOM)", Database 2022; version 1.0.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.errors import UNSEEN
from nesy.interchange.losses import Lost, losses
from nesy.scene import Scene, term

if TYPE_CHECKING:
    from nesy.ontology import Ontology

KINDS = ("category", "predicate", "part", "state", "attribute")
_SET = "https://w3id.org/nesy/mappings/words"
_UNSEEN = re.compile(f"[{UNSEEN}\\s]+")


@dataclass(frozen=True)
class WordMapping:
    """One row: a word, used as a category or the like, and what it names."""

    subject_id: str
    subject_label: str
    subject_category: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str
    confidence: str
    """How sure the step is that found it, set by hand (`Concept.score`); empty where nothing was found."""
    comment: str


def write(scenes: Iterable[Scene], path: Path, ontology: "Ontology | None" = None) -> Sequence[Lost]:
    """Write the words that scenes use, each once, and what the ontology takes them to name."""
    from nesy.ontology import Ontology

    lost: Counter[str] = Counter()
    words: dict[tuple[str, str], None] = {}
    for scene in scenes:
        words.update(dict.fromkeys(_words(scene)))
    path.write_text(sssom(words, ontology or Ontology.default(), lost), encoding="utf-8", newline="\n")
    return losses(lost)


def sssom(words: Iterable[tuple[str, str]], ontology: "Ontology", lost: Counter[str] | None = None) -> str:
    """Return the table of words, each with what it is used as, as a text: a header in YAML, and columns.

    >>> from nesy.ontology import Ontology
    >>> sssom([("category", "bike")], Ontology.default()).splitlines()[-1].split(chr(9))[:5]
    ['label:bike', 'bike', 'category', 'skos:exactMatch', 'nesy:Bicycle']

    Args:
        words: (kind, word); a kind is one of `KINDS`.
        ontology: whose concepts they may name.
        lost: counts the characters that no line of a table can hold.
    """
    from nesy.ontology.namespaces import LABEL, VOCABULARY

    prefixes = {**ontology.prefixes, "label": str(LABEL), "nesy": str(VOCABULARY)}
    head = [
        '#sssom_version: "1.0"',
        f"#mapping_set_id: {_SET}",
        "#mapping_set_title: Words and the concepts that they name",
        "#license: https://www.apache.org/licenses/LICENSE-2.0",
        "#mapping_tool: nesy",
        f"#mapping_tool_version: {metadata.version('nesy')}",
        "#curie_map:",
        *(f'#  {prefix}: "{space}"' for prefix, space in prefixes.items()),
    ]
    counted: Counter[str] = Counter() if lost is None else lost
    rows = {astuple(mapping(kind, word, ontology, prefixes, counted)) for kind, word in words}
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerow(field.name for field in fields(WordMapping))
    table.writerows(sorted(rows))
    return "\n".join([*head, text.getvalue()])


def mapping(kind: str, word: str, ontology: "Ontology", prefixes: Mapping[str, str], lost: Counter[str]) -> WordMapping:
    """Return what a word names."""
    from nesy.ontology.concepts import WIDER
    from nesy.ontology.namespaces import label_iri

    shown = _UNSEEN.sub(" ", word.replace("_", " ")).strip()
    lost["characters that no line of a table can hold"] += sum(map(len, re.findall(f"[{UNSEEN}]", word)))
    found = ontology.concept(kind, word)
    subject = (_short(str(label_iri(shown)), prefixes), shown, kind)
    if found is None:
        said = "semapv:LexicalMatching", "", f"{shown!r} is no word of the ontology."
        return WordMapping(*subject, "skos:exactMatch", "sssom:NoTermFound", "", *said)
    predicate = "exactMatch" if found.exact else "narrowMatch" if found.score == WIDER else "broadMatch"
    how = "ManualMappingCuration" if (kind, term(word)) in curated_words(ontology) else "LexicalMatching"
    named = (_short(str(found.iri), prefixes), found.term.replace("_", " "))
    return WordMapping(*subject, f"skos:{predicate}", *named, f"semapv:{how}", f"{found.score:g}", found.reason)


@lru_cache(maxsize=4)
def curated_words(ontology: "Ontology") -> frozenset[tuple[str, str]]:
    """Return the words that the ontology lists for its concepts beside their own, each with its kind, as terms."""
    from rdflib import SKOS

    from nesy.ontology.namespaces import NESY

    return frozenset(
        (kind, term(str(label)))
        for kind, word in _own_words(ontology)
        for link in (SKOS.altLabel, NESY.narrowerLabel, NESY.widerLabel)
        for label in ontology.graph.objects(ontology.iri(kind, word), link)
    )


def all_words(ontology: "Ontology") -> list[tuple[str, str]]:
    """Return every word that the ontology lists for a concept, its own among them, with its kind; sorted."""
    return sorted({*_own_words(ontology), *curated_words(ontology)})


def _own_words(ontology: "Ontology") -> Iterator[tuple[str, str]]:
    known = (ontology.categories, ontology.predicates, ontology.parts, ontology.states, ontology.attributes)
    for kind, words in zip(KINDS, known, strict=True):
        yield from ((kind, word) for word in words)


def _words(scene: Scene) -> Iterator[tuple[str, str]]:
    for one in scene.entities:
        yield "category", term(one.category)
        yield from (("attribute", term(word)) for word in one.attributes)
    for state in scene.part_states:
        yield from (("part", term(state.part)), ("state", term(state.state)))
    yield from (("predicate", term(relation.predicate)) for relation in scene.relations)
    yield from (("category", term(count.category)) for count in scene.counts)


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return an IRI as a CURIE where a prefix of the table fits, else as it is."""
    for prefix, space in prefixes.items():
        if iri.startswith(space) and iri != space:
            return f"{prefix}:{iri.removeprefix(space)}"
    return iri
