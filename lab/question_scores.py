"""Drawn pictures and questions with exact answers -> how often a model answers right, before and after checking.

`python -m lab.question_scores` draws fresh pictures, asks and writes `results/asking.json`. `bare` is the model
asked alone, `before` its first answer with the list of what it has seen, `after` the answer that is kept.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console

from nesy.answering import Answered
from nesy.errors import ReplyError
from nesy.experiments.commit import commit
from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.synthetic import draw
from nesy.synthetic.question_set import Asked, questions
from nesy.turns import Usage

SEED = 2027
"""Never used in training, whose seeds are 1 and 2."""
SPLITS = ("ordinary", "hard")
RESULTS = Path("results/asking.json")
_PER_PICTURE = 2


@dataclass(frozen=True)
class Outcome:
    """One question with what the model said: alone, at first, and in the end (None where no reply could be read)."""

    split: str
    asked: Asked
    bare: str
    answered: Answered | None

    @property
    def before(self) -> str:
        """The first answer."""
        return "" if self.answered is None else self.answered.turns[0].answer

    @property
    def after(self) -> str:
        """The answer that is kept."""
        return "" if self.answered is None else self.answered.answer

    def right(self, answer: str) -> bool:
        """Tell whether an answer is one of those that are right."""
        return plain(answer) in {plain(one) for one in self.asked.accepted}


def plain(answer: str) -> str:
    """Return an answer as it is compared: lower case, without articles and punctuation.

    >>> plain("The dining_table.")
    'dining table'
    """
    words = re.findall(r"[a-z0-9]+", answer.lower())
    return " ".join(word for word in words if word not in ("a", "an", "the"))


def ask_all(pipeline: Pipeline, n: int, seed: int = SEED, splits: Sequence[str] = SPLITS) -> Iterator[Outcome]:
    """Ask `n` questions, equally many of each split, two different ones about a picture."""
    for split in splits:
        left, index = n // len(splits), 0
        while left > 0:
            drawing = draw(seed, index, split)
            rng = Random(f"nesy ask {seed} {index}")
            index += 1
            chosen = {asked.question.text: asked for asked in (questions(drawing.scene, rng) for _ in range(4))}
            image = Image.from_pixels(drawing.image, name=f"{split}_{seed}_{index - 1:05d}.png")
            try:
                analysis = pipeline.analyze(image)
            except ReplyError:
                analysis = None
            for asked in list(chosen.values())[: min(left, _PER_PICTURE)]:
                left -= 1
                text = asked.question.text
                bare, answered = "", None
                try:
                    if analysis is not None:
                        answered = pipeline.ask(image, text, analysis=analysis)
                    bare = pipeline.ask(image, text, checked=False).answer
                except ReplyError:
                    pass  # counted as a wrong answer
                yield Outcome(split, asked, bare, answered)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the counts over some outcomes; accuracies are shares in [0, 1]."""
    done = [o.answered for o in outcomes if o.answered is not None]
    right = [(o.right(o.bare), o.right(o.before), o.right(o.after)) for o in outcomes]
    flagged = [o.answered is not None and o.answered.turns[0].conflicts > 0 for o in outcomes]
    total = max(1, len(outcomes))
    return {
        "questions": len(outcomes),
        "accuracy_bare": round(sum(r[0] for r in right) / total, 4),
        "accuracy_before": round(sum(r[1] for r in right) / total, 4),
        "accuracy_after": round(sum(r[2] for r in right) / total, 4),
        "right_to_wrong": sum(b and not a for _, b, a in right),
        "wrong_to_right": sum(a and not b for _, b, a in right),
        "changed": sum(o.before != o.after for o in outcomes),
        "objected_to_when_wrong": sum(f and not b for f, (_, b, _a) in zip(flagged, right, strict=True)),
        "objected_to_when_right": sum(f and b for f, (_, b, _a) in zip(flagged, right, strict=True)),
        "wrong_before": sum(not b for _, b, _ in right),
        "inconsistent_after": sum(not a.consistent for a in done),
        "unchecked": sum(not a.checked for a in done),
        "unreadable": len(outcomes) - len(done),
        "extra_calls": sum(len(a.turns) - 1 for a in done),
        "stop_reasons": dict(sorted(Counter(str(a.stop_reason) for a in done).items())),
    }


def report(pipeline: Pipeline, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what `results/asking.json` holds."""
    kinds = sorted({o.asked.question.kind for o in outcomes})
    used = [turn.usage for o in outcomes if o.answered is not None for turn in o.answered.turns]
    return {
        "model": pipeline.model_info.model_dump(exclude_none=True),
        "settings": pipeline.settings.model_dump(),
        "all": summary(outcomes),
        "splits": {s: summary([o for o in outcomes if o.split == s]) for s in dict.fromkeys(o.split for o in outcomes)},
        "kinds": {k: summary([o for o in outcomes if o.asked.question.kind == k]) for k in kinds},
        "false_premise": summary([o for o in outcomes if not o.asked.premise]),
        "usage_of_questions": sum(used, Usage()).model_dump(),
    }


def text(data: dict[str, Any]) -> str:
    """Return a report as a small table."""
    rows = [f"{'':16}{'n':>5}{'bare':>8}{'before':>8}{'after':>8}{'r->w':>6}{'w->r':>6}{'objected wrong/right':>22}"]
    named = {"all": data["all"], **data["splits"], **data["kinds"], "false premise": data["false_premise"]}
    rows += [
        f"{name:16}{s['questions']:5}{s['accuracy_bare']:8.1%}{s['accuracy_before']:8.1%}{s['accuracy_after']:8.1%}"
        f"{s['right_to_wrong']:6}{s['wrong_to_right']:6}"
        f"{s['objected_to_when_wrong']:12} of {s['wrong_before']:3} / {s['objected_to_when_right']}"
        for name, s in named.items()
    ]
    return "\n".join(rows)


def main() -> None:
    """Ask and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.question_scores", description=__doc__)
    parser.add_argument("--n", type=int, default=500, help="questions, half of each split")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    pipeline = Pipeline(arguments.model)
    outcomes = list(ask_all(pipeline, arguments.n, arguments.seed))
    data = report(pipeline, outcomes)
    Console().print(text(data), markup=False, highlight=False)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    record = {"command": "python -m lab.question_scores", "seed": arguments.seed, "commit": commit(), **data}
    arguments.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
