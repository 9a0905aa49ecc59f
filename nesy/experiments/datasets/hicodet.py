"""The HICO-DET test annotations -> gold scenes: a person, one of 117 verbs, one of 80 objects.

Source: Chao et al., "Learning to Detect Human-Object Interactions", WACV 2018.
"""

from collections.abc import Iterator
from pathlib import Path

from nesy.interchange.instances import THRESHOLD, Gold, gold
from nesy.interchange.json_rows import each, reading, rows, size_px, word
from nesy.interchange.pair_rows import hico_pair


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:
    """Yield one graph an image; the boxes of the source count pixels from 1."""
    for place, row in rows(folder / "hicodet" / "hicodet.jsonl"):
        with reading(place):
            yield gold(word(row, "file"), each(place, row, "pairs", hico_pair), size_px(row, "size"), threshold)
