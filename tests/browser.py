"""Pages as a reader has them: the system's Chromium without a window, and what a page asked for beyond itself."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; skip the test where it, or what drives it, is not installed."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, file: Path, width: int = 1400, height: int = 900, **options: Any) -> Iterator[Any]:
    """Open a page that is a file; when it is closed, it must have asked for nothing else and raised no error."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    try:
        page.goto(file.as_uri())
        yield page
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert wrong == []
    finally:
        context.close()
