"""The shape of the code: floors, file sizes, names, docstrings, and nothing at work when a module is imported."""

import ast
import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "nesy").rglob("*.py"))
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|base|core|manager|handler)($|_)|^process_")
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


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


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_only_defines(path: Path) -> None:
    """At the top of a file stand imports, definitions and constants: no loop, no `with`, no bare call."""
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
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
            # An engine that raises anything at all may be caught so, if an error of nesy comes of it.
            assert not broad or isinstance(node.body[-1], ast.Raise), f"{named(path)}:{node.lineno}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            assert not any(ast.unparse(a) in ("Exception", "BaseException") for a in node.args), named(path)


def test_the_sources_name_no_address_to_install_from() -> None:
    files = [ROOT / name for name in ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run", "README.md")]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"index-url|find-links|download\.pytorch|pypi\.org|files\.pythonhosted", text), path


def test_every_requirement_is_constrained_but_torch() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        re.split(r"[^\w-]", requirement)[0]
        for requirement in (*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values()))
    } - {project["name"]}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0] for line in lines if line and not line.startswith("#")}
    assert pinned == wanted - {"torch"}
