"""The public names: sorted, all there, documented, and loaded only when used."""

import json
import subprocess
import sys

import pytest

import nesy

HEAVY = ("torch", "transformers", "xgrammar", "spacy", "pyshacl", "owlready2", "pandas", "networkx", "rdflib", "PIL")


def in_new_interpreter(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_names_are_sorted_and_unique():
    assert nesy.__all__ == sorted(set(nesy.__all__))


@pytest.mark.parametrize("name", nesy.__all__)
def test_every_name_resolves_and_is_documented(name):
    value = getattr(nesy, name)
    assert name in dir(nesy)
    if name not in ("Box", "__version__"):
        assert value.__module__.startswith("nesy.")
        assert (value.__doc__ or "").strip(), f"{name} has no docstring"


def test_an_unknown_name_is_an_attribute_error_that_helps():
    with pytest.raises(AttributeError, match=r"'Scenes'.*nesy.__all__"):
        _ = nesy.Scenes


def test_import_is_light():
    code = (
        "import json, sys, time; start = time.perf_counter(); import nesy; took = time.perf_counter() - start;"
        f"print(json.dumps([took, [m for m in {HEAVY!r} if m in sys.modules]]))"
    )
    runs = [json.loads(in_new_interpreter(code)) for _ in range(3)]
    assert [loaded for _, loaded in runs] == [[], [], []]
    assert min(took for took, _ in runs) <= 0.3


def test_the_loop_itself_needs_no_model_library():
    code = (
        "import json, sys, nesy; nesy.Pipeline; nesy.Analysis; nesy.check;"
        "print(json.dumps([m for m in ('torch', 'transformers', 'xgrammar', 'spacy', 'pandas') if m in sys.modules]))"
    )
    assert json.loads(in_new_interpreter(code)) == []
