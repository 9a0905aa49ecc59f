"""A SPARQL 1.1 query -> the answer of an endpoint, over HTTP and through rdflib's own store."""

from http.client import HTTPException
from io import BytesIO
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import Result

from nesy.errors import InputError
from nesy.graph.query import PREFIXES, Found, Rows, graph_of, query_form

_ROWS = ("application/sparql-results+json", "application/sparql-results+xml")
_GRAPHS = ("text/turtle", "application/n-triples", "application/rdf+xml")
# A graph of JSON-LD may name further documents, which rdflib would fetch.
_LARGEST = 256 * 2**20
_MOST_TOLD = 300


def ask_endpoint(url: str, query: str, timeout_s: float = 60.0) -> Found:
    """Put a query to an endpoint by HTTP GET.

    What the default graph holds, and whether `SERVICE` is allowed, is for the endpoint to say.

    Args:
        timeout_s: how long to wait whenever the network is silent.

    Raises:
        InputError: the query would write, the address is none, or the endpoint refuses or gives no answer of SPARQL.
    """
    form = query_form(query)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise InputError(f"{url!r} is no address of an endpoint; http(s)://HOST/PATH would be right")
    store = _Endpoint(url.partition("#")[0], _ROWS if form in ("SELECT", "ASK") else _GRAPHS, timeout_s)
    try:
        return _found(store.query(query, initNs=PREFIXES))
    except HTTPError as error:
        said = error.read(_MOST_TOLD).decode("utf-8", "replace")
        raise InputError(f"{url}: refuses ({error.code} {error.reason}); {_on_one_line(said)}") from None
    except URLError as error:
        raise InputError(f"{url}: no answer ({_on_one_line(error.reason)})") from None
    except (OSError, HTTPException) as error:
        raise InputError(f"{url}: no answer ({_on_one_line(error) or type(error).__name__})") from None


class _Endpoint(SPARQLStore):
    """rdflib's store of an endpoint, which else waits for ever and reads whatever comes back."""

    def __init__(self, url: str, kinds: tuple[str, ...], timeout_s: float) -> None:
        super().__init__(url)
        self._url, self._kinds, self._timeout_s = url, kinds, timeout_s

    def _query(self, query: str, **_: Any) -> Result:
        joint = "&" if urlsplit(self._url).query else "?"
        request = Request(self._url + joint + urlencode({"query": query}), headers={"Accept": ", ".join(self._kinds)})
        with urlopen(request, timeout=self._timeout_s) as answer:
            kind = answer.headers.get_content_type()
            if kind not in self._kinds:
                raise InputError(f"{self._url}: answers in {kind}; {' or '.join(self._kinds)} would be right")
            data = answer.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise InputError(f"{self._url}: the answer is larger than {_LARGEST} bytes; LIMIT makes it smaller")
        try:
            return Result.parse(BytesIO(data), content_type=kind)
        except Exception as error:  # noqa: BLE001  rdflib's parsers raise anything at all
            why = _on_one_line(error)[:_MOST_TOLD] or type(error).__name__
            raise InputError(f"{self._url}: the answer cannot be read as {kind} ({why})") from None


def _found(result: Result) -> Found:
    if result.type == "ASK":
        return bool(result.askAnswer)
    if result.type == "SELECT":
        variables = tuple(result.vars or ())
        rows = tuple(tuple(row.get(variable) for variable in variables) for row in result.bindings)
        return Rows(tuple(map(str, variables)), rows)
    return graph_of(result.graph or ())


def _on_one_line(what: object) -> str:
    return " ".join(str(what).split())
