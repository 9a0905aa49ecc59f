"""`make demo`: what it prints is for a reader, and the picture that it names shows what it promises."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nesy.image import Image
from nesy.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent
MAKE = shutil.which("make")


@pytest.fixture(scope="module")
def recipe() -> list[str]:
    """Return the commands of `make demo` in a checkout where nothing is installed, as make would run them."""
    if MAKE is None:
        pytest.skip("needs make")
    told = subprocess.run(
        [MAKE, "--dry-run", "VENV=no-such-folder", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()


def test_it_ends_by_naming_the_picture_to_open(recipe: list[str]) -> None:
    named = re.search(r"open (out/demo/(\w+\.png))", recipe[-1])
    assert named and recipe[-1].startswith("echo ")
    told_in_full = recipe[-4]
    assert re.search(rf" analyze examples/images/{named[2]} .*--out out/demo$", told_in_full)


def test_every_example_is_analyzed(recipe: list[str]) -> None:
    analyzed = re.findall(r"examples/images/\w+\.png", "\n".join(line for line in recipe if " analyze " in line))
    assert sorted(analyzed) == sorted(f"examples/images/{path.name}" for path in (ROOT / "examples/images").iterdir())


def test_commands_are_not_echoed_and_pip_shows_errors_alone(recipe: list[str]) -> None:
    (install,) = (line for line in recipe if " -m pip " in line)
    assert install.split().count("--quiet") == 2  # once hides what is done, twice hides warnings; errors are left
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").split("\n\n")
    for target in ("demo:", "$(VENV)/.installed:", "$(BIN)/python:"):
        (rule,) = (text for text in rules if re.search(rf"^{re.escape(target)}", text, re.MULTILINE))
        commands = [line for line in rule.splitlines() if line.startswith("\t")]
        assert commands and all(line.startswith("\t@") for line in commands), f"{target} echoes a command"


def test_the_picture_shows_a_rule_that_objects_and_a_claim_that_is_withdrawn(recipe: list[str]) -> None:
    named = re.search(r"out/demo/(\w+\.png)", recipe[-1])
    assert named
    analysis = Pipeline("embedded").analyze(Image.open(ROOT / "examples" / "images" / named[1]))
    objected = {claim for finding in analysis.rounds[0].verdict.violations for claim in finding.claims}
    assert objected & {gone.claim for gone in analysis.withdrawn}
    assert analysis.consistent and not analysis.edits
