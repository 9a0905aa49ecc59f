"""Traces of an experiment -> the analysis of one image in one arm again, so that its claims can be explained."""

from nesy.analysis import Analysis, withdrawn
from nesy.analysis.life import lives
from nesy.errors import InputError
from nesy.experiments.arms.traces import First, RunCard, Trace, Traces
from nesy.pipeline import Pipeline
from nesy.scene import ImageInfo
from nesy.turns import Usage


def reconstruct(traces: Traces, image: str, arm: str) -> Analysis:
    """Return the analysis that an arm made of an image; its last verdict is that of all rules of the run.

    >>> traces = Traces("examples/recorded/hard")
    >>> image = next(iter(traces.firsts()))
    >>> analysis = reconstruct(traces, image, "full")
    >>> analysis.image.name == image, analysis.rounds[0].kind
    (True, 'describe')

    Raises:
        InputError: the run holds no trace of the image in this arm.
    """
    first, trace = traces.firsts().get(image), traces.traces().get((image, arm))
    if first is None or trace is None:
        raise InputError(f"{traces.folder}: holds no trace of {image} in the arm {arm}")
    card = traces.card()
    return _analysis(card, first, trace, Pipeline(settings=card.settings))


def most_eventful(traces: Traces, arm: str) -> Analysis:
    """Return the analysis of the image in which most claims did not stay as they were said; of equal ones the first.

    Raises:
        InputError: the run holds no trace of this arm.
    """
    card, firsts = traces.card(), traces.firsts()
    pipeline = Pipeline(settings=card.settings)
    found = [
        _analysis(card, firsts[image], trace, pipeline)
        for (image, name), trace in traces.traces().items()
        if name == arm
    ]
    if not found:
        raise InputError(f"{traces.folder}: holds no trace of the arm {arm}")
    return max(found, key=lambda analysis: len(lives(analysis)))


def _analysis(card: RunCard, first: First, trace: Trace, pipeline: Pipeline) -> Analysis:
    assert first.round is not None, "no arm goes on from a description that could not be read"
    rounds = (first.round, *trace.rounds)
    verdict = pipeline.check(trace.scene)
    return Analysis(
        image=first.round.scene.image or ImageInfo(name=first.image),
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
        usage=sum((turn.usage for turn in rounds), Usage()),
    )
