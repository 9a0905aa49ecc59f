"""A model and labelled pictures -> what it said and gave for what is true and for what is false.

It describes each picture, and looks blindly, as the loop does, at what it said itself and at statements made of the
labels, asked both ways. Where a witness looks too, what it adds is noted beside. Pictures of one content are one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from nesy.errors import ReplyError
from nesy.experiments.calibrating.labelled import Labelled, truths
from nesy.experiments.calibrating.made_statements import told_of
from nesy.image import Image
from nesy.loop.looks import Glance, glances
from nesy.loop.seeing import Seeing
from nesy.perception.calibration import Kind, kind_of, log_odds
from nesy.pipeline import Pipeline
from nesy.scene import Claim, Count, Entity, Scene, in_words
from nesy.turns import VisionLanguageModel, misfit_of


@dataclass(frozen=True)
class Look:
    """A statement of which it is known whether it is true, and what the model gave for it."""

    picture: int
    kind: Kind
    true: bool
    share: float
    """Of both polarities, in [0, 1], as `Calibration.chance` takes it."""
    added: float | None = None
    """What the witness adds to its log-odds; None: it has nothing to say."""


@dataclass(frozen=True)
class Description:
    """What the model said of a picture, and which claims of it are known to be true or false."""

    picture: int
    scene: Scene
    true: Mapping[str, bool]
    """By the ids of claims; what is not known is not there."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Of those that were looked at, as `Look.share`."""
    added: Mapping[str, float] = field(default_factory=dict)
    """As `Look.added`."""

    def claims(self, kind: Kind) -> list[Claim]:
        """Return the claims of a kind that come with a confidence and are known to be true or false."""
        return [c for c in self.scene.claims() if kind_of(c) == kind and c.confidence is not None and c.id in self.true]


@dataclass(frozen=True)
class Trials:
    """What a model did with labelled pictures."""

    looks: tuple[Look, ...]
    descriptions: tuple[Description, ...]
    pictures: int
    unreadable: int
    """Descriptions and looks of which no reply could be read."""
    unfit: int
    """Pictures of a kind that the model cannot read; they are left out."""


Watch = Callable[[Sequence[Labelled]], Iterable[Labelled]]


def tried(
    pipeline: Pipeline, known: Sequence[Labelled], seed: int, watch: Watch = iter, concurrency: int = 1
) -> Trials:
    """Have a model describe the pictures, and look at statements about them.

    Args:
        pipeline: with the model, and with a witness where one looks.
        known: the pictures.
        seed: of the statements.
        watch: wraps the pictures while they are gone through, for a progress bar.
        concurrency: requests that a server has in flight at most.

    Raises:
        InputError: a picture cannot be read, or several requests at a time are asked of a model of this machine.
        ModelError: the model, or the witness, cannot answer.
    """
    looks: list[Look] = []
    descriptions: list[Description] = []
    numbers: dict[str, int] = {}
    unreadable = unfit = 0
    results = pipeline.map(partial(_tried, seed=seed), known, concurrency)
    for _, found in zip(watch(known), results, strict=True):
        if found is None:
            unfit += 1
            continue
        number = numbers.setdefault(found.sha256, len(numbers))
        looks += [replace(look, picture=number) for look in found.looks]
        descriptions += [] if found.description is None else [replace(found.description, picture=number)]
        unreadable += found.unreadable
    return Trials(tuple(looks), tuple(descriptions), len(numbers), unreadable, unfit)


@dataclass(frozen=True)
class _Tried:
    """What a model did with one picture."""

    sha256: str
    looks: Sequence[Look]
    description: Description | None
    unreadable: int


def _tried(pipeline: Pipeline, known: Labelled, seed: int) -> _Tried | None:
    """Return what a model does with a picture; None where it cannot read pictures of that kind."""
    image = Image.open(known.picture)
    if misfit_of(pipeline.model, image):
        return None
    at = _Picture(pipeline, image, known)
    described = at.describe()
    told = told_of(known, Random(f"nesy calibrate {seed} {image.sha256}"), pipeline.ontology) if at.looks else ()
    claims = [] if described is None or not at.looks else at.to_look_at(described)
    own = [] if described is None else [(claim, described.scene.entities) for claim in claims]
    seen, _ = glances(pipeline.model, image, [*((one.claim, one.entities) for one in told), *own])
    looks = [
        Look(0, kind_of(one.claim), one.true, glance.share, at.added(one.claim, one.entities))
        for one, glance in zip(told, seen, strict=False)
        if isinstance(glance, Glance)
    ]
    if described is not None:
        answers = zip(claims, seen[len(told) :], strict=True)
        described = at.weighed(described, {c.id: one.share for c, one in answers if isinstance(one, Glance)})
    failed = sum(isinstance(glance, ReplyError) for glance in seen) + (described is None)
    return _Tried(image.sha256, looks, described, failed)


class _Picture:
    """One picture, before a model and perhaps a witness."""

    def __init__(self, pipeline: Pipeline, image: Image, known: Labelled) -> None:
        self._pipeline, self._image, self._known = pipeline, image, known
        self._dialogue = pipeline.dialogue_about(image)
        self.looks = takes_looks(pipeline.model)

    def describe(self) -> Description | None:
        """Return what the model says of it; None where that cannot be read."""
        try:
            scene = self._dialogue.perceive(self._image).parsed.scene
        except ReplyError:
            return None
        return Description(0, scene, truths(scene, self._known, self._pipeline.ontology))

    def to_look_at(self, described: Description) -> list[Claim]:
        """Return the claims that the loop would look at and of which the truth is known."""
        return [c for c in described.scene.claims() if not isinstance(c, Count) and c.id in described.true]

    def added(self, claim: Claim, entities: Sequence[Entity]) -> float | None:
        """Return what the witness adds to the log-odds of a claim; None where it has nothing to say."""
        seeing: Seeing | None = self._dialogue.seeing
        if seeing is None:
            return None
        statement = in_words(claim)
        found = seeing.chances([claim], entities, {statement: 0.5}).get(statement)
        return None if found is None else log_odds(found)

    def weighed(self, described: Description, shares: Mapping[str, float]) -> Description:
        """Return a description with the looks at it, and what the witness adds."""
        scene = described.scene
        added = {c.id: by for c in scene.claims() if (by := self.added(c, scene.entities)) is not None}
        return Description(described.picture, scene, described.true, shares, added)


def takes_looks(model: VisionLanguageModel) -> bool:
    """Tell whether a model can be asked whether a statement is true."""
    turns = getattr(model, "turns", None)
    return turns is None or "verify" in turns
