"""This machine -> how long a check and an analysis take here, beside other engines (`make bench`)."""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from lab.line_throughput import many_lines
from lab.other_engines import hermit, processor_seconds, pyshacl_at_its_best
from lab.oxigraph_engine import check_by_oxigraph
from nesy import assets
from nesy.checking import Rules, check, check_many
from nesy.checking.data_graph import data_graph
from nesy.errors import KnowledgeError
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.image import Image
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.synthetic import Drawing, draw

T = TypeVar("T")
COMMAND = "python -m lab.speed"
SCENES, REASONED, IMAGES, PROCESSES, REPEATS, MANY = 12, 3, 10, 3, 3, 10_000
TRIPLES = range(150, 251)
"""Of a scene that is compared: about 200, with its slice of the ontology."""
BY_HAND_MS = 0.063
"""Of a scene in a batch, by Python written by hand for 26 rules; measured once, on another set of drawn scenes."""


def measured(many: int = MANY) -> Iterator[tuple[str, str]]:
    """Yield what was timed and how long it took: the median, with the fastest and the slowest run.

    Drawn scenes of the ordinary split, seed 0. The model is the embedded one; without its weights that is said. Times
    are those of the processor, of this process and of those it starts, so that what else runs here does not count;
    only what a user waits for, a process from its start, is told by the clock too.

    Args:
        many: scenes of the batch.
    """
    rules, ontology = Rules.load(), Ontology.default()
    yield from _of_one_scene(rules, ontology)
    yield from _of_a_batch(many, rules, ontology)
    yield "`import nesy` as a process, beyond Python", _told(_imports(), 1, "s")
    yield from _of_a_process(draw(0, 0))
    yield from _of_the_model()


def _of_one_scene(rules: Rules, ontology: Ontology) -> Iterator[tuple[str, str]]:
    scenes = list(_alike(ontology))
    yield "triples of a scene, with its slice of the ontology", _told(_triples(scenes, ontology), 1, "triples")
    own = [_fastest(partial(check, scene, rules, ontology), 5 * REPEATS) for scene in scenes]
    yield f"warm check, one scene, {len(rules)} rules", _told([seconds for seconds, _ in own], 1000, "ms")
    stored = [_fastest(partial(check_by_oxigraph, scene, rules), REPEATS) for scene in scenes]
    yield (
        "the same by queries on a store",
        _ratio(own, stored, all(a[1].findings == b[1] for a, b in zip(own, stored, strict=True))),
    )
    best = [pyshacl_at_its_best(scene, rules, ontology, 2) for scene in scenes]
    same = all(
        {finding.rule for finding in seen.findings} == {rule for rule, _ in one.broken}
        for (_, seen), one in zip(own, best, strict=True)
    )
    yield "the same by pySHACL at its best", _ratio(own, [(one.seconds, None) for one in best], same)
    try:
        reasoned = [hermit(scene, ontology) for scene in scenes[:REASONED]]
    except KnowledgeError as error:
        yield "owlready2 and HermiT", f"not timed: {error}"
        return
    # what HermiT finds is one thing of many that the rules find
    implied = all(told or not seen.consistent for (_, told), (_, seen) in zip(reasoned, own, strict=False))
    yield "domains and ranges alone, by owlready2 and HermiT", _ratio(own[:REASONED], reasoned, implied)


def _of_a_batch(many: int, rules: Rules, ontology: Ontology) -> Iterator[tuple[str, str]]:
    scenes = sampled_scenes(many, 0)
    yield "triples of a scene of the batch", _told(_triples(scenes[::100], ontology), 1, "triples")
    every = _batch(scenes, rules, ontology)
    yield f"a batch of {many}, a scene, on one core", _told(every, 1000 / many, "ms")
    yield "to Python by hand, 26 rules, on such scenes", f"{min(every) / many * 1000 / BY_HAND_MS:.3g} times"
    few = scenes[:: max(1, many // SCENES)][:SCENES]
    slow = statistics.median(pyshacl_at_its_best(scene, rules, ontology, 1).seconds for scene in few)
    yield "pySHACL at its best to the batch, of a scene", f"{slow / statistics.median(every) * many:.3g} times"


def _of_the_model() -> Iterator[tuple[str, str]]:
    if not (assets.embedded_model() / "model.safetensors").is_file():
        yield "embedded model", "no weights here; `make train` makes them"
        return
    pipeline = Pipeline("embedded")
    drawings = [draw(0, index) for index in range(IMAGES)]
    pipeline.perceive(_image(drawings[0]))
    described = [_seconds(partial(pipeline.perceive, _image(drawing))) for drawing in drawings]
    yield "embedded model, first description of an image", _told(described, 1, "s")
    analyzed = [_seconds(partial(pipeline.analyze, _image(drawing))) for drawing in drawings]
    yield "embedded model, whole analysis of an image", _told(analyzed, 1, "s")


# --- scenes ---


def _alike(ontology: Ontology) -> Iterator[Scene]:
    """Yield drawn scenes of about as many triples."""
    index = left = 0
    while left < SCENES:
        scene = draw(0, index).scene
        index += 1
        if len(data_graph(scene, ontology)) in TRIPLES:
            left += 1
            yield scene


def _triples(scenes: Sequence[Scene], ontology: Ontology) -> list[float]:
    return [float(len(data_graph(scene, ontology))) for scene in scenes]


def _image(drawing: Drawing) -> Image:
    return Image.from_pixels(drawing.image)


# --- timing ---


def _batch(scenes: Sequence[Scene], rules: Rules, ontology: Ontology) -> list[float]:
    def work() -> None:
        for _ in check_many(scenes, rules, ontology, processes=1):
            pass

    work()
    return [_seconds(work) for _ in range(REPEATS)]


def _of_a_process(drawing: Drawing) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.json"
        path.write_text(drawing.scene.to_json(), encoding="utf-8")
        command = [sys.executable, "-m", "nesy", "check", str(path)]
        waited, worked = [], []
        for _ in range(PROCESSES):
            start = time.perf_counter()
            worked.append(_seconds(lambda: subprocess.run(command, capture_output=True, check=False)))
            waited.append(time.perf_counter() - start)
    yield "`nesy check` as a process, one scene", _told(worked, 1, "s")
    yield "the same by the clock", _told(waited, 1, "s")


def _imports() -> list[float]:
    def started(code: str) -> float:
        return _seconds(lambda: subprocess.run([sys.executable, "-c", code], capture_output=True, check=True))

    return [started("import nesy") - started("pass") for _ in range(PROCESSES)]


def _fastest(work: Callable[[], T], repeats: int) -> tuple[float, T]:
    """Return the time of the fastest run, in seconds, and what it gave; what is cached by a first run is not timed."""
    verdict = work()
    return min(_seconds(work) for _ in range(repeats)), verdict


def _seconds(work: Callable[[], object]) -> float:
    start = processor_seconds()
    work()
    return processor_seconds() - start


# --- telling ---


def _ratio(own: Sequence[tuple[float, object]], others: Sequence[tuple[float, object]], agrees: bool) -> str:
    ratios = [slow / fast for (fast, _), (slow, _) in zip(own, others, strict=True)]
    verdicts = "the same verdicts" if agrees else "OTHER VERDICTS"
    return f"{_told(ratios, 1, 'times')}; {_told([seconds for seconds, _ in others], 1000, 'ms')}; {verdicts}"


def _told(values: Sequence[float], scale: float, unit: str) -> str:
    low, middle, high = (scale * f(values) for f in (min, statistics.median, max))
    return f"{middle:.3g} {unit} (from {low:.3g} to {high:.3g}, {len(values)} runs)"


def main() -> None:
    """Print every measurement as it is made."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--batch", type=int, default=MANY, help="scenes of the batch (default: 10000)")
    parser.add_argument("--lines", type=int, help="time `nesy check` on a file of so many lines instead")
    given = parser.parse_args()
    for what, told in many_lines(given.lines) if given.lines else measured(given.batch):
        sys.stdout.write(f"{what:<52}{told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
