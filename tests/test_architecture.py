"""The shape of the code: rooms, floors, circles, file sizes, names, and nothing at work when a module is imported."""

import ast
import re
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path

import networkx
import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted([*(ROOT / "nesy").rglob("*.py"), *(ROOT / "lab").rglob("*.py")])
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|base|core|manager|handler)($|_)|^process_")
# Names that stood for something else or for nothing: a module is called by a noun of the field.
NO_NOUNS = re.compile(r"^(re)?told$|^(worth|wire|leaves|tangles|rivals|exercise|prepared|spoiling|spreading|looking)$")
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {dotted(path): path for path in MODULES}


def imported(path: Path) -> set[str]:
    """Return the files that a file imports anywhere: at its top, for types alone, and inside functions."""
    found: set[str] = set()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in FILES else node.module for name in names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return (found & FILES.keys()) - {dotted(path)}


IMPORTS = networkx.DiGraph([(name, other) for name, path in FILES.items() for other in imported(path)])


def test_no_files_import_each_other_in_a_circle() -> None:
    assert IMPORTS.number_of_edges() > 1000
    assert not [sorted(circle) for circle in networkx.strongly_connected_components(IMPORTS) if len(circle) > 1]


def test_imports_point_down_and_every_room_has_its_floor() -> None:
    """The floors as `make check` holds them, drawn once more from the sources."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    floor = {room: level for level, layer in enumerate(layers) for room in re.findall(r"\w+", layer)}
    rooms = {name.split(".")[1] for name in FILES if name.startswith("nesy.")}
    assert rooms == floor.keys()
    assert len(rooms - {"__main__"}) <= 36
    for name, other in IMPORTS.edges:
        if name.startswith("nesy."):
            assert other.startswith("nesy"), f"{name} imports {other}, which is not in the wheel"
            here, there = name.split(".")[1], [*other.split("."), ""][1]
            assert not there or here == there or floor[here] < floor[there], f"{name} imports {other}"


def test_two_files_alone_ask_the_face_of_the_package() -> None:
    """What stands on the ground floor may so be written as RDF; for all others a way up would be a circle."""
    asking = {name for name, path in FILES.items() if name.startswith("nesy.") and "nesy" in imported(path)}
    assert asking - {"nesy.__main__"} == {"nesy.scene.scene", "nesy.observations"}


def test_no_two_modules_of_one_name() -> None:
    """But for the commands, which are called as they are typed."""
    names = Counter(path.stem for path in MODULES if path.parent.name != "cli" and not path.stem.startswith("__"))
    assert [name for name, times in names.items() if times > 1] == []


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_modules_are_all_there() -> None:
    assert len(MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_short_and_says_in_its_first_line_what_it_does(path: Path) -> None:
    docstring = ast.get_docstring(TREES[path])
    assert docstring and docstring.splitlines()[0].endswith((".", ":"))
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400
    assert not FORBIDDEN_NAMES.search(path.stem)
    assert not NO_NOUNS.search(path.stem)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_only_defines(path: Path) -> None:
    """At the top of a file stand imports, definitions and constants: no loop, no `with`, no bare call."""
    allowed = (
        ast.Import,
        ast.ImportFrom,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
    )
    for node in TREES[path].body:
        if isinstance(node, allowed):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring, of the module or of the constant above
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
            continue
        # The command line is put together where its application object is made.
        assert path.parent.name == "cli" and ast.unparse(node).startswith("app."), f"{named(path)}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_error_is_swallowed(path: Path) -> None:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            broad = not caught or re.search(r"\b(Base)?Exception\b", caught)
            # An engine that raises anything at all may be caught so, if an error of nesy comes of it; the fuzz looks
            # for errors of any kind, and counts them.
            told = isinstance(node.body[-1], ast.Raise) or named(path) == "lab/fuzz/work.py"
            assert not broad or told, f"{named(path)}:{node.lineno}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            assert not any(ast.unparse(a) in ("Exception", "BaseException") for a in node.args), named(path)


def test_the_sources_name_no_address_to_install_from() -> None:
    files = [ROOT / name for name in ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run", "README.md")]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"index-url|find-links|download\.pytorch|pypi\.org|files\.pythonhosted", text), path


def test_every_requirement_is_constrained_but_torch() -> None:

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.split(r"[^\w-]", requirement)[0]
        for requirement in (*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values()))
    } - {project["name"]}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0] for line in lines if line and not line.startswith("#")}
    assert pinned == wanted - {"torch"}
