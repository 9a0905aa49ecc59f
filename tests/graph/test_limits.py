"""Queries without an end: bounded depth and length before any engine, and a process of its own with limits."""

from pathlib import Path

import pytest

from nesy.errors import InputError
from nesy.graph.store import Store
from tests.analysis.test_analysis import example
from tests.commands import nesy

PRODUCT = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(" . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(9)))
GROWTH = 'SELECT (STRLEN(?x9) AS ?n) {{ BIND ("{}" AS ?x0) {} }}'.format(
    "a" * 40,
    " ".join(f'BIND (REPLACE(?x{i}, "a", ?x{i}) AS ?x{i + 1})' for i in range(9)),
)
DOUBLED = 'SELECT (STRLEN(?x40) AS ?n) {{ BIND ("aaaa" AS ?x0) {} }}'.format(
    " ".join(f"BIND (CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
)
JOINED = "SELECT (GROUP_CONCAT(STR(?a0)) AS ?n) {{ {} }}".format(" . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(5)))
MANY = 3_000
"""Thrice what is taken of patterns and the like, and more than Python or an engine nests."""
DEEP = {
    "brackets": f"ASK {{ FILTER ({'(' * MANY}1{')' * MANY}) }}",
    "unions": "SELECT * {{ {} }}".format(" UNION ".join(["{ ?a ?b ?c }"] * MANY)),
    "operators": "SELECT * {{ FILTER ({}) }}".format(" && ".join(["?a"] * MANY)),
    "sums": "SELECT * {{ FILTER ({}) }}".format("+".join(["?a"] * MANY)),
    "denials": f"SELECT * {{ FILTER ({'!' * MANY}?a) }}",
    "optionals": f"SELECT * {{ {'OPTIONAL { ?a ?b ?c }' * MANY} }}",
    "minus": f"SELECT * {{ {'MINUS { ?a ?b ?c }' * MANY} }}",
    "bindings": "SELECT * {{ {} }}".format("".join(f"BIND (1 AS ?x{i})" for i in range(MANY))),
    "names": "SELECT {} {{}}".format("".join(f"(1 AS ?x{i})" for i in range(MANY))),
    "steps": "SELECT * {{ ?a {} ?b }}".format("/".join(["<urn:p>"] * MANY)),
    "patterns": f"SELECT * {{ {'?a ?b ?c .' * MANY} }}",
    "groups": f"SELECT * {'{ ' * MANY}{'}' * MANY}",
    "nested queries": f"SELECT * {'{ SELECT * ' * MANY}{{}}{'}' * MANY}",
    "nameless": f"ASK {{ ?a <urn:p> {'[ <urn:p> ' * MANY}1{']' * MANY} }}",
    "filters": f"SELECT * {{ {'FILTER (?a)' * MANY} }}",
    "sums of groups": "SELECT {} {{}}".format("".join(f"(COUNT(?a) AS ?x{i})" for i in range(MANY))),
    "having": f"SELECT (1 AS ?x) {{}} GROUP BY ?a HAVING {'(?a) ' * MANY}",
    "a long text": f"ASK {{ FILTER ('{'a' * 2**20}' = '') }}",
    "calls": f"SELECT * {{ FILTER ({'STR(' * MANY}?a{')' * MANY}) }}",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("limits") / "store"
    with Store(path) as opened:
        opened.add(example())
    return path


@pytest.mark.parametrize("name", DEEP)
def test_what_engines_cannot_take_is_refused_before_them(store: Path, name: str) -> None:
    dataset = example().graph
    with Store(store) as opened:
        for ask in (opened.query, dataset.query):
            with pytest.raises(InputError, match=r"nested deeper|at most are taken|longer than|in a row") as caught:
                ask(DEEP[name])
            assert "\n" not in str(caught.value)


def test_many_values_are_no_depth(store: Path) -> None:
    with Store(store) as opened:
        assert opened.query(f"ASK {{ VALUES ?x {{ {'1 ' * MANY} }} FILTER (?x IN ({','.join('1' * MANY)})) }}") is True


@pytest.mark.parametrize("query", [PRODUCT, GROWTH, DOUBLED, JOINED], ids=["product", "replace", "concat", "group"])
def test_a_query_without_an_end_is_ended(store: Path, query: str) -> None:
    ended = nesy("query", str(store), query, "--timeout", "1", "--memory", "400")
    assert (ended.returncode, ended.stdout) == (2, b"") and ended.stderr.count(b"\n") == 1, ended.stderr
    assert b"not answered within" in ended.stderr


def test_the_api_limits_where_it_is_asked_to(store: Path) -> None:
    with Store(store) as opened:
        with pytest.raises(InputError, match=r"not answered within 0\.2 s"):
            opened.query(PRODUCT, timeout_s=0.2)
        assert opened.query("ASK { ?x a nesy:Scene }", timeout_s=60, memory_mib=1000) is True
        assert len(opened) == 1
    dataset = example().graph
    assert dataset.query("ASK { GRAPH ?g { ?x a ?y } }", timeout_s=60).askAnswer is True
    rows = dataset.query("SELECT ?g { GRAPH ?g { ?x a <https://w3id.org/nesy/ontology#Scene> } }", memory_mib=1000)
    assert len(rows) == 3 and {str(row.g) for row in rows}
    with pytest.raises(InputError, match=r"not answered within 0\.2 s"):
        dataset.query(PRODUCT, timeout_s=0.2)


def test_an_answer_is_the_same_within_limits(store: Path) -> None:
    query = "SELECT ?x ?kind { ?x a ?kind } ORDER BY ?x ?kind"
    free, held = (nesy("query", str(store), query, *limits) for limits in (("--timeout", "0", "--memory", "0"), ()))
    assert free.returncode == 0 and (held.returncode, held.stdout) == (0, free.stdout)
