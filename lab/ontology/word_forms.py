"""LemmInflect's dictionary and the words of the ontology -> ontologies/word_forms.tsv: forms that no rule tells.

A row is a form, what it is (`noun`: a plural; `verb`: of a verb; `participle`: a past participle, which may also be
the past), and its base forms, the likeliest last. A form whose base the rule of `nesy.ontology.morphology` finds by
itself has no row.
"""

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import lemminflect
from lemminflect import config
from rdflib import OWL, RDF, SKOS, Literal

from nesy.ontology import Ontology
from nesy.ontology.morphology import regular_singulars, regular_verb_bases
from nesy.ontology.namespaces import NESY
from nesy.scene import term

_TO_BASE = {"NOUN": regular_singulars, "VERB": regular_verb_bases}
_PLAIN = re.compile("[a-z]{2,}")
_BASE_TAGS = ("NN", "VB", "VBP")
_OURS = {
    # The dictionary has it for a word of its own, as in `a people`; in pictures they are persons.
    ("people", "noun"): ("person",),
    # The dictionary lacks the noun, and knows of `lighted` alone that it may be passive.
    ("oxen", "noun"): ("ox",),
    ("lit", "participle"): ("light",),
}


def word_forms() -> str:
    """Return the table, sorted; the same for the same version of LemmInflect."""
    named = _named()
    bases: dict[tuple[str, str], set[str]] = defaultdict(set)
    listed = {part: _listed(part) for part in _TO_BASE}
    for part, words in listed.items():
        for word in words:
            for form, kind in _forms(word, part):
                if not (form.endswith("eed") and form in words):  # `feed` is no form of `fee`
                    bases[form, kind].add(word)
    for word in named["NOUN"] - listed["NOUN"]:
        if not word.endswith("s"):  # `headphones` is a plural
            bases.setdefault((f"{word}s", "noun"), {word})
    ours = {form for form, _ in _OURS}
    rows = [
        (form, kind, *ordered)
        for (form, kind), found in bases.items()
        if (ordered := _ordered(form, kind, found, named)) is not None and form not in ours
    ]
    rows += [(form, kind, *found) for (form, kind), found in _OURS.items()]
    return "".join("\t".join(row) + "\n" for row in sorted(rows))


def _listed(part: str) -> frozenset[str]:
    with gzip.open(config.inflection_lu_fn, "rt", encoding="utf-8", newline="") as file:
        return frozenset(row[0] for row in csv.reader(file) if row[1] == part.lower() and _PLAIN.fullmatch(row[0]))


def _named() -> dict[str, frozenset[str]]:
    """Return the words of the ontology that are inflected: the last of a noun's name, the first of a verb's."""
    graph = Ontology.default().graph
    kinds = {"NOUN": (OWL.Class, -1), "VERB": (OWL.ObjectProperty, 0)}
    names = (NESY.term, SKOS.altLabel, SKOS.prefLabel, NESY.narrowerLabel, NESY.widerLabel)
    return {
        part: frozenset(
            word
            for thing in graph.subjects(RDF.type, kind)
            for name in names
            for label in graph.objects(thing, name)
            if isinstance(label, Literal) and _PLAIN.fullmatch(word := term(str(label)).split("_")[place])
        )
        for part, (kind, place) in kinds.items()
    }


def _forms(word: str, part: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of a word, and what each is."""
    listed: Mapping[str, tuple[str, ...]] = lemminflect.getAllInflections(word, part)
    participles = set(listed.get("VBN", ()))
    for tag, forms in listed.items():
        for form in forms:
            if tag not in _BASE_TAGS and form != word and _PLAIN.fullmatch(form):
                yield form, "noun" if part == "NOUN" else "participle" if form in participles else "verb"


def _ordered(form: str, kind: str, bases: set[str], named: Mapping[str, frozenset[str]]) -> list[str] | None:
    """Return the base forms, the likeliest last; None where the rule comes to the same by itself."""
    part = "NOUN" if kind == "noun" else "VERB"
    common = list(lemminflect.getLemma(form, part))
    ordered = sorted(bases, key=lambda word: (word in named[part], -common.index(word) if word in common else -9, word))
    return None if ordered == list(_TO_BASE[part](form))[-1:] else ordered
