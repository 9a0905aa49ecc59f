"""`nesy query` and `nesy analyze --store`: a store, a file or an endpoint asked; what is printed, and the exit code."""

import http.server
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import PIL.Image
import pytest
import rdflib

from nesy.analysis import Analysis
from nesy.cli import main
from nesy.graph.store import Store
from nesy.perception.reply_format import write_scene
from nesy.scene import Scene
from tests.analysis.test_analysis import example
from tests.cli.test_cli import BAD, GOOD

NAMES = "SELECT ?name { ?a a nesy:Analysis ; nesy:image/nesy:name ?name } ORDER BY ?name"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nesy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in a folder of its own, and give exit code, standard output and standard error.

    A query is answered here, without the process of its own that limits want: a few tests ask for it.
    """
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, text: str | bytes | None = None, limited: bool = False) -> tuple[int, str, str]:
        if text is not None:
            data = text.encode() if isinstance(text, str) else text
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        free = ("--timeout", "0", "--memory", "0") if arguments[0] == "query" and not limited else ()
        code = main([*arguments, *free])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two pictures, and a recording in which the first is described badly and corrected, the second well."""
    replies = []
    for name, scene in (("a.png", BAD), ("b.png", GOOD)):
        PIL.Image.effect_noise((64, 48), 40).convert("RGB").save(tmp_path / name)
        replies.append({"image": name, "kind": "describe", "text": write_scene(scene)})
    replies.append({"image": "a.png", "kind": "correct", "text": '{"1":"keep","2":"withdraw"}'})
    (tmp_path / "replies.jsonl").write_text("".join(json.dumps(reply) + "\n" for reply in replies))
    return tmp_path


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder with a store of one analysis, and the same analysis as a file."""
    with Store(tmp_path / "store") as store:
        store.add(example())
    (tmp_path / "one.trig").write_text(example().to_rdf("trig"), encoding="utf-8")
    return tmp_path


def test_analyses_are_collected_and_asked(nesy: Run, pictures: Path) -> None:
    analyze = ("analyze", "a.png", "b.png", "--model", "replay:replies.jsonl", "--store", "deep/store")
    code, out, err = nesy(*analyze)
    assert (code, err) == (0, "") and "final scene" in out
    assert nesy("query", "deep/store", NAMES) == (0, "name\na.png\nb.png\n", "")
    code, out, _ = nesy(*analyze, "--format", "json")
    assert code == 0
    with Store(pictures / "deep" / "store") as store:
        # A recording gives the same analysis again, to the last digit: it is there once.
        found = {f"{Analysis.from_json(line).base.rstrip('#')}/analysis" for line in out.splitlines()}
        assert set(store) == found and len(found) == 2
    why = "SELECT ?id ?why { ?c prov:wasInvalidatedBy/nesy:reason ?why ; nesy:id ?id }"
    code, out, _ = nesy("query", "deep/store", why)
    assert code == 0 and out.splitlines()[1:] and all(line.startswith("r2") for line in out.splitlines()[1:])


def test_a_store_that_cannot_be_used_is_told_before_any_model_is_loaded(nesy: Run, pictures: Path) -> None:
    code, out, err = nesy("analyze", "a.png", "--model", "llava-hf/none-here", "--store", ".")
    assert (code, out) == (2, "")
    assert err == "error: .: a folder that holds other files, and no store; a new or empty folder would be right\n"
    code, _, err = nesy("analyze", "a.png", "--model", "replay:replies.jsonl", "--store", "a.png/x")
    assert code == 2 and err == "error: a.png/x: a file; a store is a folder\n"


def test_an_analysis_that_cannot_be_added_is_told_and_the_others_go_on(
    nesy: Run, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, calls = Store.add, []

    def add_but_the_first(self: Store, analysis: Analysis) -> str:
        calls.append(analysis.image.name)
        if len(calls) == 1:
            self.close()
        return add(self, analysis)

    monkeypatch.setattr(Store, "add", add_but_the_first)
    code, out, err = nesy("analyze", "a.png", "b.png", "--model", "replay:replies.jsonl", "--store", "store")
    assert code == 2 and calls == ["a.png", "b.png"] and out.count("final scene") == 2
    assert err == "error: a.png: not in the store; store: the store is closed\n"
    assert nesy("query", "store", NAMES)[1] == "name\nb.png\n"


# --- what is printed ---


@pytest.mark.parametrize("place", ["store", "one.trig"])
def test_select_prints_a_table_or_json(nesy: Run, filled: Path, place: str) -> None:
    query = (
        "SELECT ?id ?p ?c ?none { ?a nesy:final ?g GRAPH ?g { ?r a nesy:Relation ; nesy:id ?id ; nesy:predicate ?p "
        "OPTIONAL { ?r nesy:confidence ?c } } }"
    )
    code, out, err = nesy("query", place, query, limited=True)
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [["id", "p", "c", "none"], ["r1", "nesy:ride", "0.8"]]
    code, out, _ = nesy("query", place, query, "--format", "json")
    assert code == 0 and json.loads(out) == {
        "head": {"vars": ["id", "p", "c", "none"]},
        "results": {
            "bindings": [
                {
                    "id": {"type": "literal", "value": "r1"},
                    "p": {"type": "uri", "value": "https://w3id.org/nesy/ontology#ride"},
                    "c": {
                        "type": "literal",
                        "value": "0.8",
                        "datatype": "http://www.w3.org/2001/XMLSchema#decimal",
                    },
                }
            ]
        },
    }


def test_ask_says_yes_or_no(nesy: Run, filled: Path) -> None:
    for kind, said in (("Withdrawal", "yes"), ("Giraffe", "no")):
        assert nesy("query", "store", f"ASK {{ ?x a nesy:{kind} }}") == (0, said + "\n", "")
        code, out, _ = nesy("query", "store", f"ASK {{ ?x a nesy:{kind} }}", "--format", "json")
        assert code == 0 and json.loads(out) == {"head": {}, "boolean": said == "yes"}


def test_construct_prints_turtle_or_json_ld(nesy: Run, filled: Path) -> None:
    query = "CONSTRUCT { ?s nesy:ride ?o } WHERE { ?s nesy:ride ?o }"
    for form, read in (("text", "turtle"), ("turtle", "turtle"), ("json", "json-ld")):
        code, out, err = nesy("query", "store", query, "--format", form)
        assert (code, err) == (0, "")
        assert len(rdflib.Graph().parse(data=out, format=read)) == 2
    assert out.strip().startswith("[")
    assert "@prefix nesy: <https://w3id.org/nesy/ontology#> ." in nesy("query", "store", query)[1]


def test_a_query_comes_from_standard_input_too(nesy: Run, filled: Path) -> None:
    assert nesy("query", "store", "-", text="\ufeff# a comment\n" + NAMES) == (0, "name\nride.png\n", "")
    code, _, err = nesy("query", "store", "-", text=b"SELECT * { ?s ?p 'caf\xe9' }")
    assert (code, len(err.splitlines())) == (2, 1) and "standard input: not UTF-8 text (byte 0xE9)" in err


def test_values_are_shown_and_never_obeyed(nesy: Run, tmp_path: Path) -> None:
    label = 'a "cup" [bold red]x[/bold red] \x1b[31m\u202e\nnext'
    scene = Scene.model_validate({"entities": [{"id": "x", "category": label}]})
    turn = example().rounds[0].model_copy(update={"scene": scene})
    changed = {"rounds": (turn,), "kept_round": 0, "scene": scene, "withdrawn": (), "edits": ()}
    with Store(tmp_path / "store") as store:
        store.add(example().model_copy(update=changed))
    query = "SELECT ?label { GRAPH ?g { ?x nesy:label ?label } ?a nesy:final ?g }"
    for form in ("text", "json"):
        code, out, _ = nesy("query", "store", query, "--format", form)
        assert code == 0 and not set(out) & set("\x1b\u202e")
    assert json.loads(out)["results"]["bindings"][0]["label"]["value"] == label
    assert "[bold red]x[/bold red] \\u001b[31m\\u202e next" in nesy("query", "store", query)[1]
    code, out, _ = nesy("query", "store", "CONSTRUCT WHERE { ?x nesy:label ?label }")
    assert not set(out) & set("\x1b\u202e")
    assert {str(o) for o in rdflib.Graph().parse(data=out, format="turtle").objects()} == {label}


ODD = """@prefix : <urn:x:> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<< :a :b :c >> :sure 0.9 . :d :says <<( :e :f <<( :g :h "x"@en )>> )>> .
:a :n "abc"^^xsd:integer ; :t "yesterday"^^xsd:dateTime ; :b "maybe"^^xsd:boolean ; :f "1e"^^xsd:double,
    "x"^^xsd:decimal .
"""


def test_literals_of_no_value_and_triples_about_triples_are_shown(
    nesy: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "odd.ttl").write_text(ODD, encoding="utf-8")
    code, out, err = nesy("query", "odd.ttl", "SELECT ?o { ?s ?p ?o }")
    assert (code, err) == (0, "")
    for shown in ("abc", "yesterday", "maybe", "1e", '<<( <urn:x:e> <urn:x:f> <<( <urn:x:g> <urn:x:h> "x"@en )>> )>>'):
        assert shown in out.splitlines(), out
    code, out, err = nesy("query", "odd.ttl", "SELECT ?o { ?s <urn:x:says> ?o }", "--format", "json")
    (row,) = json.loads(out)["results"]["bindings"]
    assert (code, err) == (0, "") and row["o"]["type"] == "triple"
    assert row["o"]["value"]["object"]["value"]["object"] == {"type": "literal", "value": "x", "xml:lang": "en"}
    for form in ("turtle", "json"):
        code, out, err = nesy("query", "odd.ttl", "CONSTRUCT WHERE { <urn:x:a> <urn:x:f> ?o }", "--format", form)
        assert (code, err) == (0, "") and '"1e"' in out
    code, out, err = nesy("query", "odd.ttl", "CONSTRUCT WHERE { ?s <urn:x:says> ?o }")
    assert (code, out, len(err.splitlines())) == (2, "", 1) and "only SELECT can show" in err
    code, out, err = nesy("query", "odd.ttl", "ASK { << <urn:x:a> ?b ?c >> <urn:x:sure> ?x }")
    assert (code, out, len(err.splitlines())) == (2, "", 1), "queries are SPARQL 1.1"
    assert not caplog.records


# --- what is refused ---

CASES: dict[str, tuple[tuple[str, ...], str]] = {
    "no arguments": ((), "Missing argument 'STORE'"),
    "no query": (("store",), "Missing argument 'SPARQL'"),
    "no such store": (("none", NAMES), "none: no such store"),
    "folder that is none": ((".", NAMES), ".: a folder that holds other files, and no store"),
    "file of another kind": (
        ("a.json", NAMES),
        "a.json: cannot be asked; a store, .ttl, .trig, .nt, .nq or http(s)://",
    ),
    "broken file": (("broken.ttl", NAMES), "broken.ttl: "),
    "file that is no UTF-8": (("latin.nt", NAMES), "latin.nt: "),
    "broken query": (("store", "SELECT * {"), "the query cannot be read at line 1, column 11, its end"),
    "unknown prefix": (("one.trig", "SELECT * { ?s no:x 1 }"), "the prefix no: is not declared"),
    "update": (("store", "DELETE WHERE { ?s ?p ?o }"), "DELETE is refused: a query only reads"),
    "load": (("one.trig", "LOAD <http://127.0.0.1:1/>"), "LOAD is refused"),
    "service": (("store", "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"), "a SERVICE clause is refused"),
    "service on a file": (("one.trig", "ASK { SERVICE <http://127.0.0.1:1/> {} }"), "a SERVICE clause is refused"),
    "rows as turtle": (("store", NAMES, "--format", "turtle"), "SELECT gives rows"),
    "yes as turtle": (("store", "ASK {}", "--format", "turtle"), "ASK gives yes or no"),
    "unknown format": (("store", NAMES, "--format", "xml"), "--format"),
    "update of an endpoint": (("http://127.0.0.1:1/", "CLEAR ALL"), "CLEAR is refused"),
    "no endpoint there": (("http://127.0.0.1:1/", NAMES), "http://127.0.0.1:1/: no answer"),
    "no host": (("http:///x", NAMES), "'http:///x' is no address of an endpoint"),
    "a password": (("http://me:pw@127.0.0.1/", NAMES), "is no address of an endpoint"),
    "another protocol": (("ftp://127.0.0.1/", NAMES), "no such store"),
}
LIMITED = ("no such store", "broken file", "broken query", "rows as turtle")
"""Told by the process of its own in which a query is answered."""


@pytest.mark.parametrize("case", CASES)
def test_one_line_and_exit_code_2(case: str, nesy: Run, filled: Path) -> None:
    (filled / "a.json").write_text("{}")
    (filled / "broken.ttl").write_text("@prefix ex: <https://example.org/> .\nex:a ex:b \n")
    (filled / "latin.nt").write_bytes(b'<urn:a> <urn:b> "caf\xe9" .\n')
    arguments, told = CASES[case]
    code, out, err = nesy("query", *arguments, limited=case in LIMITED)
    assert (code, out) == (2, "")
    assert err.startswith("error: ") and told in err and len(err.splitlines()) == 1
    assert {path.name for path in filled.iterdir()} == {"store", "one.trig", "a.json", "broken.ttl", "latin.nt"}


# --- an endpoint ---


class Endpoint:
    """A server on this machine that gives one answer and remembers what it was asked."""

    def __init__(self, server: http.server.ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}/sparql"
        self.status, self.kind, self.data = 200, "", b""
        self.paths: list[str] = []
        self.accepted = ""
        self.location = ""

    def answers(self, kind: str, data: str | bytes, status: int = 200) -> None:
        self.status, self.kind, self.data = status, kind, data.encode() if isinstance(data, str) else data

    @property
    def query(self) -> str:
        return parse_qs(urlsplit(self.paths[-1]).query)["query"][0]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.paths.append(self.path)
            stub.accepted = self.headers["Accept"]
            self.send_response(stub.status)
            self.send_header("Content-Type", stub.kind)
            if stub.location:
                self.send_header("Location", stub.location)
            self.end_headers()
            self.wfile.write(stub.data)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        stub = Endpoint(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield stub
        server.shutdown()
        thread.join()


ROWS = (
    '{"head":{"vars":["s","n"]},"results":{"bindings":['
    '{"s":{"type":"uri","value":"urn:\\u001b[31m"}},{"n":{"type":"literal","value":"7"}}]}}'
)


def test_an_endpoint_gives_rows(nesy: Run, endpoint: Endpoint) -> None:
    endpoint.answers("application/sparql-results+json; charset=utf-8", ROWS)
    code, out, err = nesy("query", endpoint.url, NAMES)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["s", "n"] and "<urn:\\u001b[31m>" in out and "7" in out
    assert endpoint.query.endswith(NAMES) and "PREFIX nesy: <https://w3id.org/nesy/ontology#>" in endpoint.query
    assert "application/sparql-results+json" in endpoint.accepted
    code, out, _ = nesy("query", endpoint.url + "?graph=1", NAMES, "--format", "json")
    assert code == 0 and json.loads(out)["head"]["vars"] == ["s", "n"]
    assert endpoint.paths[-1].startswith("/sparql?graph=1&query=")


def test_an_endpoint_gives_yes_and_a_graph(nesy: Run, endpoint: Endpoint) -> None:
    endpoint.answers("application/sparql-results+json", '{"head":{},"boolean":true}')
    assert nesy("query", endpoint.url, "ASK {}") == (0, "yes\n", "")
    endpoint.answers("application/sparql-results+xml", '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/>'
                     "<boolean>false</boolean></sparql>")  # fmt: skip
    assert nesy("query", endpoint.url, "ASK {}") == (0, "no\n", "")
    endpoint.answers("text/turtle", "<urn:a> <urn:b> 1 .")
    code, out, _ = nesy("query", endpoint.url, "CONSTRUCT WHERE { ?s ?p ?o }")
    assert code == 0 and len(rdflib.Graph().parse(data=out, format="turtle")) == 1
    assert "text/turtle" in endpoint.accepted and "json" not in endpoint.accepted


@pytest.mark.parametrize(
    ("kind", "data", "status", "told"),
    [
        (
            "text/plain",
            "Lexical error at line 1,\ncolumn 9",
            400,
            "refuses (400 Bad Request); Lexical error at line 1, column 9",
        ),
        ("text/html", "<h1>Hello</h1>", 200, "answers in text/html; application/sparql-results+json or "),
        ("application/ld+json", '{"@context":"http://127.0.0.1:1/"}', 200, "answers in application/ld+json"),
        (
            "application/sparql-results+json",
            "{oops",
            200,
            "the answer cannot be read as application/sparql-results+json",
        ),
        ("application/sparql-results+json", "[]", 200, "the answer cannot be read as application/sparql-results+json"),
        (
            "application/sparql-results+xml",
            "<sparql",
            200,
            "the answer cannot be read as application/sparql-results+xml",
        ),
        ("application/sparql-results+json", b"\xff", 200, "the answer cannot be read"),
    ],
)
def test_an_endpoint_that_does_not_answer_in_sparql_is_told(
    nesy: Run, endpoint: Endpoint, kind: str, data: str | bytes, status: int, told: str
) -> None:
    endpoint.answers(kind, data, status)
    code, out, err = nesy("query", endpoint.url, NAMES)
    assert (code, out) == (2, "") and len(endpoint.paths) == 1
    assert err.startswith(f"error: {endpoint.url}: ") and told in err and len(err.splitlines()) == 1


def test_an_endpoint_that_has_moved_is_told(nesy: Run, endpoint: Endpoint) -> None:
    endpoint.answers("text/plain", "", 301)
    endpoint.location = "https://elsewhere.example/sparql?query=SELECT"
    code, _, err = nesy("query", endpoint.url, NAMES)
    assert code == 2 and len(endpoint.paths) == 1
    assert (
        err == f"error: {endpoint.url}: moved to https://elsewhere.example/sparql (301); ask there, if that is meant\n"
    )


def test_a_query_keeps_its_own_prologue(nesy: Run, endpoint: Endpoint) -> None:
    endpoint.answers("application/sparql-results+json", '{"head":{},"boolean":true}')
    assert nesy("query", endpoint.url, "BASE <urn:x/>\nPREFIX nesy: <urn:mine#>\nASK { <a> nesy:b 'é&+%' }")[0] == 0
    rdflib.Graph().query(endpoint.query)  # it can be read
    assert endpoint.query.endswith("BASE <urn:x/>\nPREFIX nesy: <urn:mine#>\nASK { <a> nesy:b 'é&+%' }")


def test_an_update_does_not_reach_an_endpoint(nesy: Run, endpoint: Endpoint) -> None:
    for update in ("INSERT DATA { <urn:a> <urn:b> 1 }", "PREFIX a: <urn:a> DROP ALL", "LOAD <urn:x>", "nonsense"):
        assert nesy("query", endpoint.url, update)[0] == 2
    assert endpoint.paths == []


def test_a_query_from_standard_input_that_is_closed(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["query", str(filled / "one.trig"), "-"]) == 2
    assert capsys.readouterr().err == "error: standard input is closed; `-` reads it\n"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "SELECT ?s { ?s nesy:hasEntty ?e }",
            "nesy:hasEntty is no term of the vocabulary; did you mean nesy:hasEntity?",
        ),
        ("ASK { ?s a nesy:Suitcas }", "nesy:Suitcas is no term of the vocabulary; did you mean nesy:Suitcase?"),
        ("DESCRIBE ?s { ?s ^nesy:zzzzzz/nesy:hasEntity ?e }", "nesy:zzzzzz is no term of the vocabulary"),
        ("ASK { ?s a nesy:Giraffe }", ""),  # it might have been found
        ("ASK { ?s a nesy:Analysis FILTER NOT EXISTS { ?s nesy:hasEntty ?e } }", ""),  # it was found
    ],
)
def test_where_nothing_is_found_terms_that_do_not_exist_are_told(
    nesy: Run, filled: Path, query: str, told: str
) -> None:
    code, _, err = nesy("query", str(filled / "one.trig"), query)
    assert (code, err) == (0, told and f"{told}\n")


def test_an_endpoint_that_finds_nothing_is_asked_for_what_exists(nesy: Run, endpoint: Endpoint) -> None:
    endpoint.answers("application/sparql-results+json", '{"head":{},"boolean":false}')
    assert nesy("query", endpoint.url, "ASK { ?s nesy:imge ?o }")[2].endswith("did you mean nesy:image?\n")
