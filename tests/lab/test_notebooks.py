"""`lab.notebooks`: a notebook runs in its folder, its outputs are kept, no times are, and an error writes nothing."""

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from lab.notebooks import run


def test_a_notebook_is_the_same_each_time_and_untouched_by_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    (tmp_path / "beside.txt").write_text("here")
    cells = [
        new_code_cell("open('beside.txt').read()", id="one"),
        new_code_cell("1 / int(open('by.txt').read())", id="two"),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    (tmp_path / "by.txt").write_text("1")
    run(path)
    shown = path.read_bytes()
    assert b"'here'" in shown and b"shell.execute_reply" not in shown
    run(path)
    assert path.read_bytes() == shown
    (tmp_path / "by.txt").write_text("0")
    with pytest.raises(CellExecutionError):
        run(path)
    assert path.read_bytes() == shown


def test_what_a_cell_prints_in_pieces_is_one_output(tmp_path: Path) -> None:
    """A loaded kernel sends what is printed in as many pieces as it gets round to."""
    path = tmp_path / "a.ipynb"
    cell = new_code_cell("print('here ', end='', flush=True); print('there')", id="one")
    nbformat.write(new_notebook(cells=[cell]), path)
    run(path)
    [output] = nbformat.read(path, as_version=4).cells[0].outputs
    assert output.text == "here there\n"
