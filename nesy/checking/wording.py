"""Messages as the engine gives them, full of IRIs -> plain sentences that name ids and words."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote, unquote

from rdflib.term import Node

from nesy.graph.build import BASE
from nesy.ontology_names import LABEL, VOCABULARY

PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")
_WORD = re.compile(f"(?:{re.escape(str(VOCABULARY))}|{re.escape(str(LABEL))})([A-Za-z0-9_.~%-]*[A-Za-z0-9_~%-])")
_KIND = re.compile(r"^(?:part|state|attribute)_")
_CAPITAL = re.compile(r"(?<=.)(?=[A-Z])")


def filled(message: str, values: Mapping[str, Node]) -> str:
    """Fill `{$this}` and `{?name}` with the values; a name without a value stays as it is.

    >>> from rdflib import Literal
    >>> filled("{?n} cups", {"n": Literal(2)})
    '2 cups'
    """
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), message)


def plain(message: str, ids: Collection[str]) -> str:
    """Replace the IRIs of claims by their ids, and those of words by the words: `.../scene#cup_1` -> `cup_1`."""
    if BASE in message:
        names = sorted((quote(claim_id, safe="") for claim_id in ids), key=len, reverse=True)
        known = "|".join(map(re.escape, names))
        message = re.sub(f"{re.escape(BASE)}({known})", lambda found: unquote(found[1]), message)
    return _WORD.sub(_word, message)


def _word(found: re.Match[str]) -> str:
    name = _KIND.sub("", found[1])
    if found[0].startswith(str(VOCABULARY)) and name[:1].isupper():
        name = _CAPITAL.sub("_", name).lower()
    words = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", unquote(name.replace("_", " ")))
    return words.strip()
