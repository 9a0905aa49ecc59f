"""Descriptions in words, spoilt: `nesy parse`."""

import json
import re
from dataclasses import dataclass
from random import Random

from lab.fuzz.case import LostError, Make, Tally
from lab.fuzz.mutations import encoded, spoilt
from lab.fuzz.seeds import ROOT
from nesy.encoding import decoded
from nesy.language.parsing import parse
from nesy.scene import Scene

OTHERS = (
    "Objects:\n- a red cup\n- two dogs\n- table",
    "# A kitchen\n\n| thing | colour |\n|---|---|\n| cup | red |\n\nThe cup is on the table, and **he** holds it.",
    'USER: Describe it. ASSISTANT: The image features a woman with "STOP" on her shirt; her left hand holds 3 kites.',
    "There are 2 cats: one black, one white. Behind them you can see a fence (it's old), but no dog at all!",
    "<p>A man isn't riding the horse that a child, who's about to fall, looks at.</p>",
)
WIDE = 4_000
"""Characters that are read of a text; what is longer is the matter of `make bench`."""


def open_texts() -> Make:
    """Return what makes texts."""
    lines = (ROOT / "tests/language/golden.jsonl").read_text("utf-8").splitlines()
    parse(OTHERS[0])  # what is loaded once counts for no input
    seeds = [*(json.loads(line)["text"] for line in lines), *OTHERS * 5]

    def make(chance: Random) -> "_Text":
        text = " ".join(chance.choice(seeds) for _ in range(chance.choice((1, 1, 1, 3))))
        return _Text(encoded(spoilt(text, chance, seeds)[:WIDE], chance))

    return make


@dataclass(frozen=True)
class _Text:
    data: bytes

    def run(self) -> Tally:
        """Read it; what is read is a scene, and every claim stands somewhere in the text."""
        text = decoded(self.data, "input.txt")
        scene = parse(text)
        Scene.from_json(scene.to_json())
        for claim in scene.claims():
            if any(end > len(text) or not re.search(r"\S", text[start:end]) for start, end in claim.spans):
                raise LostError(f"{claim.id} is said to stand where nothing stands: {claim.spans}")
        return Tally()
