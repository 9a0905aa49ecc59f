"""Name of an arm -> the loop it runs and what its model must have learnt; one line of `_ARMS` adds an arm.

>>> ARMS["placebo"].about
'the loop, but the note says only to check again'
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator

from nesy.analysis import Round
from nesy.errors import InputError
from nesy.experiments.arms import feedback
from nesy.experiments.arms.published_loops import (
    SAMPLES,
    chained,
    criticized,
    looked_at_again,
    samples,
    voting,
    whole_answer,
)
from nesy.image import Image
from nesy.loop.acceptance import any_answer
from nesy.loop.run import Parts
from nesy.pipeline import Pipeline
from nesy.settings import Settings
from nesy.turns import Request

Make = Callable[[Pipeline, Image], Parts]


@dataclass(frozen=True)
class Arm:
    """A loop to go on with from round 0."""

    name: str
    about: str
    """One line for people."""
    make: Make
    turns: frozenset[str] = frozenset({"correct"})
    """The kinds of turns that its model must have learnt beside the description."""
    settings: Callable[[Settings], Settings] = lambda settings: settings
    """What is other in the settings than the pipeline has it."""
    eyes: Literal["as set", "nobody's", "a witness's", "a witness's elsewhere"] = "as set"
    """Who looks beside the model: whom the pipeline has; nobody; its witness, or the embedded one where it has none; or
    that witness, at another picture."""
    samples: Callable[[Image], Sequence[Request]] = lambda _image: ()
    """What it asks whatever the answers are, beside its first question."""

    def opening(self, pipeline: Pipeline, image: Image, first: Round) -> tuple[Request, ...]:
        """Return what it asks right after round 0, none of which needs an answer to another."""
        parts = self.make(pipeline, image)
        request = parts.ask((first,)) if parts.stop((first,)) is None else None
        alone = () if request is None or request.kind == "verify" else (request,)  # looks go in a batch of their own
        return (*alone, *self.samples(image))

    def lacks(self, turns: Collection[str] | None) -> frozenset[str]:
        """Return the kinds of turns that a model of these lacks for this arm; None: it takes any."""
        return frozenset() if turns is None else self.turns - set(turns)


def _own(pipeline: Pipeline, image: Image) -> Parts:
    return pipeline.parts(image)


def _nothing(pipeline: Pipeline, image: Image) -> Parts:
    return replace(pipeline.parts(image), stop=lambda _rounds: "rounds_exhausted", repair=False)


def _repair_only(pipeline: Pipeline, image: Image) -> Parts:
    return replace(_nothing(pipeline, image), repair=True)


def _placebo(pipeline: Pipeline, image: Image) -> Parts:
    own = pipeline.parts(image)
    return replace(own, ask=feedback.noting(own, feedback.check_again))


def _raw_error(pipeline: Pipeline, image: Image) -> Parts:
    own = pipeline.parts(image)
    return replace(own, ask=feedback.noting(own, feedback.raw_report))


def _random(pipeline: Pipeline, image: Image) -> Parts:
    own = pipeline.parts(image)
    return replace(own, ask=feedback.at_random(pipeline, image, own))


def _false(pipeline: Pipeline, image: Image) -> Parts:
    ask = feedback.falsely(pipeline, image)
    return replace(pipeline.parts(image), ask=ask, stop=lambda rounds: "rounds_exhausted" if len(rounds) > 1 else None)


def _weighed_by(evidence: Literal["none", "own", "blind"]) -> Callable[[Settings], Settings]:
    """Return what has claims weighed by this evidence alone; see `CorrectionSettings.evidence`."""

    def weighing(settings: Settings) -> Settings:
        correction = settings.correction.model_copy(update={"evidence": evidence})
        return settings.model_copy(update={"correction": correction})

    return weighing


_AGAIN, _NONE = frozenset({"revise"}), frozenset[str]()
_ARMS = (
    Arm("none", "the first description as it is", _nothing, _NONE),
    Arm("repair-only", "the repair, and nothing is asked", _repair_only, _NONE),
    Arm("full", "the loop as it is shipped", _own),
    Arm(
        "no-evidence",
        "the loop, but the disputed claims are not looked at blindly",
        _own,
        settings=_weighed_by("none"),
    ),
    Arm(
        "words",
        "the loop, but claims are weighed by how sure their words were, and nobody looks again",
        _own,
        settings=_weighed_by("own"),
        eyes="nobody's",
    ),
    Arm(
        "looks",
        "the loop with the words and blind looks, and no witness",
        _own,
        settings=_weighed_by("blind"),
        eyes="nobody's",
    ),
    Arm(
        "witness",
        "the loop with a witness beside the rules; neither words nor looks weigh",
        _own,
        settings=_weighed_by("none"),
        eyes="a witness's",
    ),
    Arm(
        "all",
        "the loop with words, blind looks and a witness",
        _own,
        settings=_weighed_by("blind"),
        eyes="a witness's",
    ),
    Arm(
        "shuffled-witness",
        "the loop of `witness`, but what the witness tells is of another picture",
        _own,
        settings=_weighed_by("none"),
        eyes="a witness's elsewhere",
    ),
    Arm(
        "no-patch",
        "the whole description asked for again with the findings, then the repair",
        whole_answer,
        _AGAIN,
    ),
    Arm("placebo", "the loop, but the note says only to check again", _placebo),
    Arm("raw-error", "the loop, but the note is the validation report in Turtle", _raw_error),
    Arm("random-feedback", "the loop, but the claims it accuses are drawn at random", _random),
    Arm("false-accusation", "one claim that no rule objects to is accused, once", _false),
    Arm(
        "vote",
        f"the vote of {SAMPLES} descriptions",
        voting,
        _NONE,
        samples=samples,
    ),
    Arm("ccot", "described again with the scene graph in the prompt", chained, _AGAIN),
    Arm(
        "critique",
        "own critique, revision, decision",
        criticized,
        frozenset({"revise", "critique", "decide"}),
    ),
    Arm(
        "woodpecker",
        "every claim looked at again, what is not found in the image withdrawn",
        looked_at_again,
        settings=_weighed_by("none"),  # theirs has no blind looks
    ),
)
ARMS: Mapping[str, Arm] = MappingProxyType({arm.name: arm for arm in _ARMS})
"""Name -> arm. Beside these there is `rule-off:IRI` for every rule, and each may have a suffix, see `SUFFIXES`."""

SUFFIXES: Mapping[str, tuple[str, Callable[[Parts], Parts]]] = MappingProxyType(
    {
        "+unguarded": ("every answer taken", lambda parts: replace(parts, accept=any_answer)),
        "+no-repair": ("not repaired", lambda parts: replace(parts, repair=False)),
        "+repair": ("then repaired", lambda parts: replace(parts, repair=True)),
    }
)
"""What may be appended to the name of an arm to change it in one thing."""
_RULE_OFF = "rule-off:"
_FORMER: Mapping[str, str] = {"own-words": "words"}
"""Name of an arm in older runs -> its name."""


def now_called(name: str) -> str:
    """Return the name of an arm that an older run may have under another one.

    >>> now_called("own-words+repair"), now_called("none")
    ('words+repair', 'none')
    """
    base, plus, suffix = name.partition("+")
    return f"{_FORMER.get(base, base)}{plus}{suffix}"


ArmName = Annotated[str, AfterValidator(now_called)]
"""The name of an arm in a file."""


def arm(name: str) -> Arm:
    """Return the arm of this name: one of `ARMS`, `rule-off:IRI`, or either with one of `SUFFIXES`.

    A name that an arm had in older runs finds it, too.

    >>> arm("full+no-repair").about
    'the loop as it is shipped; not repaired'

    Raises:
        InputError: there is no such arm; names those there are.
    """
    name = now_called(name)
    for suffix, (about, change) in SUFFIXES.items():
        if name.endswith(suffix):
            base = arm(name.removesuffix(suffix))
            return replace(base, name=name, about=f"{base.about}; {about}", make=_changed(base.make, change))
    if name.startswith(_RULE_OFF) and len(name) > len(_RULE_OFF):
        rule = name.removeprefix(_RULE_OFF)
        return Arm(name, f"the loop without the rule {rule}", _own, settings=lambda settings: _without(settings, rule))
    if name not in ARMS:
        raise InputError(f"unknown arm {name!r}; one of {', '.join(ARMS)}, {_RULE_OFF}IRI, or NAME{'|'.join(SUFFIXES)}")
    return ARMS[name]


def _changed(make: Make, change: Callable[[Parts], Parts]) -> Make:
    return lambda pipeline, image: change(make(pipeline, image))


def _without(settings: Settings, rule: str) -> Settings:
    checking = settings.checking.model_copy(update={"off": (*settings.checking.off, rule)})
    return settings.model_copy(update={"checking": checking})
