"""The site builds without a warning and fetches nothing; what its pages name is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nesy
from nesy import experiments
from tests.pages import PAGES, ROOT, Runner, blocks


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    # Without --quiet: it would hide the warnings from the count of --strict.
    assert told.returncode == 0, told.stderr
    assert "WARNING" not in told.stderr
    return folder


def test_the_site_builds_without_a_warning_and_holds_every_page(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert pages <= {path.relative_to(site) for path in site.rglob("*.html")}


def test_the_names_of_the_interface_are_what_they_say(site: Path) -> None:
    """A function may be called like its module; then it is the function that is meant."""
    for page in ("api.html", "experiments.html"):
        text = (site / page).read_text(encoding="utf-8")
        assert text.count("doc-object doc-") > 10
        assert "doc-object doc-module" not in text


def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        tags = re.findall(r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*>", text)
        assert tags
        for tag in tags:
            assert not re.search(r"(?:src|href|data)=[\"']?(?:https?:)?//", tag), f"{path.name}: {tag}"
    for path in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", path.read_text(encoding="utf-8")), path.name


def test_every_public_name_is_on_the_page_of_the_interface() -> None:
    for pages, names in ((("api.md",), nesy.__all__), (("experiments.md", "evaluation.md"), experiments.__all__)):
        text = "\n".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in pages)
        told = [name.rsplit(".", 1)[-1] for name in re.findall(r"^::: (nesy\.\S+)$", text, re.MULTILINE)]
        assert sorted(told) == sorted(set(names) - {"__version__"}), pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    made = {"tests/rules/NAME/"}
    for named in re.findall(r"`((?:nesy|lab|tests|ontologies|rules|results|examples|docs)/[\w./-]*)`", text):
        assert named in made or (ROOT / named).exists(), f"{page.name}: {named}"


def test_a_term_that_is_added_to_a_checkout_is_known(tmp_path: Path) -> None:
    """As docs/ontology.md says: the file goes into ontologies/, and every command knows its words."""
    page = ROOT / "docs" / "ontology.md"
    (tmp_path / "work").mkdir()
    runner = Runner(tmp_path / "work")
    for block in blocks(page):
        if block.title:
            runner.run(block)
    ignored = "*.safetensors"
    for folder in ("nesy", "ontologies", "rules"):
        copied = tmp_path / folder
        _copy(ROOT / folder, copied, ignored)
    (tmp_path / "ontologies" / "my_terms.ttl").write_bytes((tmp_path / "work" / "my_terms.ttl").read_bytes())
    told = subprocess.run(
        [sys.executable, "-m", "nesy", "check", "barrow.json"],
        cwd=tmp_path / "work",
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1, told.stderr
    assert "wheelbarrow_1 cannot tip person_1: wheelbarrow_1 is not a person or an animal." in told.stdout
    assert "unknown" not in told.stdout


def _copy(source: Path, target: Path, ignored: str) -> None:
    import shutil

    shutil.copytree(source, target, ignore=shutil.ignore_patterns(ignored, "__pycache__"))
