"""The notebooks of examples/ run as they stand there.

One that cannot has `"not_run": "REASON"` in its metadata; `"keeps_output"` if it is committed with its output.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path) -> None:
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    if reason := notebook.metadata.get("not_run"):
        pytest.skip(reason)
    before = printed(notebook)
    place = {"metadata": {"path": str(ROOT / "examples")}}
    nbclient.NotebookClient(notebook, timeout=None, coalesce_streams=True, resources=place).execute()
    if "keeps_output" in notebook.metadata:
        assert printed(notebook) == before, f"run `make notebook`: {path.name} prints something else today"


def printed(notebook: Any) -> list[str]:
    """Return what the cells print, numbers apart: those are fitted and measured again now and then."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [re.sub(r"\d+", "0", output["text"]) for output in outputs if output["output_type"] == "stream"]


def test_notebooks_are_thin_and_kept_without_output() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "keeps_output" not in notebook["metadata"]:
                assert not cell.get("outputs"), f"{path.name} holds output; clear it before it is committed"
            assert not re.search(r"^\s*(def|class) ", "".join(cell["source"]), re.MULTILINE), "notebooks define nothing"
