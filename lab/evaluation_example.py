"""The embedded witness on the three photographs of `examples/` -> the report that docs/evaluation.md shows.

`python -m lab.evaluation_example` writes it.
"""

from pathlib import Path

from lab.pages import insert
from nesy.experiments import evaluate
from nesy.pipeline import Pipeline

PAGE = Path("docs/evaluation.md")


def example() -> str:
    """Return the report as a block of text, without the seconds that it took."""
    report = evaluate("examples/photographs", Pipeline("witness"), by="category")
    return f"```text\n{report.model_copy(update={'seconds': None}).to_text()}\n```"


def main() -> None:
    """Write the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(insert(page, "example", example(), str(PAGE)), encoding="utf-8")


if __name__ == "__main__":
    main()
