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


def named(recipe: list[str]) -> list[str]:
    """Return the names of the pictures that the last lines say to open, without their endings."""
    return [found[1] for line in recipe if (found := re.match(r'echo ".* open out/demo/(\w+)\.png', line))]


def test_it_ends_by_naming_the_pictures_to_open(recipe: list[str]) -> None:
    drawing, photograph = named(recipe)
    assert all(f"open out/demo/{name}.png" in line for name, line in zip(named(recipe), recipe[-2:], strict=True))
    told_in_full = [line for line in recipe if " analyze " in line and ">" not in line]
    assert [re.findall(r"examples/\S+\.(?:png|jpg)", line) for line in told_in_full] == [
        [f"examples/images/{drawing}.png"],
        [f"examples/photographs/{photograph}.jpg"],
    ]
    assert all(line.endswith("--out out/demo") for line in told_in_full)


@pytest.mark.parametrize(("folder", "ending"), [("images", "png"), ("photographs", "jpg")])
def test_every_example_is_analyzed(folder: str, ending: str, recipe: list[str]) -> None:
    written = "\n".join(line for line in recipe if " analyze " in line and "--out out/demo" in line)
    analyzed = re.findall(rf"examples/{folder}/\w+\.{ending}", written)
    assert sorted(analyzed) == sorted(
        f"examples/{folder}/{path.name}" for path in (ROOT / "examples" / folder).glob(f"*.{ending}")
    )


def test_no_line_needs_a_network_or_weights(recipe: list[str]) -> None:
    models = [re.search(r"--model (\S+)", line) for line in recipe if " analyze " in line]
    assert {found and found[1] for found in models} == {
        "embedded",
        "witness",
        "replay:examples/photographs/replies.jsonl",
    }


def test_commands_are_not_echoed_and_pip_shows_errors_alone(recipe: list[str]) -> None:
    (install,) = (line for line in recipe if " -m pip " in line)
    assert install.split().count("--quiet") == 2  # once hides what is done, twice hides warnings; errors are left
    rules = (ROOT / "Makefile").read_text(encoding="utf-8").split("\n\n")
    for target in ("demo:", "$(VENV)/.installed:", "$(BIN)/python:"):
        (rule,) = (text for text in rules if re.search(rf"^{re.escape(target)}", text, re.MULTILINE))
        commands = [line for line in rule.splitlines() if line.startswith("\t")]
        assert commands and all(line.startswith("\t@") for line in commands), f"{target} echoes a command"


def test_the_drawing_shows_a_rule_that_objects_and_a_claim_that_is_withdrawn(recipe: list[str]) -> None:
    analysis = Pipeline("embedded").analyze(Image.open(ROOT / "examples" / "images" / f"{named(recipe)[0]}.png"))
    objected = {claim for finding in analysis.rounds[0].verdict.violations for claim in finding.claims}
    assert objected & {gone.claim for gone in analysis.withdrawn}
    assert analysis.consistent and not analysis.edits
