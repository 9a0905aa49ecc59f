"""Request and Reply: one turn with a vision-language model, and the protocol of everything that can answer."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, Protocol, Self, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nesy.geometry import SHARES, BoxForm
from nesy.image import Image
from nesy.scene import Entity, Scene

MOST_FRAMES = 32
"""Frames of a clip that one turn is about, at most."""
Kind = Literal["describe", "locate", "identify", "correct", "ask", "verify", "revise", "critique", "decide", "judge"]
"""What a turn is for."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class NumberedClaim(_Frozen):
    """A disputed claim as the model is shown it, and what it may answer.

    `answers` are the admissible answers in the order shown: always `keep` and `withdraw`, then
    changes such as `sit_on` (another predicate, state, category or value) or `swap` (the direction).

    >>> NumberedClaim(number=1, claim="r1", text="horse_1 ride person_1", answers=("keep", "withdraw", "swap")).answers
    ('keep', 'withdraw', 'swap')
    """

    number: int
    """Its place in the question, from 1."""
    claim: str
    """Id of the claim in the scene."""
    text: str
    """The claim in words of the scene: `person_1 ride horse_1`."""
    answers: tuple[str, ...]
    """What it may answer: `keep`, `withdraw`, then changes."""
    notes: tuple[str, ...] = Field(default=(), exclude_if=lambda notes: not notes)
    """Those of the request's notes that name this claim; where there are none, the request's are about it."""
    belief: float | None = Field(default=None, exclude_if=lambda belief: belief is None)
    """Of a claim that is doubted: the chance that the description's own words give it, calibrated, in [0, 1]."""


class Request(_Frozen):
    """One turn: describe the image, answer a note about numbered claims, a question, or whether a statement is true.

    Data only; no prompt text.

    >>> import PIL.Image
    >>> picture = Image.from_pixels(PIL.Image.new("RGB", (64, 48)))
    >>> request = Request(image=picture, kind="verify", question="cup_1 on table_1", entities=(
    ...     Entity(id="cup_1", category="cup"), Entity(id="table_1", category="dining table")))
    >>> request.kind, request.round, request.seed
    ('verify', 0, None)
    """

    image: Image
    """The picture; of several the first."""
    others: tuple[Image, ...] = Field(default=(), exclude_if=lambda others: not others)
    """The pictures after it, where a turn is about several at once."""
    moments: tuple[float, ...] = Field(default=(), exclude_if=lambda moments: not moments)
    """Where the pictures are frames of one clip: when each is shown, in seconds from its beginning, ascending."""
    kind: Kind
    """`locate`: say where `entities` are, which a description in words (`said`) named. `identify`: which of `entities`,
    of a later picture, are among `known`, of the pictures before it. `verify`: whether one
    statement holds, by the image alone. Other loops than the shipped one ask the rest, `revise`: describe again with
    an earlier one at hand; `critique`: say what in it does not fit the image; `decide`: which of two is better.
    `judge`: give marks to two `answers` to a question."""
    round: int = 0
    """Of the loop: 0 for the description, then 1, 2 ..."""
    form: Literal["json", "prose", "grounded"] = "json"
    """What a description is asked for in: JSON, sentences, or JSON about `entities` alone (kind `describe`)."""
    said: str = Field(default="", exclude_if=lambda said: not said)
    """The sentences in which the model named what it is asked for (kind `locate`)."""
    notes: tuple[str, ...] = ()
    """The findings' messages, one sentence each: about the claims, or about an earlier answer to the question."""
    entities: tuple[Entity, ...] = ()
    """The entities that the disputed claims touch; for a question, those that the answer may refer to; for a
    statement, those that it names."""
    known: tuple[Entity, ...] = Field(default=(), exclude_if=lambda known: not known)
    """What `entities` may turn out to be again (kind `identify`)."""
    claims: tuple[NumberedClaim, ...] = ()
    marked: Image | None = None
    """A second picture: the image with a numbered box around each of `entities` that has one; see `nesy.loop.marks`."""
    drafts: tuple[Scene, ...] = ()
    """Earlier descriptions that are shown again (kinds `revise`, `critique`: one; `decide`: two)."""
    temperature: Annotated[float, Field(ge=0.0, le=2.0)] = 0.0
    """0: the likeliest token at each step; above: tokens are drawn, the more freely the larger it is."""
    sample: int = 0
    """Seed of the draw; the same request with another number is another sample."""
    question: str = ""
    """What is asked (kind `ask`), or the statement in words of the scene (kind `verify`)."""
    answers: tuple[str, ...] = Field(default=(), exclude_if=lambda answers: not answers)
    """The two answers that are judged, in the order shown (kind `judge`)."""
    context: str = Field(default="", exclude_if=lambda context: not context)
    """What the picture shows, in words: captions, for a judge (kind `judge`)."""
    text_only: bool = Field(default=False, exclude_if=lambda text_only: not text_only)
    """Whether `context` stands for the picture; `image` is then an empty one, and not shown (kind `judge`)."""
    negated: bool = False
    """Whether it is asked if the statement is wrong, where it would be asked if it is true (kind `verify`)."""
    template: str = Field(default="", exclude_if=lambda template: not template)
    """The turn in words of one's own, with placeholders (`nesy.settings.templates`); empty: as it is shipped."""
    words: tuple[tuple[str, tuple[str, ...]], ...] = Field(default=(), exclude_if=lambda words: not words)
    """Words of the ontology by kind, `categories`, `predicates`, `parts`, `attributes`: what the placeholders of these
    names stand for; where there is no template a description is told to use them."""
    before: tuple[str, ...] = Field(default=(), exclude_if=lambda before: not before)
    """What the frame before shows of a clip, a claim each; a description of this one is told so (full style alone)."""
    complaint: str = ""
    """What was wrong with the form of the last reply; empty unless this is a format-only retry."""

    @model_validator(mode="after")
    def _a_clip_has_its_times(self) -> Self:
        told = self.moments
        if told and (len(told) != len(self.pictures) or not 2 <= len(told) <= MOST_FRAMES):
            raise ValueError(
                f"{len(told)} moments of {len(self.pictures)} frames; 2 to {MOST_FRAMES}, one each, are right"
            )
        if any(not before < after for before, after in pairwise(told)) or not all(0 <= one < math.inf for one in told):
            raise ValueError("moments of a clip are seconds from its beginning, ascending")
        return self

    @property
    def pictures(self) -> tuple[Image, ...]:
        """All pictures that the turn is about, in order; not the marked one."""
        return (self.image, *self.others)

    @property
    def marks(self) -> dict[str, int]:
        """Entity -> the number of its box on `marked`, from 1 in the order of `entities`; empty without the picture."""
        boxed = [] if self.marked is None else [entity.id for entity in self.entities if entity.box is not None]
        return {entity: number for number, entity in enumerate(boxed, start=1)}

    @property
    def seed(self) -> int | None:
        """Seed of the draw; None where nothing is drawn."""
        return self.sample if self.temperature else None


class Token(_Frozen):
    """One generated token: its text, and its `probability` under the grammar's allowed tokens, in [0, 1].

    The probability is None where the back end gave none that is a number.

    >>> Token(text="horse", probability=0.93).probability
    0.93
    """

    text: str
    """What it adds to the text."""
    probability: float | None
    """Under the tokens that the grammar allows, in [0, 1]; None where it is not known."""


class Usage(_Frozen):
    """What one or more calls cost; `cached_tokens` of the prompt were not computed again.

    >>> Usage(calls=1, new_tokens=40, seconds=0.5) + Usage(calls=1, new_tokens=2)
    Usage(calls=2, prompt_tokens=0, cached_tokens=0, new_tokens=42, seconds=0.5)
    """

    calls: int = 0
    """Of the model, one a reply."""
    prompt_tokens: int = 0
    """Tokens that it was given."""
    cached_tokens: int = 0
    """Those of them that were not computed again."""
    new_tokens: int = 0
    """Tokens that it wrote."""
    seconds: float = 0.0
    """By the clock on the wall."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            new_tokens=self.new_tokens + other.new_tokens,
            seconds=self.seconds + other.seconds,
        )


class Reply(_Frozen):
    """What a model said: the text, the prompt it was given, and its tokens in order (empty when unknown).

    >>> Reply(text='{"entities": []}').usage.calls
    0
    """

    text: str
    prompt: str = ""
    tokens: tuple[Token, ...] = ()
    """Their texts joined are `text`, or the tuple is empty when the back end gives no probabilities."""
    usage: Usage = Usage()
    problems: tuple[str, ...] = ()
    """What the back end could not use of the answer it got, one line each."""
    boxes: BoxForm = Field(default=SHARES, exclude_if=lambda boxes: boxes == SHARES)
    """How the model writes boxes, of this picture."""


class ModelInfo(_Frozen):
    """Which model spoke: its id, revision, and the sha256 of its weights where there are any.

    >>> ModelInfo(id="llava-hf/llava-onevision-qwen2-7b-ov-hf", revision="0d50680").id
    'llava-hf/llava-onevision-qwen2-7b-ov-hf'
    """

    id: str
    """Its name: `nesy-embedded`, a hub id, `replay:FILE`."""
    revision: str | None = None
    """Of the weights, or the sum of a recording."""
    weights_sha256: str | None = None
    """Of the weights' file."""
    profile: str | None = Field(default=None, exclude_if=lambda profile: profile is None)
    """How it is spoken to (`nesy.perception.profile`); None of a model that has learnt turns of its own."""
    logprobs: Literal["raw", "processed"] | None = Field(default=None, exclude_if=lambda mode: mode is None)
    """Whether its probabilities are those before grammar and temperature (`raw`, of a server) or after them; None:
    after them, as of every model of this machine."""


class VisionLanguageModel(Protocol):
    """Anything that answers a request: the LLaVA back end, a replay, a scripted model in tests.

    >>> class OneCup:  # a VisionLanguageModel
    ...     info = ModelInfo(id="one-cup")
    ...
    ...     def reply(self, request: Request) -> Reply:
    ...         return Reply(text='{"entities": [{"id": "cup_1", "box": [0.1, 0.1, 0.5, 0.5], "attributes": []}]}')
    >>> import nesy
    >>> import PIL.Image
    >>> picture = nesy.Image.from_pixels(PIL.Image.new("RGB", (64, 48)))
    >>> nesy.Pipeline(OneCup()).perceive(picture).entities[0].category
    'cup'
    """

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        ...

    def reply(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            ModelError: it cannot.
        """
        ...


@runtime_checkable
class ManyAtOnce(VisionLanguageModel, Protocol):
    """A model that answers several requests in one go, each as alone, and the same request always the same."""

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests that do not need each other's answers, in order; raises as `reply` does."""
        ...


MOST_TOGETHER = 12
"""Pictures that are analyzed together, at most."""


def most_pictures(model: VisionLanguageModel) -> int:
    """Return how many pictures a turn may be about: what the model says as `most_pictures`, else `MOST_TOGETHER`."""
    return int(getattr(model, "most_pictures", MOST_TOGETHER))


def most_frames(model: VisionLanguageModel) -> int:
    """Return how many frames of a clip one turn may be about: what the model says as `most_frames`, else its pictures.

    A model that says neither takes `MOST_FRAMES`; 1 is a model that takes no clip in one turn.
    """
    own = getattr(model, "most_frames", getattr(model, "most_pictures", MOST_FRAMES))
    return min(int(own), MOST_FRAMES)


def misfit_of(model: VisionLanguageModel, image: Image) -> str:
    """Return why the model cannot read a picture, or has not seen it, in one sentence; empty where it has no say.

    A model tells by a method `misfit(image) -> str`.
    """
    misfit = getattr(model, "misfit", None)
    return str(misfit(image)) if callable(misfit) else ""


def info_of(model: VisionLanguageModel) -> ModelInfo:
    """Return which model it is; an object that does not say is known by the name of its class."""
    info = getattr(model, "info", None)
    return info if isinstance(info, ModelInfo) else ModelInfo(id=type(model).__name__)


def replies(model: VisionLanguageModel, requests: Sequence[Request]) -> list[Reply]:
    """Return the replies to requests about one image, in order: by the model's own `replies` if it has one.

    Raises:
        ModelError: the model cannot answer one of them.
    """
    if isinstance(model, ManyAtOnce):
        return model.replies(requests)
    return [model.reply(request) for request in requests]
