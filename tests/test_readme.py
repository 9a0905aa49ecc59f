"""The code in the README and the notebooks of examples/ runs as it stands there.

A block of the README that cannot run here has a comment on the line before it: `<!-- not run: REASON -->`.
A notebook that cannot has `"not_run": "REASON"` in its metadata; `"keeps_output"` if it is committed with its output.
"""

import doctest
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>.+?) -->\n)?```python[^\n]*\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE
)
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


def blocks() -> list[Any]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [
        pytest.param(
            text[: found.start("code")].count("\n"),
            found["code"],
            id=f"line-{text[: found.start('code')].count(chr(10)) + 1}",
            marks=[pytest.mark.skip(reason=found["reason"])] if found["reason"] else [],
        )
        for found in BLOCK.finditer(text)
    ]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """The names that the blocks share: a later block may use what an earlier one made."""
    return {"__name__": "readme"}


def test_the_readme_shows_code() -> None:
    assert len(blocks()) >= 1


@pytest.mark.parametrize(("line", "code"), blocks())
def test_a_block_of_the_readme_runs(
    line: int, code: str, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    if ">>>" in code:
        example = doctest.DocTestParser().get_doctest(code, names, "README.md", "README.md", line)
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, clear_globs=False)
        assert result.failed == 0
        names.update(example.globs)
    else:
        exec(compile("\n" * line + code, "README.md", "exec"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path) -> None:
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    if reason := notebook.metadata.get("not_run"):
        pytest.skip(reason)
    nbclient.NotebookClient(notebook, timeout=100, resources={"metadata": {"path": str(ROOT / "examples")}}).execute()


def test_notebooks_are_thin_and_kept_without_output() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "keeps_output" not in notebook["metadata"]:
                assert not cell.get("outputs"), f"{path.name} holds output; clear it before it is committed"
            assert not re.search(r"^\s*(def|class) ", "".join(cell["source"]), re.MULTILINE), "notebooks define nothing"
