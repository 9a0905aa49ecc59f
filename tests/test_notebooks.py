"""The notebooks of examples/ run as they stand there.

One that cannot has `"not_run": "REASON"` in its metadata; `"keeps_output"` if it is committed with its output.
"""

import json
import re
from pathlib import Path

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
    nbclient.NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(ROOT / "examples")}}).execute()


def test_notebooks_are_thin_and_kept_without_output() -> None:
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "keeps_output" not in notebook["metadata"]:
                assert not cell.get("outputs"), f"{path.name} holds output; clear it before it is committed"
            assert not re.search(r"^\s*(def|class) ", "".join(cell["source"]), re.MULTILINE), "notebooks define nothing"
