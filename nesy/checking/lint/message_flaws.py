"""The messages of a rule file -> placeholders that nothing fills, in any of their languages."""

import re
from collections.abc import Iterator

from rdflib import SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.compiler import read
from nesy.checking.lint.mistake import At, Flaw, nearest
from nesy.checking.messages import FIELDS, OF_CIRCLES, PLACEHOLDER
from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.checking.rule_graph import inner_properties
from nesy.ontology.namespaces import NESY

ALWAYS = frozenset({"this", "value", "path"})
"""What every message can say."""
_NEARLY = re.compile(r"\{\s*[?$][^{}]*\}?")


def message_flaws(whole: Graph, prefixes: Prefixes, rules: set[Node]) -> Iterator[Flaw]:
    """Yield the placeholders of the messages of a file's rules that neither a query nor a claim can fill.

    Args:
        whole: all files together.
        rules: those of the file.
    """
    parameters = {
        re.split("[#/]", str(path))[-1]
        for parameter in whole.objects(None, SH.parameter)
        for path in whole.objects(parameter, SH.path)
    }
    for rule in sorted(rules, key=str):
        more = OF_CIRCLES if (rule, NESY.circleOf, None) in whole else frozenset[str]()
        for shape in (rule, *inner_properties(whole, rule)):
            yield from _of_shape(whole, prefixes, shape, rule, ALWAYS | more | parameters)


def _of_shape(graph: Graph, prefixes: Prefixes, shape: Node, rule: Node, always: frozenset[str]) -> Iterator[Flaw]:
    """Yield the flaws of the messages of a shape, and of those that its queries have instead."""
    borne: list[frozenset[str]] = []
    for constraint in graph.objects(shape, SH.sparql):
        selected = _selected(graph, prefixes, constraint)
        if selected is None:
            continue
        own = list(graph.objects(constraint, SH.message))
        for message in own:
            yield from _unfilled(rule, message, selected, always, "its query does not select")
        borne += [] if own else [selected]
    for message in graph.objects(shape, SH.message):
        if borne:
            both = frozenset.intersection(*borne)
            yield from _unfilled(rule, message, both, always, "its query does not select")
        elif (shape, SH.sparql, None) not in graph:
            told = f"is no field of a claim: {', '.join(sorted(FIELDS))}"
            yield from _unfilled(rule, message, FIELDS, always, told)


def _selected(graph: Graph, prefixes: Prefixes, constraint: Node) -> frozenset[str] | None:
    """Return the variables that a query gives, those of `*` too; None for a text that is no query."""
    for text in map(str, graph.objects(constraint, SH.select)):
        try:
            return frozenset(name for name, _ in read(text, with_prefixes(text, prefixes.known(constraint))).selected)
        except ValueError:
            return None
    return None


def _unfilled(rule: Node, message: Node, names: frozenset[str], always: frozenset[str], why: str) -> Iterator[Flaw]:
    text, told = str(message), f"rule {rule}" if isinstance(rule, URIRef) else ""
    for name in PLACEHOLDER.findall(text):
        if name not in names | always:
            meant = nearest(name, names | always)
            place = At(str(SH.message), None, text, 1 + text.count("\n", 0, text.find(name)))
            near = "{?" + meant + "}" if meant else ""
            yield Flaw(rule, place, told, f"its message names {{?{name}}}, which {why}", near)
    for found in _NEARLY.finditer(text):
        if not PLACEHOLDER.fullmatch(found[0]):
            place = At(str(SH.message), None, text, 1 + text.count("\n", 0, found.start()))
            named = re.sub(r"\W", "", found[0])
            near = "{?" + named + "}" if named in names | always else ""
            yield Flaw(rule, place, told, f"its message has {found[0]}, which is no placeholder", near)
