"""Shapes graph -> nothing, or KnowledgeError: no query in it, run or not, asks elsewhere than in the data."""

from pathlib import Path

from rdflib import SH, Graph

from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.errors import KnowledgeError
from nesy.sparql import SparqlError, is_foreign, local_query

_QUERIES = (SH.select, SH.ask, SH.construct, SH.update)


def refuse_foreign_queries(graph: Graph, path: Path) -> None:
    """Refuse queries of constraints, components, rules, targets and functions with SERVICE or FROM.

    What is no query at all is refused where it is read, or by the engine's own door (`pyshacl_query_plan.prepared`).

    Raises:
        KnowledgeError: one line with path and reason.
    """
    prefixes = Prefixes(graph)
    for predicate in _QUERIES:
        for node, text in graph.subject_objects(predicate):
            try:
                local_query(with_prefixes(str(text), prefixes.known(node)))
            except SparqlError as error:
                if is_foreign(error):
                    written = f"sh:{str(predicate).removeprefix(str(SH))}"
                    raise KnowledgeError(f"{path}: a query ({written}): {error.reason}") from error
            except ValueError:  # prefixes that are none: told with the rule that uses them
                continue
