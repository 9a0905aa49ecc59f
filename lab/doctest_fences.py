"""Docstrings as they stand in the source -> the same with their examples fenced, for the pages of mkdocstrings.

Without a fence Markdown would take `>>>` for a quotation and the lists that examples print for links.
"""

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^(?P<indent> *)>>> .*\n?(?:(?P=indent)\S.*\n?|(?P=indent) +.*\n?)*", re.MULTILINE)


def fenced(text: str) -> str:
    r"""Return a docstring with a fence around each example, which ends at an empty line.

    >>> fenced("Add.\n\n>>> 1 + 1\n2\n\nMore.")
    'Add.\n\n```pycon\n>>> 1 + 1\n2\n```\n\nMore.'
    """

    def fence(found: re.Match[str]) -> str:
        indent, lines = found["indent"], found[0].rstrip("\n")
        end = "\n" if found[0].endswith("\n") else ""
        return f"{indent}```pycon\n{lines}\n{indent}```{end}"

    return _EXAMPLE.sub(fence, text)


class DoctestFences(griffe.Extension):
    """Fences the examples of every docstring that is loaded."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of one object."""
        if obj.docstring is not None:
            obj.docstring.value = fenced(obj.docstring.value)
