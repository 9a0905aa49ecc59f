"""A scripted model over photographs with truth -> what a witness is worth in the loop: results/seen_loop.json.

`python -m lab.seen_loop --data FOLDER` has the scripted perceiver of `nesy.experiments.arms.perceiver`, with its rates,
describe and answer for every photograph of `truth.jsonl`, and runs the loop with the embedded witness, without, and
with what that witness sees in another photograph. What the perceiver errs in it draws by seed; of a photograph the
claims of all seeds count together, and intervals are drawn over photographs. No weights of a language model, no GPU.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.known_errors import KnownErrors
from lab.progress import watched
from nesy.experiments.arms.arms import arm
from nesy.experiments.arms.experiment import run_arms
from nesy.experiments.arms.harm import Account
from nesy.experiments.arms.perceiver import Decided, Perceiver, Rates
from nesy.experiments.arms.scores import Outcome, of_kind, outcomes
from nesy.experiments.arms.traces import Traces
from nesy.experiments.arms.witnesses import OnceLooking
from nesy.experiments.commit import commit
from nesy.experiments.datasets import data_folder
from nesy.experiments.scoring.metrics import KINDS, Tally
from nesy.experiments.statistics.resampling import difference, f1, interval
from nesy.grounding.word_match import Words
from nesy.observations import Witness
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.witness.roster import load

RESULTS = Path("results/seen_loop.json")
SEEDS, SEED = (1, 2, 3, 4, 5), 2026
"""Of the perceiver; of the bootstrap and the tests."""
ALONE = "looks"
"""The arm that the others are compared with: the loop as it is shipped, without a witness."""
ARMS = ("none", ALONE, "witness", "all", "shuffled-witness")
SHOWN = ("objects", "relations")
MOVES = ("right -> wrong", "right -> withdrawn", "wrong -> right", "wrong -> withdrawn")
MISTAKEN_LOOK = 0.3
"""How often a blind look errs where the perceiver has them: they tell true from false with an AUROC of 0.78 then, as
those of the embedded model do of what it said itself."""


@dataclass(frozen=True)
class Perceiving:
    """A scripted model that is measured."""

    about: str
    rates: Rates
    known: bool = True
    """Whether it makes only errors that the truth tells to be some."""


MODELS = {
    "never looks": Perceiving("the shipped rates: it never takes a blind look", Rates()),
    "looks": Perceiving("the same, and a blind look is mistaken three times in ten", Rates(blind=MISTAKEN_LOOK)),
    "gives in": Perceiving(
        "the shipped rates, and half of what it is asked about it gives up without a look", Rates(sycophancy=0.5)
    ),
    "any error": Perceiving("the shipped rates, and errors that may be true count as errors", Rates(), known=False),
}


def measure(folder: Path, witness: Witness, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Return the figures of every model: of each arm on all photographs and seeds.

    Raises:
        InputError: a photograph cannot be read.
        ModelError: the witness cannot look.
    """
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines() if line]
    words, eyes = Words(Ontology.default()), OnceLooking(witness)
    known = {row["file"]: KnownErrors(row, words) for row in rows}
    truths = {name: errors.scene() for name, errors in known.items()}
    found = {}
    with tempfile.TemporaryDirectory() as place:
        pictures = Path(place) / "photographs"
        pictures.mkdir()
        (pictures / "images").symlink_to((folder / "images").resolve())
        (pictures / "scenes.jsonl").write_text("".join(f"{truth.to_json()}\n" for truth in truths.values()), "utf-8")
        for name, model in MODELS.items():
            decided: Decided = (lambda name, claim: known[name].decides(claim)) if model.known else lambda *_: True
            made: list[list[Outcome]] = []
            for seed in watched(seeds, name):
                perceiver = Perceiver(truths, model.rates, seed, decided)
                made.append(_outcomes(pictures, Path(place) / f"{name} {seed}", perceiver, eyes))
            found[name] = {"about": model.about, "rates": asdict(model.rates), "arms": arms_of(made)}
    return {"photographs": len(rows), "seeds": list(seeds), "models": found}


def _outcomes(pictures: Path, runs: Path, perceiver: Perceiver, witness: Witness) -> list[Outcome]:
    traces = Traces(runs)
    run_arms(pictures, traces, Pipeline(perceiver, witness=witness), [arm(name) for name in ARMS])
    return list(outcomes(traces))


def arms_of(made: Sequence[Sequence[Outcome]]) -> dict[str, Any]:
    """Return the figures of each arm; of a photograph the outcomes of all seeds are added up."""
    return {name: _figures(name, made) for name in ARMS}


def _figures(name: str, made: Sequence[Sequence[Outcome]]) -> dict[str, Any]:
    rows = [outcome for some in made for outcome in some if outcome.arm == name]
    exits = sum((row.steps["exit"] for row in rows), Account())
    right = sum(of_kind(row.before, "all").right for row in rows)
    after = {kind: _by_photograph(made, name, kind) for kind in SHOWN}
    alone = {kind: _by_photograph(made, ALONE, kind) for kind in SHOWN}
    told: dict[str, Any] = {
        "about": arm(name).about,
        "f1": {kind: interval(after[kind], f1, SEED).model_dump() for kind in SHOWN},
        "moves": {move: exits.of(move) for move in MOVES},
        "moves_by_kind": {kind: {move: n for move in MOVES if (n := exits.of(move, kinds=(kind,)))} for kind in KINDS},
        "right_before": right,
        "right_lost": exits.of("right -> wrong", "right -> withdrawn") / max(1, right),
        "calls": sum(row.usage.calls for row in rows) / max(1, len(rows)),
        "asked_right": sum(row.asked_right for row in rows),
        "flipped": sum(row.flipped for row in rows),
    }
    if name != ALONE:
        told["to_alone"] = {}
        for kind in SHOWN:
            apart, p = difference(after[kind], alone[kind], f1, SEED)
            told["to_alone"][kind] = apart.model_dump() | {"p": round(p, 5)}
    return told


def _by_photograph(made: Sequence[Sequence[Outcome]], name: str, kind: str) -> list[Tally]:
    found: dict[str, Tally] = {}
    for outcome in (outcome for some in made for outcome in some if outcome.arm == name):
        found[outcome.image] = found.get(outcome.image, Tally()) + of_kind(outcome.after, kind)
    return [found[image] for image in sorted(found)]


# --- the page


def seen_loop_text(record: Mapping[str, Any]) -> str:
    """Return what results/seen_loop.json holds as Markdown, a table a model."""
    seeds = len(record["seeds"])
    head = f"{record['photographs']} photographs, {seeds} seeds of the scripted model; 95 % intervals over photographs."
    tables = (f"### {_title(model)}\n\n{_table(model['arms'])}" for model in record["models"].values())
    return "\n\n".join([head, *tables])


def _title(model: Mapping[str, Any]) -> str:
    about: str = model["about"]
    return f"{about[:1].upper()}{about[1:]}"


def _table(arms: Mapping[str, Any]) -> str:
    heads = (
        "arm",
        "object F1",
        f"to `{ALONE}`, p",
        "relation F1",
        f"to `{ALONE}`, p",
        "wrong claims mended, gone",
        "right claims made wrong, gone",
        "of all right ones",
        "right ones asked about, flipped",
        "calls",
    )
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(_line(name, figures) for name, figures in arms.items())])


def _line(name: str, told: Mapping[str, Any]) -> str:
    cells = [f"`{name}`"]
    for kind in SHOWN:
        f, apart = told["f1"][kind], told.get("to_alone", {}).get(kind)
        cells.append(f"{f['value']:.3f} ({f['low']:.3f} to {f['high']:.3f})")
        cells.append("" if apart is None else f"{apart['value']:+.3f}, {apart['p']:.3f}")
    moves = told["moves"]
    cells += [f"{moves['wrong -> right']}, {moves['wrong -> withdrawn']}"]
    cells += [f"{moves['right -> wrong']}, {moves['right -> withdrawn']}", f"{told['right_lost']:.2%}"]
    cells += [f"{told['asked_right']}, {told['flipped']}", f"{told['calls']:.2f}"]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.seen_loop", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="truth.jsonl and images/ (default: those of NESY_DATA)")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many")
    options = parser.parse_args()
    folder = options.data or data_folder(None) / "photographs"
    seeds = tuple(range(1, options.seeds + 1))
    record = {"command": "python -m lab.seen_loop", "commit": commit()} | measure(folder, load(), seeds)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
