"""A SPARQL 1.1 query -> the answer of an endpoint, over HTTP."""

from io import BytesIO
from urllib.parse import urlencode, urlsplit

from rdflib.query import Result

from nesy.errors import InputError
from nesy.graph.query import PREFIXES, Found, Rows, graph_of, query_form
from nesy.graph.terms import ill_typed_allowed
from nesy.http_client import Answer, NoAnswerError, send

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
    kinds = _ROWS if form in ("SELECT", "ASK") else _GRAPHS
    known = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    address = f"{url.partition('#')[0]}{'&' if parts.query else '?'}{urlencode({'query': known + query})}"
    try:
        answer = send("GET", address, {"Accept": ", ".join(kinds)}, timeout_s=timeout_s, most_bytes=_LARGEST)
    except NoAnswerError as error:
        raise InputError(f"{url}: no answer ({error})") from None
    if answer.location:
        # Followed, it would be for the server to say who else reads the query.
        place = _on_one_line(answer.location.partition("?")[0])[:_MOST_TOLD]
        raise InputError(f"{url}: moved to {place} ({answer.status}); ask there, if that is meant")
    if not 200 <= answer.status < 300:
        said = answer.data[:_MOST_TOLD].decode("utf-8", "replace")
        raise InputError(f"{url}: refuses ({answer.status} {_on_one_line(answer.reason)}); {_on_one_line(said)}")
    return _found(_read(url, answer, kinds))


def _read(url: str, answer: Answer, kinds: tuple[str, ...]) -> Result:
    if answer.kind not in kinds:
        raise InputError(f"{url}: answers in {answer.kind or 'no stated format'}; {' or '.join(kinds)} would be right")
    if len(answer.data) > _LARGEST:
        raise InputError(f"{url}: the answer is larger than {_LARGEST} bytes; LIMIT makes it smaller")
    if "xml" in answer.kind and b"<!DOCTYPE" in answer.data.replace(b"\0", b""):  # names files, or grows
        raise InputError(f"{url}: the answer in {answer.kind} declares entities, and is not read")
    try:
        with ill_typed_allowed():
            return Result.parse(BytesIO(answer.data), content_type=answer.kind)
    except Exception as error:  # noqa: BLE001  rdflib's parsers raise anything at all
        why = _on_one_line(error)[:_MOST_TOLD] or type(error).__name__
        raise InputError(f"{url}: the answer cannot be read as {answer.kind} ({why})") from None


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
