"""The store on disk: whole analyses or none, whatever happens to the process that writes; queries that only read."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph, Literal

import nesy.graph.store
from nesy.analysis import Analysis
from nesy.errors import InputError
from nesy.graph import from_rdf
from nesy.graph.query import PREFIXES, Rows, ask_store, query_form, read_file
from nesy.graph.store import Store
from nesy.scene import Entity, ImageInfo, Scene
from nesy.settings import CorrectionSettings, Settings
from nesy.turns import ModelInfo, Usage
from tests.analysis.test_analysis import SCENE, example
from tests.loop_scenes import finding, verdict
from tests.steps import steps

COUNT = "SELECT (COUNT(*) AS ?n) { ?claim a nesy:Relation }"


def run(number: int) -> Analysis:
    """The same image, analysed once more: the first reply was drawn with another seed."""
    first, *others = example().rounds
    drawn = first.model_copy(update={"temperature": 0.7, "seed": number})
    return example().model_copy(update={"rounds": (drawn, *others)})


def later(analysis: Analysis, seconds: float) -> Analysis:
    """The same analysis once more: only what it took differs."""
    took = Usage(calls=3, cached_tokens=7, seconds=seconds)
    rounds = tuple(turn.model_copy(update={"usage": took}) for turn in analysis.rounds)
    return analysis.model_copy(update={"rounds": rounds, "usage": took + took})


def small(number: int) -> Analysis:
    """An analysis of another image each, with one round and one entity."""
    scene = Scene(entities=(Entity(id="cup_1", category="cup"),))
    (first, *_) = example().rounds
    turn = first.model_copy(update={"scene": scene, "verdict": example().verdict})
    image = ImageInfo(name=f"{number}.png", sha256=f"{number:064x}")
    changed = {"image": image, "rounds": (turn,), "kept_round": 0, "scene": scene, "edits": (), "withdrawn": ()}
    return example().model_copy(update=changed)


def only(found: object) -> str:
    """The one value of a SELECT."""
    assert isinstance(found, Rows) and len(found) == 1
    ((value,),) = found
    return str(value)


def quads(dataset: Dataset) -> set[tuple[str, ...]]:
    return {tuple(map(repr, quad)) for quad in dataset.quads()}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


# --- what goes in comes out ---


def test_an_analysis_comes_back_as_it_went_in(store: Store) -> None:
    name = store.add(example())
    assert store.names() == (name,) and list(store) == [name] and len(store) == 1 and name in store
    assert quads(store.dataset(name)) == quads(example().graph)
    with pytest.raises(InputError, match="holds no analysis 'other'"):
        store.dataset("other")


def test_the_same_analysis_is_there_once(store: Store) -> None:
    names = {store.add(example()) for _ in range(3)} | {store.add(Analysis.from_json(example().to_json()))}
    assert len(names) == len(store) == 1
    assert only(store.query(COUNT)) == "3"


def test_the_same_picture_analysed_again_is_there_once(store: Store) -> None:
    """What it took is told of the first time; the name is that of what was asked and answered."""
    names = {store.add(later(run(1), seconds)) for seconds in (0.1, 0.2, 3.0)}
    assert len(names) == len(store) == 1
    assert only(store.query("SELECT (COUNT(*) AS ?n) { ?a a nesy:Analysis }")) == "1"
    others = (
        run(2),
        run(1).model_copy(update={"model": ModelInfo(id="another")}),
        run(1).model_copy(update={"image": ImageInfo(name="ride.png", sha256="1" * 64)}),
        run(1).model_copy(update={"image": run(1).image.model_copy(update={"name": "copy.png"})}),
        run(1).model_copy(update={"settings": Settings(correction=CorrectionSettings(rounds=0))}),
    )
    assert len({store.add(other) for other in others} - names) == len(others)


def test_two_analyses_of_one_image_stay_apart(store: Store) -> None:
    one, two = store.add(run(1)), store.add(run(2))
    assert one != two and len(store) == 2
    parts = [set(map(str, (graph.identifier for graph in store.dataset(name).graphs()))) for name in (one, two)]
    assert not {part for part in parts[0] & parts[1] if not part.startswith("urn:x-rdflib:")}
    assert only(store.query(COUNT)) == "6"
    same = "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a nesy:image/nesy:sha256 ?sum }"
    assert only(store.query(same)) == "2"
    for name, number in ((one, 1), (two, 2)):
        assert quads(store.dataset(name)) == quads(run(number).graph)


def test_an_analysis_without_a_known_image_can_be_kept(store: Store) -> None:
    image = ImageInfo(name="sketch", sha256=None)
    name = store.add(example().model_copy(update={"image": image}))
    assert name.count("/") == small(1).base.count("/") and quads(store.dataset(name))


def test_what_was_added_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    with Store(tmp_path / "a" / "store") as store:
        names = {store.add(run(number)) for number in range(3)}
    with Store(str(tmp_path / "a" / "store"), create=False) as store:
        assert set(store) == names and bool(store)
    with Store(tmp_path / "empty") as store:
        assert bool(store) and len(store) == 0 and only(store.query(COUNT)) == "0"


def test_opening_a_store_again_and_again_leaves_nothing_behind(tmp_path: Path) -> None:
    files = []
    for _ in range(8):
        Store(tmp_path / "store").close()
        files.append(len(list((tmp_path / "store").iterdir())))
    assert files[-1] <= files[3], files


def test_small_numbers_can_be_counted_with(store: Store) -> None:
    """Oxigraph takes a decimal of more than 18 digits after the point for no number at all."""
    entity = SCENE.entities[0].model_copy(update={"confidence": 0.0012345678901234567})
    scene = SCENE.model_copy(update={"entities": (entity, *SCENE.entities[1:])})
    store.add(example().model_copy(update={"scene": scene}))
    found = store.query("SELECT DISTINCT ?c { ?x nesy:confidence ?c FILTER (?c < 0.01) }")
    assert float(only(found)) == pytest.approx(entity.confidence, abs=1e-17)


# --- queries ---


def test_the_default_graph_is_the_union_and_says_nothing_twice(store: Store) -> None:
    name = store.add(example())
    assert only(store.query(COUNT)) == "3"
    graphs = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?claim a nesy:Relation } } GROUP BY ?g ORDER BY ?g"
    base = name.removesuffix("analysis")
    found = store.query(graphs)
    assert isinstance(found, Rows) and found.variables == ("g", "n")
    counted = {str(g).removeprefix(base): str(n) for g, n in found}
    assert counted == {"final": "1", "round/0": "3", "round/1": "2"}
    assert only(store.query(COUNT.replace("{", f"FROM <{base}final> {{"))) == "1"
    final = "SELECT (COUNT(*) AS ?n) { ?a a nesy:Analysis ; nesy:final ?g GRAPH ?g { ?r a nesy:Relation } }"
    assert only(store.query(final)) == "1"


def test_provenance_can_be_asked(store: Store) -> None:
    name = store.add(example())
    found = store.query(
        "SELECT ?id ?why { GRAPH ?g { ?c prov:wasInvalidatedBy ?w . ?w nesy:reason ?why ; nesy:round ?r } "
        "GRAPH ?r { ?c nesy:id ?id } } ORDER BY ?id"
    )
    assert isinstance(found, Rows)
    assert [tuple(map(str, row)) for row in found] == [("r2", "asked"), ("r3", "p1 and r3")]
    parts = store.query(f"CONSTRUCT WHERE {{ <{name}> dcterms:hasPart ?part }}")
    assert isinstance(parts, Graph) and len(parts) == 3
    assert store.query("ASK { ?x a nesy:Withdrawal }") is True
    assert store.query("ASK { ?x a nesy:Nothing }") is False
    described = store.query(f"DESCRIBE <{name}>")
    assert isinstance(described, Graph) and len(described) >= 6


def test_rows_have_none_where_nothing_is_bound(store: Store) -> None:
    found = store.query('SELECT ?a ?b ?c { VALUES (?a ?b) { (1 UNDEF) (UNDEF "x"@en) } }')
    assert isinstance(found, Rows) and found.variables == ("a", "b", "c")
    assert found.rows == ((Literal(1), None, None), (None, Literal("x", lang="en"), None))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT * {\n ?s ?p \n}", "line 3, column 1, before '}': '}' where a term is expected"),
        (
            "SELECT * { ?s nosuch:x ?o }",
            "line 1, column 15, before 'nosuch:x ?o }': the prefix nosuch: is not declared",
        ),
        ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", "?x is selected of groups and is no key of GROUP BY"),
        ("", "begins with '' at line 1, column 1"),
        ("# nothing\n\n  nonsense", "begins with 'nonsense' at line 3, column 3"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "INSERT is refused: a query only reads"),
        ("PREFIX a: <urn:a>\nDELETE WHERE { ?s ?p ?o }", "DELETE is refused"),
        ("load <http://127.0.0.1:1/>", "LOAD is refused"),
        ("CLEAR ALL", "CLEAR is refused"),
        ("SELECT * {} ; DROP ALL", "cannot be read at line 1"),
        ("ASK { FILTER(<urn:f>(1)) }", "custom function <urn:f> is not supported"),
    ],
)
def test_a_query_that_cannot_be_run_is_one_line_with_the_place(store: Store, query: str, told: str) -> None:
    store.add(example())
    with pytest.raises(InputError) as caught:
        store.query(query)
    assert told in str(caught.value) and "\n" not in str(caught.value)
    assert len(store) == 1


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """An address, and the requests that reached it."""
    seen: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x", seen
        server.shutdown()
        thread.join()


SERVICES = [
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o service silent<URL>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o # c\nSERVICE # c\n<URL> { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { ?s ?p ?o SERVICE :x { ?a ?b ?c } }",
    "PREFIX : <URL> SELECT * { SERVICE:x { ?a ?b ?c } }",
    "SELECT * { ?s ?p ?o . ?s nesy:position 0SERVICE <URL> { ?a ?b ?c } }",
    "SELECT * { ?s ?p ?o FILTER (STR(?s)<'~>')SERVICE <URL> { ?a ?b ?c } FILTER (STR(?s)>'') }",
    "PREFIX e: <urn:e> SELECT * { ?s ?p ?o FILTER(?p != e:a\\') SERVICE <URL> { ?a ?b ?c } FILTER(?p != e:b\\') }",
    "SELECT * { VALUES ?u { <URL> } SERVICE ?u { ?s ?p ?o } }",
    "ASK { { SELECT * { SERVICE <URL> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <URL> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <URL> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("query", SERVICES)
def test_a_query_asks_nobody_else(store: Store, requests: tuple[str, list[str]], query: str) -> None:
    store.add(example())
    url, seen = requests
    with pytest.raises(InputError, match=r"a SERVICE clause is refused|cannot be read at line"):
        store.query(query.replace("URL", url))
    assert seen == []


def test_oxigraph_itself_would_ask(store: Store, requests: tuple[str, list[str]]) -> None:
    url, seen = requests
    asked = 0
    data = ox.Store()
    data.extend(nesy.graph.store._quads(example()))
    for query in SERVICES:
        seen.clear()
        with suppress(OSError, RuntimeError, SyntaxError):
            found = data.query(query.replace("URL", url), prefixes=PREFIXES)
            assert isinstance(found, ox.QueryBoolean) or list(found)
        asked += bool(seen)
    assert asked >= len(SERVICES) - 3, "the test above would prove nothing"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'at your service' FILTER (?p != nesy:service) } # SERVICE <http://127.0.0.1:1/>",
        "PREFIX service: <urn:service:> SELECT * { ?s service:service ?o FILTER (?o != <http://127.0.0.1:1/service>) }",
        'SELECT * { ?s ?p """SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }""" }',
    ],
)
def test_the_word_alone_is_no_clause(store: Store, query: str) -> None:
    assert isinstance(store.query(query), Rows)


def test_from_fetches_nothing(store: Store, requests: tuple[str, list[str]]) -> None:
    store.add(example())
    url, seen = requests
    assert only(store.query(COUNT.replace("{", f"FROM <{url}> FROM NAMED <{url}> {{"))) == "0"
    assert seen == []


def test_the_form_of_a_query_is_found_behind_its_prologue() -> None:
    assert query_form("# SELECT\nBASE <urn:insert> PREFIX select: <urn:x#> # y\nprefix : <urn:> aSk{}") == "ASK"
    assert query_form("CONSTRUCT WHERE { ?s ?p ?o }") == "CONSTRUCT"


@pytest.mark.parametrize("form", ["trig", "nquads", "turtle"])
def test_a_file_is_asked_as_a_store_is(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"analysis.{ {'nquads': 'nq', 'turtle': 'ttl'}.get(form, form) }"
    path.write_text(example().to_rdf(form), encoding="utf-8")  # type: ignore[arg-type]
    assert only(ask_store(read_file(path), COUNT)) == ("1" if form == "turtle" else "3")


# --- folders that are no store, and others who have it open ---


def test_what_is_no_store_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_text("x")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    for path, create, told in (
        ("file", True, "a file; a store is a folder"),
        ("file/x", True, "a file; a store is a folder"),
        ("pictures", True, "a folder that holds other files, and no store"),
        ("pictures", False, "a folder that holds other files, and no store"),
        ("empty", False, "a folder that holds nothing, and no store"),
        ("none", False, "no such store"),
        ("nul\0", True, "cannot be opened"),
    ):
        with pytest.raises(InputError) as caught:
            Store(tmp_path / path, create=create)
        assert told in str(caught.value) and "\n" not in str(caught.value), path
    assert sorted(tmp_path.rglob("*")) == before
    with Store(tmp_path / "empty") as store:
        store.add(example())


def test_a_damaged_store_is_one_line(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.add(example())
    (tmp_path / "store" / "CURRENT").write_text("garbage")
    with pytest.raises(InputError, match=r"store: cannot be opened as a store \(Corruption: [^\n]*\)$"):
        Store(tmp_path / "store")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(InputError, match="this process has the store open already"):
        Store(tmp_path / "store")
    store.close()
    store.close()
    with pytest.raises(InputError, match="the store is closed"):
        store.names()
    Store(tmp_path / "store").close()


def test_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(tmp_path / "store").close()
    hold = (
        "import sys, pyoxigraph as ox; held = ox.Store(sys.argv[1]); print(flush=True); sys.stdin.readline(); del held"
    )
    command = [sys.executable, "-c", hold, str(tmp_path / "store")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None and other.stdout is not None
        other.stdout.readline()
        with pytest.raises(InputError, match="another process has the store open") as caught:
            Store(tmp_path / "store")
        assert "\n" not in str(caught.value)
        pauses: list[float] = []
        monkeypatch.setattr(
            nesy.graph.store, "time", SimpleNamespace(monotonic=lambda: sum(pauses), sleep=pauses.append)
        )
        with pytest.raises(InputError, match="another process has the store open"):
            Store(tmp_path / "store", wait_s=1)
        assert sum(pauses) == pytest.approx(1, abs=0.1)

        def let_go(pause_s: float) -> None:
            pauses.append(pause_s)
            if len(pauses) == 3:
                other.communicate()

        pauses.clear()
        monkeypatch.setattr(nesy.graph.store.time, "sleep", let_go)
        with Store(tmp_path / "store", wait_s=1) as store:
            assert len(store) == 0
        assert len(pauses) == 3


# --- many ---


def test_the_last_of_many_analyses_is_added_in_as_many_steps_as_the_first(tmp_path: Path) -> None:
    """Whatever is in the store already; `python -m lab.growth` has the seconds, of a thousand."""
    analyses = [small(number) for number in range(300)]
    with Store(tmp_path / "store") as store:
        taken = [steps(lambda one=one: store.add(one)) for one in analyses]  # type: ignore[misc]
        assert max(taken[-10:]) <= 1.1 * min(taken[1:11])  # the first of all meets what is loaded once
        assert steps(lambda: store.add(analyses[0])) < 0.1 * taken[-1], "one that is there is not added again"
    opened: list[Store] = []
    with Store(tmp_path / "empty"):
        pass
    taken = [steps(lambda name=name: opened.append(Store(tmp_path / name))) for name in ("empty", "store")]  # type: ignore[misc]
    assert taken[1] < 2 * taken[0], "the store is read when it is opened"
    with opened[0], opened[1] as store:
        assert len(store) == 300
        assert only(store.query("SELECT (COUNT(*) AS ?n) { ?a nesy:final/nesy:consistent true }")) == "300"


def test_many_are_added_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesy.graph.store, "_HELD", 300)  # written in several parts
    analyses = [run(1), small(1), run(1), small(2), later(run(1), 9.0), run(2)]
    with Store(tmp_path / "one") as one, Store(tmp_path / "many") as many:
        names = tuple(one.add(analysis) for analysis in analyses)
        assert many.add_many(iter(analyses)) == names
        assert many.add_many(analyses) == names and many.add_many([]) == ()
        assert set(many) == set(one) == set(names) and len(many) == 4
        assert set(one._store) == set(many._store)
        with pytest.raises(InputError, match="cannot be written as RDF"):
            many.add_many([small(3), broken()])
        assert len(many) == 4


def test_a_store_that_has_doubled_is_put_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in many parts, it lies in one file for each way it is read in, so a query reads few."""
    monkeypatch.setattr(nesy.graph.store, "_HELD", 300)
    with Store(tmp_path / "at once") as once, Store(tmp_path / "in parts") as parts:
        once.add_many([small(1)])
        parts.add_many(small(number) for number in range(30))
        files = [len(list(store.path.glob("*.sst"))) for store in (once, parts)]
        assert len(parts) == 30 and 0 < files[1] <= files[0] + 2  # the store keeps some of its own


def broken() -> Analysis:
    found = finding("cup_1").model_copy(update={"rule": "no IRI <at all>"})
    return example().model_copy(update={"verdict": verdict(found)})


def test_an_iri_that_is_none_is_told_and_nothing_of_the_analysis_is_kept(store: Store) -> None:
    with pytest.raises(InputError, match="cannot be written as RDF") as caught:
        store.add(broken())
    assert "\n" not in str(caught.value) and len(store) == 0 and not set(store._store)


def test_a_finding_of_several_rounds_is_counted_once(store: Store) -> None:
    """`p1 and r3` is found in both rounds, `r1 and r2` in the first; neither in the end."""
    name = store.add(example())
    for query in (
        "SELECT (COUNT(*) AS ?n) { ?finding nesy:rule ?rule }",
        "SELECT (COUNT(?f) AS ?n) { ?f a nesy:Finding }",
        "SELECT (COUNT(?f) AS ?n) { ?f a nesy:Finding ; nesy:severity nesy:severity_violation }",
        "SELECT (COUNT(?f) AS ?n) { GRAPH ?g { ?f a nesy:Finding } }",
    ):
        assert only(store.query(query)) == "2", query
    of_each = "SELECT ?g (COUNT(?f) AS ?n) { ?g nesy:consistent ?c OPTIONAL { ?g nesy:finding ?f } } GROUP BY ?g"
    found = store.query(of_each)
    assert isinstance(found, Rows)
    base = name.removesuffix("analysis")
    assert {str(g).removeprefix(base): str(n) for g, n in found} == {"round/0": "2", "round/1": "1", "final": "0"}


def test_what_is_added_is_not_kept_in_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m lab.growth` has the MiB."""
    monkeypatch.setattr(nesy.graph.store, "_HELD", 300)
    for number in range(4):
        store.add(run(number))
        assert store._unflushed <= 300 + len(nesy.graph.store._quads(run(0)))
    assert len(list(store.path.glob("*.sst"))) > 0


def test_the_final_scene_of_each_can_be_read_back(store: Store) -> None:
    for number in range(3):
        name = store.add(small(number))
        final = store.dataset(name).graph(name.replace("analysis", "final"))
        assert from_rdf(final) == small(number).scene
