"""The traces of an arm -> the analyses that they are of, as the loop would have returned them."""

from collections.abc import Iterator

from nesy.analysis import Analysis, withdrawn
from nesy.errors import InputError
from nesy.experiments.arms.experiment import image_of
from nesy.experiments.arms.traces import First, RunCard, Trace, Traces
from nesy.pipeline import Pipeline
from nesy.scene import ImageInfo
from nesy.verdict import Verdict

_USUAL = "full"
"""The loop as it is shipped."""


def analyses_of(traces: Traces, arm: str | None = None) -> Iterator[Analysis]:
    """Yield the analysis of each picture that an arm has done; a picture without a readable round 0 has none.

    What rules say of a scene that is no round's, as the repair made it, is found anew. What a witness saw is no part
    of traces, and of none of these analyses.

    >>> [len(one.rounds) for one in analyses_of(Traces("examples/recorded/hard"), "none")][:3]
    [1, 1, 1]

    Args:
        traces: of an experiment.
        arm: its name; None: `full`, or where that was not run, the last.

    Raises:
        InputError: the arm was not run, or a file of the folder cannot be read.
    """
    card = traces.card()
    ran = [name for name in card.arms if name not in card.not_applicable]
    name = arm or (_USUAL if _USUAL in ran else next(reversed(ran), ""))
    if name not in ran:
        raise InputError(f"{traces.folder}: holds no arm {name!r}; one of {', '.join(ran)} would be right")
    pipeline = Pipeline("embedded", card.settings)  # its rules alone are asked; no model is loaded
    firsts, made = traces.firsts(), traces.traces()
    for truth in traces.truths():
        image = image_of(truth)
        first, trace = firsts.get(image), made.get((image, name))
        if first is not None and first.round is not None and trace is not None:
            assert truth.image is not None
            info = truth.image.model_copy(update={"name": image})
            yield _analysis(card, info, first, trace, pipeline)


def _analysis(card: RunCard, image: ImageInfo, first: First, trace: Trace, pipeline: Pipeline) -> Analysis:
    assert first.round is not None
    rounds = (first.round, *trace.rounds)
    kept = rounds[trace.kept_round]
    verdict: Verdict = kept.verdict if kept.scene == trace.scene else pipeline.check(trace.scene)
    return Analysis(
        image=image,
        model=card.model,
        settings=card.settings,
        rounds=rounds,
        kept_round=trace.kept_round,
        scene=trace.scene,
        verdict=verdict,
        edits=trace.edits,
        withdrawn=withdrawn(rounds, trace.kept_round, trace.edits),
        stop_reason=trace.stop_reason,
        consistent=verdict.consistent,
        usage=first.round.usage + trace.usage,
    )
