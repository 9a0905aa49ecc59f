"""The public names: sorted, all there, loaded only when used; each tells types, units, errors, with an example."""

import copy
import json
import pickle
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import nesy
from tests.commands import python
from tests.public_surface import gaps, gaps_of, listed

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "transformers", "xgrammar", "spacy", "pyshacl", "owlready2", "pandas", "networkx", "rdflib", "PIL")
CALLED = ("repair", "witness")
"""Steps whose room is called as they are."""
PACKAGES = ("nesy", "nesy.experiments")
NAMES = [(package, name) for package in PACKAGES for name in listed(package)]
EXCUSED = {
    "Rules.grave: no `Raises:`, though Rules.only has one": "it asks for rules of its own, which are there",
    "Rules.reference: no `Raises:`, though Rules.shape has one": "likewise",
    "Rules.reference_inferences: no `Raises:`, though Rules.shape has one": "likewise",
}
"""What the test finds and need not be said, and why."""


def in_new_interpreter(code: str) -> str:
    done = python("-c", code)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("package", PACKAGES)
def test_the_names_are_sorted_and_are_those_of_the_stub(package):
    names = import_module(package).__all__
    assert list(names) == sorted(set(names))
    assert set(names) - {"__version__"} == set(listed(package))


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_every_name_resolves(package, name):
    found = import_module(package)
    value = getattr(found, name)
    assert name in dir(found)
    assert value is getattr(import_module(listed(package)[name]), name) or name in CALLED


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_every_name_tells_types_units_and_errors_and_shows_an_example(package, name):
    assert [gap for gap in gaps(package, name) if gap not in EXCUSED] == []


def test_every_excuse_is_needed():
    assert set(EXCUSED) <= {gap for package, name in NAMES for gap in gaps(package, name)}


def test_examples_are_run():
    """An example stands in a docstring of nesy/, and pytest runs what stands there."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert "--doctest-modules" in options["addopts"] and "nesy" in options["testpaths"]
    assert all(module.startswith("nesy.") for package in PACKAGES for module in listed(package).values())


# --- that the test above can fail: public things that say too little ---


def _refuse(depth):
    raise nesy.InputError(f"{depth}")


def untold(depth: int, name=None):
    """Tell something.

    >>> 1 + 1
    2
    """
    return _refuse(depth) if name else None


class Untold:
    def __init__(self, width: float) -> None:
        self.width = width

    def open(self) -> nesy.Image:
        """Open a picture."""
        return nesy.Image.open(str(self.width))

    def shut(self) -> None: ...


def test_a_name_that_says_too_little_is_told():
    assert gaps_of("untold", untold) == [
        "untold: no example that uses it",
        "untold: depth is a number without unit or range",
        "untold: name has no type",
        "untold: no type of what it returns",
        "untold: raises InputError, and its docstring has no line for it under `Raises:`",
    ]
    assert gaps_of("Untold", Untold) == [
        "Untold: no docstring",
        "Untold: no example that uses it",
        "Untold.__init__: no docstring",
        "Untold.__init__: width is a number without unit or range",
        "Untold.open: no `Raises:`, though Image.open has one",
        "Untold.shut: no docstring",
    ]


# --- light ---


def test_an_unknown_name_is_an_attribute_error_that_helps():
    with pytest.raises(AttributeError, match=r"'Scenes'.*nesy.__all__"):
        _ = nesy.Scenes


def test_import_is_light():
    code = "import json, sys; before = {*sys.modules}; import nesy; print(json.dumps([*{*sys.modules} - before]))"
    loaded = {name.split(".")[0] for name in json.loads(in_new_interpreter(code))}
    assert loaded - sys.stdlib_module_names == {"nesy", "lazy_loader"}, "`import nesy` runs what only a use of it needs"


def test_import_of_the_experiments_is_light_too():
    code = f"import json, sys, nesy.experiments; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    assert json.loads(in_new_interpreter(code)) == []


def test_the_loop_itself_needs_no_model_library():
    code = (
        "import json, sys, nesy; nesy.Pipeline; nesy.Analysis; nesy.check;"
        "print(json.dumps([m for m in ('torch', 'transformers', 'xgrammar', 'spacy', 'pandas') if m in sys.modules]))"
    )
    assert json.loads(in_new_interpreter(code)) == []


@pytest.mark.parametrize("name", CALLED)
def test_the_room_that_can_be_called_is_copied_and_sent_as_a_function_is(name: str) -> None:
    room = getattr(nesy, name)
    assert pickle.loads(pickle.dumps(room)) is room
    assert copy.deepcopy(room) is room


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("first", ["nesy.{0}", "import nesy.{0}", "from nesy import {0}", "from nesy.{0} import {0}"])
def test_the_room_that_can_be_called_is_one_whichever_is_imported_first(name: str, first: str) -> None:
    code = "import json, nesy; {first}; print(json.dumps([callable(nesy.{name}), hasattr(nesy.{name}, '__path__')]))"
    assert json.loads(in_new_interpreter(code.format(first=first.format(name), name=name))) == [True, True]
