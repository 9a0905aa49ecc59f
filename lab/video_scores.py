"""Drawn clips, analyzed over time and frame by frame -> results/video.json: what rules over time and repair are worth.

`python -m lab.video_scores` measures the scripted perceiver on many clips (no weights) and the embedded model on some.
Each clip is analyzed once: what its frames say one by one is the loop without rules over time, what comes of it the
loop with them. The seeds of the clips are none that anything was built with.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.experiments.commit import commit
from nesy.experiments.scoring.metrics import Tally
from nesy.experiments.scoring.timeline_scores import TimelineScores, right_lost, score_timeline, summed
from nesy.experiments.statistics.resampling import difference, f1
from nesy.image import Image
from nesy.models.registry import ready_model
from nesy.pipeline import Pipeline
from nesy.settings import Settings, VideoSettings
from nesy.turns import VisionLanguageModel
from nesy.video.clip import Clip, Frame
from nesy.video.drawn_clip import STEP_S, DrawnClip, draw_clip
from nesy.video.video_analysis import VideoAnalysis
from nesy.video.video_pipeline import over_time

SEED = 2026
"""What was built was tried on seeds below 100."""
FRAMES = 16
CLIPS = {"scripted": 100, "scripted, gives in": 50, "embedded": 12}
ARMS: Mapping[str, Mapping[str, bool]] = {
    "questions and repair": {"ask": True, "mend": True},
    "questions alone": {"ask": True, "mend": False},
    "repair alone": {"ask": False, "mend": True},
}
SYCOPHANCY = 0.5
"""Of the model that gives in: the share of doubted claims that it gives up without a look."""
RESULTS = Path("results/video.json")

_HEAD = (
    "| loop | relation F1 | part-state F1 | interval F1 | interval IoU | identity switches | flickers | said once "
    "| right claims lost | questions | edits |"
)
ModelOf = Callable[[DrawnClip], VisionLanguageModel]


def clip_of(drawn: DrawnClip) -> Clip:
    """Return a drawn clip as the loop takes one, every frame of it."""
    frames = []
    for frame, picture in zip(drawn.truth.frames, drawn.pictures, strict=True):
        assert frame.scene.image is not None, "every drawn frame has its picture"
        image = Image.from_pixels(picture, frame.scene.image.name)
        frames.append(Frame(frame.index, frame.index, frame.time_s, image))
    return Clip(drawn.truth.name, drawn.truth.duration_s, tuple(frames), len(frames))


def scripted(rates: Rates) -> ModelOf:
    """Return a perceiver that knows a clip and errs by these rates, each clip in its own way."""

    def model(drawn: DrawnClip) -> VisionLanguageModel:
        truths = {one.scene.image.name: one.scene for one in drawn.truth.frames if one.scene.image is not None}
        return Perceiver(truths, rates, SEED)

    return model


def embedded() -> ModelOf:
    """Return the embedded model, loaded once."""
    model = ready_model("embedded", Settings())
    return lambda _drawn: model


def measured(model_of: ModelOf, clips: int, frames: int = FRAMES, seed: int = SEED) -> dict[str, Any]:
    """Return the scores of frames one by one, and of each arm.

    Args:
        model_of: what looks at a clip.
        clips: how many are drawn.
        frames: of each clip.
        seed: of the clips.
    """
    before: list[TimelineScores] = []
    after: dict[str, list[TimelineScores]] = {name: [] for name in ARMS}
    totals = {name: {"right": 0, "lost": 0, "questions": 0, "edits": 0, "consistent": 0} for name in ARMS}
    for index in range(clips):
        drawn = draw_clip(seed, index, frames)
        clip, model = clip_of(drawn), model_of(drawn)
        analyses = [Pipeline(model).analyze(frame.image) for frame in clip.frames]
        for place, (name, chosen) in enumerate(ARMS.items()):
            settings = Settings(video=VideoSettings(every_s=STEP_S, **chosen))
            analysis = over_time(Pipeline(model, settings), clip, analyses)
            if place == 0:
                before.append(score_timeline(analysis.before, drawn.truth))
            after[name].append(score_timeline(analysis.timeline, drawn.truth))
            _add(totals[name], analysis, drawn)
    return {
        "clips": clips,
        "frames": frames,
        "one by one": told(before),
        "arms": {
            name: told(scores)
            | totals[name]
            | {
                "gain": _gain([one.relations for one in scores], [one.relations for one in before]),
                "interval_gain": _gain([one.intervals for one in scores], [one.intervals for one in before]),
            }
            for name, scores in after.items()
        },
    }


def _add(total: dict[str, int], analysis: VideoAnalysis, drawn: DrawnClip) -> None:
    lost, there = right_lost(analysis.before, analysis.timeline, drawn.truth)
    total["lost"] += lost
    total["right"] += there
    total["questions"] += len(analysis.questions)
    total["edits"] += len(analysis.edits)
    total["consistent"] += analysis.consistent


def _gain(after: Sequence[Tally], before: Sequence[Tally]) -> dict[str, float]:
    interval, p = difference(after, before, f1, SEED)
    return {"value": interval.value, "low": interval.low, "high": interval.high, "p": round(p, 5)}


def told(scores: Sequence[TimelineScores]) -> dict[str, Any]:
    """Return the sum of some scores as plain numbers."""
    whole = summed(scores)
    return {
        "relation_f1": round(whole.relations.f1, 4),
        "part_state_f1": round(whole.part_states.f1, 4),
        "interval_f1": round(whole.intervals.f1, 4),
        "interval_iou": round(whole.mean_overlap, 4),
        "switches": whole.switches,
        "flickers": whole.flickers,
        "once": whole.once,
    }


def video_text(record: Mapping[str, Any]) -> str:
    """Return what was measured as Markdown."""
    lines = []
    for name, model in record["models"].items():
        lines += [
            f"**{name}**: {model['clips']} clips of {model['frames']} frames, {STEP_S:g} s apart.",
            "",
            _HEAD,
            "|" + "---|" * 11,
            _row("frames one by one", model["one by one"], ""),
        ]
        for arm, scores in model["arms"].items():
            share = scores["lost"] / max(1, scores["right"])
            gone = f"{scores['lost']} of {scores['right']:,} ({share:.2%})"
            lines.append(_row(arm, scores, f"{gone} | {scores['questions']} | {scores['edits']}"))
        gain, interval = (model["arms"]["questions and repair"][one] for one in ("gain", "interval_gain"))
        lines += [
            "",
            f"Against frames one by one: relation F1 {_interval(gain)}, interval F1 {_interval(interval)}.",
            "",
        ]
    return "\n".join(lines).strip()


def _row(name: str, scores: Mapping[str, Any], rest: str) -> str:
    shares = (f"{scores[one]:.3f}" for one in ("relation_f1", "part_state_f1", "interval_f1", "interval_iou"))
    numbers = (str(scores[one]) for one in ("switches", "flickers", "once"))
    return f"| {name} | {' | '.join((*shares, *numbers))} | {rest or ' | | '} |"


def _interval(gain: Mapping[str, float]) -> str:
    return f"{gain['value']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}] (p = {gain['p']:.4f})"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.video_scores", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the clips, for a quick look")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    numbers = {name: max(1, round(n * arguments.share)) for name, n in CLIPS.items()}
    models = {
        "scripted": scripted(Rates()),
        "scripted, gives in": scripted(Rates(sycophancy=SYCOPHANCY)),
        "embedded": embedded(),
    }
    record = {
        "command": "python -m lab.video_scores",
        "seed": SEED,
        "commit": commit(),
        "rates": asdict(Rates()),
        "models": {name: measured(model, numbers[name]) for name, model in models.items()},
    }
    arguments.out.parent.mkdir(exist_ok=True)
    arguments.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
