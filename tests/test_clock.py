"""No test reads the clock or sets a limit of time: on a slow or busy machine it would fail without a fault."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CLOCKS = ("time", "timeit")
EXCUSED = {
    "checking/test_batch.py": "it sleeps between two looks at a file, for as long as it takes",
    "distributed/test_distributed_analysis.py": "a worker sleeps between two looks at a file, for as long as it takes",
    "graph/test_store_killed.py": "a moment of the clock is when to kill; whatever has been done by then is right",
}


def clocks(code: str) -> Iterator[str]:
    """Yield what of the code depends on the time it takes."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names):
                yield from (f"import {one.name}" for one in names if one.name in CLOCKS)
            case ast.ImportFrom(module=str(module)) if module in CLOCKS:
                yield f"from {module} import ..."
            case ast.keyword(arg="timeout", value=ast.Constant(value=int() | float() as limit)):
                yield f"timeout={limit}"
            case ast.Call(func=ast.Attribute(attr="now" | "today" | "utcnow")):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="wait" | "timeout" | "join"), args=[ast.Constant(value=int())]):
                yield ast.unparse(node)


def test_no_test_depends_on_the_clock() -> None:
    found = {str(path.relative_to(HERE)): sorted(clocks(path.read_text("utf-8"))) for path in HERE.rglob("*.py")}
    assert {name: told for name, told in found.items() if told and name not in EXCUSED} == {}
    assert all(found[name] for name in EXCUSED), "an excuse is not needed any more"


@pytest.mark.parametrize(
    "code",
    [
        "import time",
        "from time import perf_counter",
        "datetime.now(UTC)",
        "subprocess.run(['x'], timeout=100)",
        "process.wait(100)",
        "@pytest.mark.timeout(600)\ndef test(): ...",
        "thread.join(5)",
    ],
)
def test_what_depends_on_the_clock_is_found(code: str) -> None:
    assert list(clocks(code))


def test_what_waits_for_ever_is_not_told() -> None:
    assert list(clocks("import times\nprocess.wait()\nrun(timeout=None)\n', '.join(names)")) == []
