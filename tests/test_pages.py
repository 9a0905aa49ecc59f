"""The code in README.md and docs/ runs as it stands there, and every link leads somewhere."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from nesy.experiments.arms.reply_cache import Remembering
from nesy.models import registry
from nesy.settings import PerceptionSettings
from nesy.turns import Reply, Request
from tests.pages import PAGES, ROOT, Block, Runner, blocks

RUN = [page for page in PAGES if any(not block.not_run for block in blocks(page))]
LEAST_RUN = 45
"""So many blocks are run at least; pages that lose theirs are noticed."""
NOT_RUN = {
    "trains a model": 1,
    "installs packages": 4,
    "changes the shell": 2,
    "takes minutes": 3,
    "needs real weights": 4,
    "needs a server": 4,
    "needs the data sets": 3,
}
"""Reason -> how many blocks are not run for it."""


class Remembered:
    """The embedded model, asked once for what several pages ask of a picture."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._pictures: dict[str, Remembering] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def reply(self, request: Request) -> Reply:
        return self.replies([request])[0]

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        picture = requests[0].image.sha256
        return self._pictures.setdefault(picture, Remembering(self._model)).replies(requests)


@pytest.fixture(autouse=True, scope="module")
def one_model() -> Iterator[None]:
    """Load the embedded model once for all pages, and let it use one core: more are no gain for one so small."""
    import torch

    load, threads = registry.load_model, torch.get_num_threads()
    embedded = Remembered(load("embedded", PerceptionSettings()))
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "load_model", lambda name, some: embedded if name == "embedded" else load(name, some))
        yield
    torch.set_num_threads(threads)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", RUN, ids=named)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    for block in blocks(page):
        if not block.not_run:
            runner.run(block)


def test_what_is_not_run_is_counted() -> None:
    every: list[Block] = [block for page in PAGES for block in blocks(page)]
    left: dict[str, int] = {}
    for block in every:
        if block.not_run:
            left[block.not_run] = left.get(block.not_run, 0) + 1
    assert left == NOT_RUN
    assert len(every) - sum(left.values()) >= LEAST_RUN


def test_every_fence_is_seen() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = len(re.findall(r"^ *```[a-z]", text, re.MULTILINE))
        assert fences == len(blocks(page)), named(page)
        assert not re.search(r"^ *```\s*\n\S[^`]*?^ *```\s*$", _without_blocks(text), re.MULTILINE | re.DOTALL), (
            f"{named(page)}: a fence without a language"
        )


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert len(links) >= 10
    for link in links:
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = ROOT / path if path else ROOT / "README.md"
        assert target.exists(), link
        if anchor:
            assert anchor in _anchors(target), link


def _without_blocks(text: str) -> str:
    return re.sub(r"^ *```[a-z].*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    from markdown.extensions.toc import slugify

    heads = re.findall(r"^#+ (.+)$", _without_blocks(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {slugify(head.replace("`", ""), "-") for head in heads}
