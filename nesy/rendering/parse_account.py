"""A scene and the text that it was read from -> plain lines: each claim, how sure, and the words that say it."""

from rich.text import Text

from nesy.rendering.plain import on_one_line
from nesy.scene import Claim, Count, Entity, Scene, in_words


def scene_account(scene: Scene, text: str) -> Text:
    """Return one line for every claim.

    Args:
        text: what the spans of the claims point into.
    """
    rows = [(claim.id, _said(claim), _sure(claim), _words(claim, text)) for claim in scene.claims()]
    if not rows:
        return Text("nothing is claimed")
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)) for row in rows)
    return Text("\n".join(line.rstrip() for line in lines))


def _said(claim: Claim) -> str:
    if isinstance(claim, Entity):
        return on_one_line(", ".join((claim.category, *claim.attributes)))
    if isinstance(claim, Count):
        return on_one_line(f"{claim.value} of {claim.category}")
    return on_one_line(in_words(claim))


def _sure(claim: Claim) -> str:
    return "" if claim.confidence is None else f"{claim.confidence:.0%}"


def _words(claim: Claim, text: str) -> str:
    return " ... ".join(f'"{on_one_line(text[start:end])}"' for start, end in claim.spans)
