"""Records -> one page of HTML that holds all it shows: no network, no handler in the markup, every text escaped.

What may run and what may look is told by the sums of the two files that do (Content Security Policy, level 3), so that
nothing that a record says can, whatever it says. The records stand in it as JSON, which is not run.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from nesy.rendering.plain import printable
from nesy.rendering.report.record_view import card


@dataclass(frozen=True)
class Record:
    """One picture of a report."""

    view: dict[str, Any]
    """What is shown of it, as `record_view` gives it."""
    picture: str | None = None
    """The pixels as a data URL; None where they are not at hand."""
    missing: str = ""
    """Why they are not, in one sentence."""


def asset(name: str) -> str:
    """Return a file of the page by its name.

    `view.css` is its style; of the scripts each builds upon those before it: `drawing.js` (the pieces that are drawn),
    `view.js` (one record), `report.js` (a list of them).

    >>> "nesyView" in asset("view.js")
    True
    """
    return (resources.files("nesy.rendering.report") / name).read_text(encoding="utf-8")


def page(records: Iterable[Record], title: str, notes: Sequence[str] = ()) -> Iterator[str]:
    """Yield a page piece by piece; no more than one record is held.

    >>> "".join(page([], "An empty report", ["Nothing was analyzed."])).count("Nothing was analyzed.")
    1

    Args:
        records: what it shows, in order.
        title: its heading.
        notes: what is told above all: what is left out, and why; looked at when all records are taken.
    """
    style, scripts = asset("view.css"), [asset(name) for name in ("drawing.js", "view.js", "report.js")]
    yield _head(printable(title), style, scripts) + _BODY
    cards = []
    for place, record in enumerate(records):
        told = card(record.view) | {"picture": record.picture is not None, "missing": printable(record.missing)}
        cards.append(told)
        yield _json(f"record-{place}", record.view)
        if record.picture is not None:
            yield _json(f"picture-{place}", record.picture)
    yield _json("index", {"cards": cards, "notes": [printable(note) for note in notes]})
    yield "".join(f"<script>{script}</script>\n" for script in scripts) + "</body>\n</html>\n"


def policy(style: str, scripts: Sequence[str]) -> str:
    """Return the Content Security Policy under which these texts, and nothing else, style a page and run in it."""
    run = " ".join(map(_sum, scripts))
    return (
        f"default-src 'none'; img-src data:; style-src {_sum(style)}; script-src {run}; "
        "base-uri 'none'; form-action 'none'"
    )


def _sum(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _json(name: str, value: object) -> str:
    """Return a value as a script that is not run; no text in it can end it or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>\n'


def _head(title: str, style: str, scripts: Sequence[str]) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(policy(style, scripts))}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="nesy">
<link rel="icon" href="data:,">
<title>{html.escape(title)}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#detail">Skip to the chosen picture</a>
<div class="page">
<header>
<h1 class="words">{html.escape(title)}</h1>
<p class="quiet small">What was claimed of each picture, who objected, what was withdrawn and why.</p>
<noscript><p class="note">Scripts are switched off. This page draws what it holds by its own script; it fetches nothing.
</p></noscript>
"""


_BODY = """<div id="notes"></div>
</header>
<main class="many">
<nav class="list" id="list" aria-label="Pictures"></nav>
<div id="detail"></div>
</main>
<div class="paper" id="paper"></div>
</div>
"""
