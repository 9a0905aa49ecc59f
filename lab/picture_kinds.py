"""Photographs and drawings -> the weights of `nesy.models.picture_kind`, and how often it is right.

`python -m lab.picture_kinds --photographs FOLDER` fits on one third of the pictures, sets the limit on the second and
counts on the last; it writes `results/pictures.json`. Every photograph and every drawing is taken as it is and in
variants, such as pictures come in: cut, scaled, saved as JPEG, blurred, grey. The photographs are no part of this
repository; three more come with scikit-learn and matplotlib.
"""

import argparse
import hashlib
import importlib.util
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageFilter
from rich.console import Console

from nesy.experiments.commit import commit
from nesy.experiments.statistics.logistic_regression import regression
from nesy.image import Image
from nesy.models.picture_kind import shares
from nesy.synthetic import draw
from nesy.synthetic.drawing import SPLITS

RESULTS = Path("results/pictures.json")
SEEDS = (501, 502, 503)
"""Of the drawings that are fitted on, that the limit is set by, and that are counted."""
DRAWINGS = 60
"""Of each split and seed."""
CUTS = 8
"""Variants of a photograph; a drawing has as many as there are below."""
_SAMPLES = (("sklearn", "datasets/images", "*.jpg"), ("matplotlib", "mpl-data/sample_data", "grace_hopper.jpg"))
_BICUBIC = PIL.Image.Resampling.BICUBIC


@dataclass(frozen=True)
class Sample:
    """A picture as it is looked at: its two shares, and what it is."""

    photograph: bool
    part: int
    """0: fitted on; 1: the limit is set by it; 2: counted."""
    group: str
    """`photographs`, or the split of a drawing."""
    variant: str
    shares: tuple[float, float]


def samples(folder: Path, drawings: int = DRAWINGS) -> Iterator[Sample]:
    """Yield every photograph of a folder and of the installed packages, and fresh drawings, each with its variants."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    for package, place, pattern in _SAMPLES:
        found = importlib.util.find_spec(package)
        if found is not None and found.origin is not None:
            files += sorted((Path(found.origin).parent / place).glob(pattern))
    for path in files:
        part = int(hashlib.sha256(path.name.encode()).hexdigest(), 16) % 3
        for variant, picture in photograph_variants(Image.open(path).pixels, Random(path.name)):
            yield Sample(True, part, "photographs", variant, shares(picture))
    for split in SPLITS:
        for part, seed in enumerate(SEEDS):
            for index in range(drawings):
                drawn = draw(seed, index, split).image
                for variant, picture in drawing_variants(drawn, Random(f"{split} {seed} {index}")):
                    yield Sample(False, part, split, variant, shares(picture))


def photograph_variants(picture: PIL.Image.Image, rng: Random) -> Iterator[tuple[str, PIL.Image.Image]]:
    """Yield a photograph as it is, and cut out of it, in other sizes: plain, as JPEG, blurred, or grey."""
    yield "plain", picture
    for _ in range(CUTS):
        cut = _cut(picture, rng, 0.3)
        factor = rng.choice((96, 128, 192, 256, 400, 640)) / min(cut.size)
        cut = cut.resize((max(8, round(cut.width * factor)), max(8, round(cut.height * factor))), _BICUBIC)
        match rng.choice(("cut", "jpeg", "blurred", "grey")):
            case "jpeg":
                yield "jpeg", _jpeg(cut, rng.randint(10, 95))
            case "blurred":
                yield "blurred", cut.filter(PIL.ImageFilter.GaussianBlur(rng.uniform(0.5, 2)))
            case "grey":
                yield "grey", cut.convert("L").convert("RGB")
            case _:
                yield "cut", cut


def drawing_variants(picture: PIL.Image.Image, rng: Random) -> Iterator[tuple[str, PIL.Image.Image]]:
    """Yield a drawing as it is, as JPEG, in another size, scaled and saved as JPEG, blurred, and cut at the edges."""
    yield "plain", picture
    yield "jpeg", _jpeg(picture, rng.randint(50, 95))
    how = rng.choice((_BICUBIC, PIL.Image.Resampling.LANCZOS, PIL.Image.Resampling.BOX, PIL.Image.Resampling.NEAREST))
    factor = rng.choice((0.5, 0.75, 1.5, 2, 3, 4))
    scaled = picture.resize((round(picture.width * factor), round(picture.height * factor)), how)
    yield "scaled", scaled
    yield "scaled, jpeg", _jpeg(scaled, rng.randint(60, 95))
    yield "blurred", picture.filter(PIL.ImageFilter.GaussianBlur(rng.uniform(0.3, 1)))
    yield "cut", _cut(picture, rng, 0.75)


def _cut(picture: PIL.Image.Image, rng: Random, least: float) -> PIL.Image.Image:
    share = rng.uniform(least, 1)
    width, height = int(picture.width * share), int(picture.height * share)
    left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
    return picture.crop((left, top, left + width, top + height))


def _jpeg(picture: PIL.Image.Image, quality: int) -> PIL.Image.Image:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return PIL.Image.open(written).convert("RGB")


def fitted(found: Sequence[Sample]) -> tuple[float, float, float]:
    """Return the constant and the two weights, to two digits; above 0 a picture counts as drawn.

    The weights are fitted on the first part. The constant is set on the second: halfway between the drawing that is
    least like one, of a thousand, and the photograph that is most like one, of thirty.
    """
    first, second = ([sample for sample in found if sample.part == part] for part in (0, 1))
    _, *weights = regression([sample.shares for sample in first], [not sample.photograph for sample in first])
    common, shades = (round(weight, 2) for weight in weights)
    score = {True: list[float](), False: list[float]()}
    for sample in second:
        score[sample.photograph].append(common * sample.shares[0] + shades * sample.shares[1])
    limit = (np.quantile(score[False], 0.001) + np.quantile(score[True], 0.97)) / 2
    return round(-float(limit), 2), common, shades


def counted(found: Sequence[Sample], weights: Sequence[float]) -> list[dict[str, Any]]:
    """Return how many pictures of each group of the last part count as drawn, as they are and with their variants."""
    rows = []
    last = [sample for sample in found if sample.part == 2]
    for group in ("photographs", *SPLITS):
        of_group = [sample for sample in last if sample.group == group]
        row: dict[str, Any] = {"pictures": group}
        for name, chosen in (("plain", [s for s in of_group if s.variant == "plain"]), ("variants", of_group)):
            drawn = sum(weights[0] + weights[1] * s.shares[0] + weights[2] * s.shares[1] > 0 for s in chosen)
            row |= {name: len(chosen), f"{name}_drawn": drawn}
        rows.append(row)
    return rows


def pictures_text(record: dict[str, Any]) -> str:
    """Return the figures as a Markdown table: how many count as drawn."""
    lines = [
        "| pictures | as they are | count as drawn | with variants | count as drawn | right |",
        "|---|---|---|---|---|---|",
    ]
    for row in record["rows"]:
        wrong = row["variants_drawn"]
        right = row["variants"] - wrong if row["pictures"] == "photographs" else wrong
        name = row["pictures"] if row["pictures"] == "photographs" else f"drawings, `{row['pictures']}`"
        lines.append(
            f"| {name} | {row['plain']} | {row['plain_drawn']} | {row['variants']} | {row['variants_drawn']} "
            f"| {right / row['variants']:.1%} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Fit, count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=Path, required=True, help="a folder of photographs")
    options = parser.parse_args()
    found = list(samples(options.photographs))
    weights = fitted(found)
    record = {
        "command": "python -m lab.picture_kinds",
        "commit": commit(),
        "weights": dict(zip(("bias", "common", "shades"), weights, strict=True)),
        "rows": counted(found, weights),
    }
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    Console().print(record["weights"], pictures_text(record), sep="\n", markup=False, highlight=False)


if __name__ == "__main__":
    main()
