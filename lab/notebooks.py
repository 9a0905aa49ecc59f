"""Notebooks -> the same notebooks, run again: `python -m lab.notebooks FILE...`; no times are kept in them."""

import argparse
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run(path: Path) -> None:
    """Run a notebook in its folder and write it; an error in a cell is raised, and nothing is written."""
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    # Two runs over the same results give the same file, so that a change of it is a change of what it shows; what a
    # cell prints arrives in as many pieces as the kernel gets round to.
    place = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, record_timing=False, coalesce_streams=True, resources=place).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, path)


def main() -> None:
    """Run the notebooks one after the other."""
    parser = argparse.ArgumentParser(prog="python -m lab.notebooks", description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path)
    for path in parser.parse_args().notebooks:
        run(path)


if __name__ == "__main__":
    main()
