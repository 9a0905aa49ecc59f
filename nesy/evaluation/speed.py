"""This machine -> how long a check and an analysis take here (`make bench`)."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

from nesy import assets
from nesy.checking import Engine, Rules, check, check_many, prepare
from nesy.checking.quads import data_quads
from nesy.evaluation.sampling import sampled_scenes
from nesy.image import Image
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.synthetic import Drawing, draw

SCENES, IMAGES, PROCESSES, REPEATS, MANY = 30, 10, 3, 3, 1000


def measured() -> Iterator[tuple[str, str]]:
    """Yield what was timed and how long it took: the median, with the fastest and the slowest run.

    Drawn scenes of the ordinary split, seed 0. The model is the embedded one; without its weights that is said.
    """
    drawings = [draw(0, index) for index in range(SCENES)]
    rules, ontology = Rules.load(), Ontology.default()
    seconds = _engines(drawings, rules, ontology)
    triples = [len(data_quads(drawing.scene, ontology)[0]) for drawing in drawings]
    yield "triples of a scene, with its slice of the ontology", _told(list(map(float, triples)), 1, "triples")
    yield f"warm check, one scene, {len(rules)} rules", _told(seconds["compiled"], 1000, "ms")
    for engine, name in (("store", "queries on a store"), ("pyshacl", "pySHACL, the reference")):
        yield f"the same by {name}", _told(seconds[engine], 1000, "ms")
        ratios = [slow / fast for slow, fast in zip(seconds[engine], seconds["compiled"], strict=True)]
        yield f"{name}: to compiled", _told(ratios, 1, "times")
    batch = _batch(sampled_scenes(MANY, 0), rules, ontology)
    yield f"a batch of {MANY}, a scene, on one core", _told(batch, 1000 / MANY, "ms")
    slow = statistics.median(seconds["pyshacl"])
    yield "pySHACL to the batch, of a scene", f"{slow / statistics.median(batch) * MANY:.0f} times"
    yield "one rule alone, on prepared data", _told(_one_rule(drawings[0], rules, ontology), 1000, "ms")
    yield "`nesy check` as a process, one scene", _told(_process(drawings[0]), 1, "s")
    if not (assets.embedded_model() / "model.safetensors").is_file():
        yield "embedded model", "no weights here; `make train` makes them"
        return
    pipeline = Pipeline("embedded")
    pipeline.perceive(_image(drawings[0]))
    some = drawings[:IMAGES]
    yield (
        "embedded model, first description of an image",
        _told(_each(some, lambda d: pipeline.perceive(_image(d))), 1, "s"),
    )
    yield (
        "embedded model, whole analysis of an image",
        _told(_each(some, lambda d: pipeline.analyze(_image(d))), 1, "s"),
    )


def _engines(drawings: list[Drawing], rules: Rules, ontology: Ontology) -> dict[str, list[float]]:
    """Time every engine on every scene, by turns, so that what else the machine does strikes all."""
    engines: tuple[Engine, ...] = get_args(Engine)
    for drawing in drawings:  # a first check of a scene reads what later ones reuse
        for engine in engines:
            check(drawing.scene, rules, ontology, engine)
    seconds: dict[str, list[float]] = {engine: [] for engine in engines}
    for drawing in drawings:
        for engine in engines:
            work = partial(check, drawing.scene, rules, ontology, engine)
            seconds[engine].append(min(_seconds(work) for _ in range(REPEATS)))
    return seconds


def _batch(scenes: Sequence[Scene], rules: Rules, ontology: Ontology) -> list[float]:
    def work() -> None:
        for _ in check_many(scenes, rules, ontology, processes=1):
            pass

    work()
    return [_seconds(work) for _ in range(REPEATS)]


def _one_rule(drawing: Drawing, rules: Rules, ontology: Ontology) -> list[float]:
    """Time every rule alone on the prepared data of one scene."""
    prepared = prepare(drawing.scene, ontology, rules)
    prepared.findings(rules)
    packs = [rules.only(rule.iri) for rule in rules]
    return [min(_seconds(partial(prepared.findings, pack)) for _ in range(REPEATS)) for pack in packs]


def _image(drawing: Drawing) -> Image:
    return Image.from_pixels(drawing.image)


def _each(drawings: list[Drawing], work: Callable[[Drawing], object]) -> list[float]:
    return [_seconds(partial(work, drawing)) for drawing in drawings]


def _process(drawing: Drawing) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.json"
        path.write_text(drawing.scene.to_json(), encoding="utf-8")
        command = [sys.executable, "-m", "nesy", "check", str(path)]
        return [_seconds(lambda: subprocess.run(command, capture_output=True, check=False)) for _ in range(PROCESSES)]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _told(seconds: list[float], scale: float, unit: str) -> str:
    low, middle, high = (scale * f(seconds) for f in (min, statistics.median, max))
    return f"{middle:.3g} {unit} (from {low:.3g} to {high:.3g}, {len(seconds)} runs)"


def main() -> None:
    """Print every measurement as it is made."""
    for what, told in measured():
        sys.stdout.write(f"{what:<48}{told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
