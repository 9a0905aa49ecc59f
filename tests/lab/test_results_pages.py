"""The pages of results hold what the result files say, and the README a short table of them."""

import re
from pathlib import Path

import pytest

from lab import results_pages
from lab.pages import insert
from nesy import InputError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_a_text_goes_between_its_marks() -> None:
    page = "a\n<!-- table: written by `make x` -->\nold\n<!-- end of table -->\nz"
    new = insert(page, "table", "| new |", "page.md")
    assert new == "a\n<!-- table: written by `make x` -->\n| new |\n<!-- end of table -->\nz"
    assert insert(new, "table", "| new |", "page.md") == new
    with pytest.raises(InputError, match=r"page\.md: no marks .*other"):
        insert(page, "other", "", "page.md")


def test_every_page_holds_what_the_result_files_say() -> None:
    texts = results_pages.texts()
    pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "results").glob("*.md")}
    assert set(texts) == pages | {"README.md", "docs/embedded.md", "docs/pictures-together.md"}
    for page in texts:
        text = Path(page).read_text(encoding="utf-8")
        assert results_pages.refreshed(page, text) == text, f"{page}: python -m lab.results_pages --table-only"


def test_every_page_says_what_measured_it() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for name, (target, files) in results_pages.SUBJECTS.items():
        assert re.search(rf"^{target.removeprefix('make ')}:", makefile, re.MULTILINE), target
        top = Path(f"docs/results/{name}.md").read_text(encoding="utf-8").splitlines()[:5]
        assert f"Measured by `{target}`" in top[3]
        for file in files:
            there = Path(f"results/{file}.json").exists()
            assert (f"`results/{file}.json`" if there else "nothing was measured yet") in top[3]


def test_the_table_of_the_readme_is_short_and_its_figures_are_those_of_the_pages() -> None:
    lines = results_pages.summary("docs/results/").splitlines()[2:]
    assert 1 <= len(lines) <= 12
    for line in lines:
        what, where, result, more = (cell.strip() for cell in line.strip("|").split("|"))
        assert what and where and result
        page = re.search(r"\((.+)\)", more)
        assert page
        text = Path(page[1]).read_text(encoding="utf-8")
        if " in all" in text or "worst violation rule" in text:  # sums over sets are told on the page by set
            continue
        figures = re.findall(r"0\.\d{3}|\d+\.\d%", result)
        assert all(figure in text for figure in figures), line
