"""A table's path -> its rows; names -> IRIs and pieces of Turtle."""

import csv
from collections.abc import Iterable
from pathlib import Path

from nesy.ontology.namespaces import local_name

HAKE = "https://github.com/DirtyHarryLYL/HAKE"
COCO = "https://cocodataset.org"
VCOCO = "https://github.com/s-gupta/v-coco"
AVA = "https://research.google.com/ava/"
_PREFIXES = """\
# Made by `python -m lab.ontology` from the tables of {of}; change those or the command, not this file.
@prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header line."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header(name: str, comment: str, *sources: str, of: str = "the HAKE project") -> str:
    """Return the first lines of a file: prefixes, the ontology, what it holds, where that comes from."""
    named = ", ".join(f"<{source}>" for source in sources)
    return (
        f"{_PREFIXES.format(of=of)}\n<https://w3id.org/nesy/ontology/{name}> a owl:Ontology ;\n"
        f'    rdfs:comment "{comment}"@en ;\n    dcterms:source {named} .\n'
    )


def disjoint(members: Iterable[str]) -> str:
    """State that no two of these classes share a member."""
    return f"[] a owl:AllDisjointClasses ; owl:members ( {' '.join(members)} ) .\n"


def nesy(name: str) -> str:
    """Write an IRI of the vocabulary; in full, since percent signs and dots need escapes in a prefixed name."""
    plain = name.isascii() and name.replace("_", "").isalnum()
    return f"nesy:{name}" if plain else f"<https://w3id.org/nesy/ontology#{name}>"


def kind_name(part_state: str) -> str:
    """Return the local name of a part state written as in HAKE's tables.

    >>> kind_name("hand: hold in both hands")
    'hand_hold_in_both_hands'
    """
    part, state = part_state.split(": ")
    return f"{part}_{local_name(state)}"


def decimal(value: float) -> str:
    """Write a share as a decimal of Turtle, to three places."""
    return f"{value:.3f}"
