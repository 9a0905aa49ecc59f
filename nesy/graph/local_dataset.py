"""An rdflib dataset that fetches nothing when it is asked: its queries are read as those of a store are."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from rdflib import Dataset
from rdflib.query import Result

from nesy.graph.limits import Limits, within
from nesy.graph.query import to_be_run

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query  # which builds a parser; most runs put no query


class LocalDataset(Dataset):
    """A dataset of named graphs; SERVICE and FROM, which rdflib would fetch, are refused.

    >>> LocalDataset().query("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    nesy.errors.InputError: a SERVICE clause is refused: a query asks nobody but the data it is put to
    """

    def query(  # type: ignore[override]
        self,
        query_object: "str | Query",
        initNs: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
        memory_mib: float | None = None,
        **options: Any,
    ) -> Result:
        """Run a query; see rdflib.

        Args:
            query_object: SPARQL 1.1, or what rdflib has prepared of it.
            initNs: prefixes; those that the dataset knows if None.
            timeout_s: how long it may take, by the clock; it then runs in a process of its own.
            memory_mib: how much memory it may take; likewise.
            options: as rdflib takes them.

        Raises:
            InputError: the query cannot be read, asks elsewhere, or passes a limit.
        """
        known = dict(self.namespaces()) if initNs is None else dict(initNs)
        if not isinstance(query_object, str):
            text, prefixes, _ = query_object._original_args
            query_object, known = text, {**known, **prefixes}
        text = to_be_run(query_object, {prefix: str(namespace) for prefix, namespace in known.items()}, sources=False)
        ask = partial(super().query, text, initNs={}, **options)
        limits = Limits(timeout_s, memory_mib)
        return _result(within(limits, partial(_parts, ask))) if limits else ask()


_PARTS = ("type", "vars", "bindings", "askAnswer", "graph")


def _parts(ask: "partial[Result]") -> dict[str, Any]:
    """Return what a result is made of: rdflib's own holds what is still to be done."""
    found = ask()
    return {name: getattr(found, name) for name in _PARTS}


def _result(parts: Mapping[str, Any]) -> Result:
    found = Result(cast(str, parts["type"]))
    for name in _PARTS[1:]:
        setattr(found, name, parts[name])
    return found
