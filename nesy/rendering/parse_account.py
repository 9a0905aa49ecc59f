"""A scene and the text that it was read from -> plain lines: each claim, how sure, and the words that say it."""

from rich.text import Text

from nesy.rendering.claim_cells import claim_confidence, claim_content
from nesy.rendering.plain import on_one_line
from nesy.scene import Claim, Scene


def scene_account(scene: Scene, text: str) -> Text:
    """Return one line for every claim.

    Args:
        text: what the spans of the claims point into.
    """
    rows = [(claim.id, claim_content(claim), claim_confidence(claim), _words(claim, text)) for claim in scene.claims()]
    if not rows:
        return Text("nothing is claimed")
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)) for row in rows)
    return Text("\n".join(line.rstrip() for line in lines))


def _words(claim: Claim, text: str) -> str:
    return " ... ".join(f'"{on_one_line(text[start:end])}"' for start, end in claim.spans)
