"""Scenes of every kind -> what the engines say differently of them (`python -m lab.differential`).

Golden cases, drawn scenes with errors, scenes of any words at all, and gold graphs of the data sets, which are only
read. Compared are whole findings: rule, severity, focus, claims and sentence.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Literal

from lab import oxigraph_engine
from nesy.checking import Rules, in_chunks, prepare
from nesy.experiments.datasets import DATASETS, data_folder, load_dataset
from nesy.experiments.mutation.mutation import golden_cases, golden_folder
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.experiments.rules.seeded_errors import KINDS, seeded
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.synthetic import draw
from nesy.verdict import Finding

COMMAND = "python -m lab.differential"
_ODD = ("unicycle", 'say "hi" <b>', "two\nlines", "{?x} back\\slash", "größe 日本", "%41", "'''", "Person", "men")
_AT_ONCE = 10
Other = Literal["store", "pyshacl"]
"""What the compiled rules are compared with: the same queries on a store of Oxigraph, and pySHACL."""


@dataclass(frozen=True)
class Difference:
    """One scene of which an engine says something else."""

    source: str
    scene: str
    """As JSON."""
    engine: Other
    lacking: tuple[Finding, ...]
    """What only this engine says."""
    further: tuple[Finding, ...]
    """What only the compiled rules say."""


@dataclass(frozen=True)
class Tally:
    """What came of some scenes."""

    scenes: Counter[str]
    """How many of each kind."""
    fired: Counter[str]
    """How often each rule fired."""
    differences: tuple[Difference, ...]


# --- scenes ---


def any_scene(seed: str) -> Scene:
    """Return a small scene in which words of the ontology, and others, meet at random; the same for the same seed."""
    rng, words = Random(seed), _words(Ontology.default())

    def word(kind: str) -> str:
        return rng.choice(_ODD) if rng.random() < 0.08 else rng.choice(words[kind])

    count = rng.randint(1, 5)
    common = [word("category") for _ in range(3)] + ["person"]
    entities = [
        {
            "id": f"e{number}",
            "category": rng.choice(common),
            **({"box": _box(rng)} if rng.random() < 0.7 else {}),
            "attributes": [word("attribute") for _ in range(rng.choice((0, 0, 1, 2)))],
        }
        for number in range(count)
    ]
    verbs = [word("predicate") for _ in range(3)]

    def entity() -> str:
        return f"e{rng.randrange(count)}"

    return Scene.model_validate(
        {
            "entities": entities,
            "relations": [
                {"subject": entity(), "predicate": rng.choice(verbs), "object": entity()}
                for _ in range(rng.randint(0, 6))
            ],
            "part_states": [
                {"entity": entity(), "part": word("part"), "state": word("state"), "object": entity()}
                for _ in range(rng.choice((0, 0, 1, 2, 3)))
            ],
            "counts": [
                {"category": rng.choice(common), "value": rng.randint(0, 4)} for _ in range(rng.choice((0, 0, 1, 2)))
            ],
        }
    )


def _box(rng: Random) -> list[float]:
    digits = rng.choice((1, 3, 16))
    left, right = sorted(round(rng.random(), digits) for _ in range(2))
    top, bottom = sorted(round(rng.random(), digits) for _ in range(2))
    return [left, top, right, bottom]


@lru_cache(maxsize=1)
def _words(ontology: Ontology) -> dict[str, list[str]]:
    return {
        "category": sorted(ontology.categories),
        "predicate": sorted(ontology.verbs | ontology.spatial),
        "part": sorted(ontology.parts),
        "state": sorted({state for states in ontology.part_states.values() for state in states}),
        "attribute": ["red", "blue", "large", "small", "sitting", "standing", "open", "closed", "empty", "wooden"],
    }


def _with_errors(seed: int) -> Iterator[Scene]:
    ontology, kinds = Ontology.default(), sorted(KINDS)
    number = 0
    while True:
        scene = draw(seed, number, "counter" if number % 4 == 3 else "ordinary").scene
        spoilt = seeded(kinds[number % len(kinds)], scene, ontology, f"{seed} {number}")
        yield scene if spoilt is None else spoilt.scene
        number += 1


def scenes_of(count: int, seed: int = 0, data: Path | None = None) -> Iterator[tuple[str, Scene]]:
    """Yield so many scenes with the name of their kind: all golden cases, the others in equal shares.

    Args:
        count: of all scenes.
        seed: the same seed gives the same scenes.
        data: the folder of the data sets; without it, there are no gold graphs.
    """
    folder = golden_folder()
    golden = [Scene.from_json(text) for _, text in golden_cases(folder)] if folder else []
    yield from (("golden case", scene) for scene in islice(golden, count))
    left = max(0, count - len(golden))
    shares = 4 if data else 3
    odd = (any_scene(f"{seed} {number}") for number in range(left))
    yield from (("any words", scene) for scene in islice(odd, left // shares))
    yield from (("drawn, with an error", scene) for scene in islice(_with_errors(seed), left // shares))
    each = left // shares // len(DATASETS) if data else 0
    given = 0
    for name in DATASETS if data else ():
        for scene in load_dataset(name, data_folder(data), each):
            given += 1
            yield f"gold graph of {name}", scene
    rest = left - 2 * (left // shares) - given
    yield from (("drawn, with odd claims", scene) for scene in sampled_scenes(rest, seed))


# --- comparing ---


def compared(items: Sequence[tuple[int, str, Scene]], slices: int, engines: Sequence[Other]) -> Tally:
    """Check scenes with the compiled rules and with other engines.

    Args:
        items: number, kind and scene.
        slices: with more than one, each scene is checked with one of so many parts of the rules, in turn and without
            inferences, which take pySHACL more time than rules do.
        engines: the others.
    """
    counted, fired, found = Counter[str](), Counter[str](), list[Difference]()
    for number, kind, scene in items:
        pack = _part(number % slices, slices)
        prepared = prepare(scene, rules=pack)
        findings = prepared.findings(pack)
        counted[kind] += 1
        fired.update({finding.rule for finding in findings})
        for engine in engines:
            other = oxigraph_engine.findings(prepared, pack) if engine == "store" else prepared.findings(pack, engine)
            if other != findings:
                lacking = tuple(one for one in other if one not in findings)
                further = tuple(one for one in findings if one not in other)
                found.append(Difference(kind, scene.to_json(), engine, lacking, further))
    return Tally(counted, fired, tuple(found))


@lru_cache(maxsize=32)
def _part(number: int, slices: int) -> Rules:
    return Rules.load() if slices == 1 else _bare().only(*(rule.iri for rule in list(_bare())[number::slices]))


@lru_cache(maxsize=1)
def _bare() -> Rules:
    return Rules.load(off=[one.iri for one in Rules.load().inferences])


def compare(
    found: Iterable[tuple[str, Scene]],
    slices: int = 1,
    engines: Sequence[Other] = ("store", "pyshacl"),
    processes: int | None = None,
) -> Iterator[Tally]:
    """Yield a tally for every few scenes, on all cores unless told otherwise; see `scenes_of` and `compared`."""
    numbered = ((number, kind, scene) for number, (kind, scene) in enumerate(found))
    work = partial(compared, slices=slices, engines=engines)
    with closing(in_chunks(work, numbered, processes, size=_AT_ONCE)) as tallies:
        yield from tallies


def told(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return what the runs of a results file found, a sentence each, in Markdown."""
    said = []
    for run in runs:
        kinds, versions = run["scenes"], run["engines"]
        golds = sum(number for kind, number in kinds.items() if kind.startswith("gold graph"))
        others = "; ".join(f"{kind}: {number:,}" for kind, number in kinds.items() if not kind.startswith("gold graph"))
        gold = f"; gold graphs of the data sets: {golds:,}" if golds else ""
        slices = int(run["command"].partition("--slices ")[2].partition(" ")[0])
        part = f", each with one of {slices} parts of the rules and without inferences," if slices > 1 else ""
        found = f"{run['differences']:,} differences" if run["differences"] else "no difference"
        said.append(
            f"- `{run['command']}`: on {sum(kinds.values()):,} scenes ({others}{gold}){part} the loops, the store and "
            f"pySHACL {versions['pyshacl']} found {run['findings']:,} findings of {run['rules_fired']} rules: {found} "
            "in rule, severity, node in focus, claims or sentence."
        )
    return "\n".join(said)


def main() -> None:
    """Compare, and print what differs; the exit code is 1 where something does."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="scenes (default: 2000)")
    parser.add_argument("--data", type=Path, help="the folder of the data sets; without it, no gold graphs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--slices", type=int, default=1, help="each scene with one of so many parts of the rules")
    parser.add_argument("--processes", type=int, help="all cores by default")
    parser.add_argument("--results", type=Path, help="a JSON file that keeps the counts of every run")
    given = parser.parse_args()
    if given.data is not None:
        data_folder(given.data)
    total = Tally(Counter(), Counter(), ())
    for tally in compare(scenes_of(given.n, given.seed, given.data), given.slices, processes=given.processes):
        total = Tally(total.scenes + tally.scenes, total.fired + tally.fired, (*total.differences, *tally.differences))
        for one in tally.differences:
            sys.stdout.write(f"{one.source}, {one.engine}: {one.scene}\n")
            for word, findings in (("only there", one.lacking), ("not there", one.further)):
                for finding in findings:
                    sys.stdout.write(f"  {word}: {finding.rule} {finding.claims} {finding.message}\n")
        sys.stderr.write(f"\r{total.scenes.total()} scenes, {len(total.differences)} differences")
        sys.stderr.flush()
    sys.stderr.write("\n")
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(total.scenes.items()))
    sys.stdout.write(
        f"{total.scenes.total()} scenes ({kinds}); {len(total.fired)} rules fired, {total.fired.total()} findings; "
        f"{len(total.differences)} differences\n"
    )
    if given.results is not None:
        _keep(given.results, _counts(given, total))
    sys.exit(1 if total.differences else 0)


def _keep(path: Path, counts: dict[str, object]) -> None:
    """Put the counts of a run into a file of runs, in the place of those of the same command."""
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"] if path.exists() else []
    others = [run for run in runs if run["command"] != counts["command"]]
    path.write_text(json.dumps({"runs": [*others, counts]}, indent=1) + "\n", encoding="utf-8")


def _counts(given: argparse.Namespace, total: Tally) -> dict[str, object]:
    gold = " --data DATA" if given.data else ""
    return {
        "command": f"{COMMAND} --n {given.n} --seed {given.seed} --slices {given.slices}{gold}",
        "seed": given.seed,
        "engines": {
            "compared": ["compiled", "store", "pyshacl"],
            **{name: version(name) for name in ("pyoxigraph", "pyshacl", "rdflib")},
        },
        "rules": len(Rules.load()),
        "rules_fired": len(total.fired),
        "findings": total.fired.total(),
        "scenes": dict(sorted(total.scenes.items())),
        "differences": len(total.differences),
    }


if __name__ == "__main__":
    main()
