"""Examples of docstrings get a fence, and nothing else does."""

import doctest

from lab import doctest_fences
from lab.doctest_fences import fenced


def test_the_example_of_the_module_holds() -> None:
    assert doctest.testmod(doctest_fences) == (0, 1)


def test_examples_end_at_an_empty_line_and_keep_their_place() -> None:
    text = "One.\n\n  >>> f(\n  ...     1\n  ... )\n  [1, 2]\n\nTwo > one.\n\n>>> g()"
    assert fenced(text) == (
        "One.\n\n  ```pycon\n  >>> f(\n  ...     1\n  ... )\n  [1, 2]\n  ```\n\nTwo > one.\n\n```pycon\n>>> g()\n```"
    )


def test_without_an_example_nothing_changes() -> None:
    assert fenced("A sentence.\n\nArgs:\n    a: one.") == "A sentence.\n\nArgs:\n    a: one."
