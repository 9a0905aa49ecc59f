"""Rows of text -> a small table of HTML for a notebook: every text escaped, no script, no style, nothing to fetch."""

import html
import re
from collections.abc import Sequence

from nesy.errors import UNSEEN

MOST_ROWS = 40
"""A notebook is shown no more of a table; the rest is counted."""
_HIDDEN = re.compile(f"[{UNSEEN}]")
_NO_BREAKS = re.compile(r"\s*[\n\r\t]\s*")


def shown(text: object) -> str:
    r"""Return a text as HTML shows it: nothing in it is markup, and what is not seen stands as its escape.

    >>> shown("<b>" + chr(0x202E))
    '&lt;b&gt;\\u202e'
    """
    return html.escape(on_one_line(str(text)))


def on_one_line(text: str) -> str:
    r"""Return a text on one line, with the escape of each character that is not seen.

    >>> on_one_line("a\n b" + chr(0))
    'a b\\u0000'
    """
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", _NO_BREAKS.sub(" ", text))


def share(value: float | None) -> str:
    """Return a number in [0, 1] in percent; nothing for None.

    >>> share(0.925), share(None)
    ('92%', '')
    """
    return "" if value is None else f"{value:.0%}"


def html_table(caption: object, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table with a caption; of a table without rows the caption alone.

    >>> html_table("1 claim", ["id"], [["cup_1"]])[:49]
    '<table><caption>1 claim</caption><thead><tr><th s'
    """
    if not rows:
        return f"<p>{shown(caption)}</p>"
    head = "".join(f'<th scope="col">{shown(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{shown(cell)}</td>' for cell in row)}</tr>" for row in rows[:MOST_ROWS])
    more = f'<tr><td colspan="{len(columns)}">and {len(rows) - MOST_ROWS} more</td></tr>'
    return (
        f"<table><caption>{shown(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}{more if len(rows) > MOST_ROWS else ''}</tbody></table>"
    )
