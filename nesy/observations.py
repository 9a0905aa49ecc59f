"""Observations: what a witness saw in a picture, as `nesy.observations/1`; never mixed with what a model perceived."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from nesy.geometry import Box, Coordinate
from nesy.image import Image
from nesy.scene import ImageInfo
from nesy.scene.claim import Frozen
from nesy.scene.json_reading import read_json

if TYPE_CHECKING:
    import rdflib

Item = TypeVar("Item")
Score = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""What a network says of its own finding, in [0, 1]; no chance, until it is calibrated."""


def _not_inside_out(box: Box) -> Box:
    if box[0] > box[2] or box[1] > box[3]:
        raise ValueError("the box is turned inside out: it is left, top, right, bottom")
    return box


SeenBox = Annotated[Box, AfterValidator(_not_inside_out)]
"""(left, top, right, bottom), each in [0, 1], of the upright picture, origin top left."""
Keypoint = tuple[Coordinate, Coordinate, Score]
"""(x, y, score), each in [0, 1]; x and y of the upright picture, origin top left."""
_Joint = Annotated[Keypoint | None, Field(exclude_if=lambda point: point is None)]


class Keypoints(Frozen):
    """The joints of one person, by COCO's 17 names; left and right are the person's own.

    >>> joints = Keypoints(nose=(0.5, 0.1, 0.9))
    >>> joints.named(), joints.left_wrist
    ({'nose': (0.5, 0.1, 0.9)}, None)
    """

    nose: _Joint = None
    """Its tip."""
    left_eye: _Joint = None
    """The person's left eye."""
    right_eye: _Joint = None
    """The person's right eye."""
    left_ear: _Joint = None
    """The person's left ear."""
    right_ear: _Joint = None
    """The person's right ear."""
    left_shoulder: _Joint = None
    """The person's left shoulder."""
    right_shoulder: _Joint = None
    """The person's right shoulder."""
    left_elbow: _Joint = None
    """The person's left elbow."""
    right_elbow: _Joint = None
    """The person's right elbow."""
    left_wrist: _Joint = None
    """The person's left wrist."""
    right_wrist: _Joint = None
    """The person's right wrist."""
    left_hip: _Joint = None
    """The person's left hip."""
    right_hip: _Joint = None
    """The person's right hip."""
    left_knee: _Joint = None
    """The person's left knee."""
    right_knee: _Joint = None
    """The person's right knee."""
    left_ankle: _Joint = None
    """The person's left ankle."""
    right_ankle: _Joint = None
    """The person's right ankle."""

    def named(self, least: float = 0.0) -> dict[str, Keypoint]:
        """Return name -> (x, y, score) of the joints that were seen, in COCO's order.

        Args:
            least: the score from which one counts as seen, in [0, 1].
        """
        return {name: point for name in KEYPOINTS if (point := getattr(self, name)) is not None and point[2] >= least}


KEYPOINTS = tuple(Keypoints.model_fields)
"""COCO's 17 names, in its order."""


class WitnessInfo(Frozen):
    """Who looked, and what it would name.

    >>> WitnessInfo(name="embedded", version="1", categories=("cup", "person")).knows("cup")
    True
    """

    name: str
    """As `--witness` takes it."""
    version: str = ""
    """Of the weights, as their publisher names it; empty where nobody says."""
    weights_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 sum of the weights' bytes, in hexadecimal digits."""
    categories: tuple[str, ...] = ()
    """The words of things that it looks for, as it writes them; what is not here says nothing by being absent."""
    glimpses_from: Annotated[Score | None, Field(exclude_if=lambda score: score is None)] = None
    """The score from which it lists glimpses; None: it lists none."""

    def knows(self, category: str) -> bool:
        """Tell whether it looks for things of this category, written as it writes them."""
        return category in self.categories


class Thing(Frozen):
    """One thing that a witness saw.

    >>> Thing(category="cup", box=(0.1, 0.2, 0.3, 0.4), score=0.71, witness="embedded").category
    'cup'
    """

    category: str
    """What it is, in the witness's words; the embedded one has the 80 categories of COCO."""
    box: SeenBox
    """Where it is, of the upright picture, origin top left."""
    score: Score
    """Of the category at that box."""
    witness: str
    """Name of who saw it."""


class Person(Frozen):
    """One person with the joints that a witness saw.

    >>> someone = Person(box=(0, 0, 1, 1), score=0.8, keypoints={"nose": (0.5, 0.1, 0.9)}, witness="embedded")
    >>> someone.keypoints.nose
    (0.5, 0.1, 0.9)
    """

    box: SeenBox
    """Around the person, of the upright picture, origin top left."""
    score: Score
    """That it is a person."""
    keypoints: Keypoints = Keypoints()
    """A joint that was not looked for is left out; one that is hidden has a low score."""
    witness: str
    """Name of who saw it."""


class TextLine(Frozen):
    """One line of text in the picture.

    >>> TextLine(text="STOP", box=(0.4, 0.1, 0.5, 0.2), score=0.98, witness="rapidocr").text
    'STOP'
    """

    text: str
    """As it was read."""
    box: SeenBox
    """Around the line, of the upright picture, origin top left."""
    score: Score
    """Of the reading."""
    witness: str
    """Name of who read it."""


class Observations(Frozen):
    """What witnesses saw in one picture: things, people, lines of text, and who looked.

    >>> seen = Observations(
    ...     witnesses=(WitnessInfo(name="embedded", categories=("cup", "person")),),
    ...     things=(Thing(category="cup", box=(0.1, 0.2, 0.3, 0.4), score=0.71, witness="embedded"),),
    ... )
    >>> Observations.from_json(seen.to_json()) == seen
    True
    """

    schema_: Literal["nesy.observations/1"] = Field(default="nesy.observations/1", alias="schema")
    image: ImageInfo | None = None
    """Which picture was looked at, where that is known."""
    witnesses: tuple[WitnessInfo, ...]
    """Who looked, each name once."""
    things: tuple[Thing, ...] = ()
    """What was seen, people among it where the detector names them."""
    people: tuple[Person, ...] = ()
    """Persons with their joints."""
    texts: tuple[TextLine, ...] = ()
    """What can be read."""
    glimpses: Annotated[tuple[Thing, ...], Field(exclude_if=lambda things: not things)] = ()
    """What a witness is not sure enough of to say that it sees it: of a score from its `glimpses_from` up to that from
    which it tells a thing. A glimpse shows nothing; but of what there is not even a glimpse, one may believe that it is
    not there."""

    @model_validator(mode="after")
    def _by_witnesses_that_are_named(self) -> Self:
        names = [witness.name for witness in self.witnesses]
        if len(set(names)) < len(names):
            raise ValueError("two witnesses have one name; each needs its own")
        for field in ("things", "people", "texts", "glimpses"):
            for place, seen in enumerate(getattr(self, field)):
                if seen.witness not in names:
                    raise ValueError(f"{field}.{place} names the witness {seen.witness!r}, which is not listed")
        return self

    def __repr__(self) -> str:
        """Tell what was seen in one line; `to_json` tells all of it."""
        of = "" if self.image is None else f" of {self.image.name!r}"
        by = ", ".join(witness.name for witness in self.witnesses)
        counts = f"{len(self.things)} things, {len(self.people)} people, {len(self.texts)} lines of text"
        return f"<Observations{of} by {by or 'nobody'}: {counts}>"

    __str__ = __repr__

    def knows(self, category: str) -> bool:
        """Tell whether some witness looks for things of this category, written as it writes them."""
        return any(witness.knows(category) for witness in self.witnesses)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the observations as `nesy.observations/1`.

        Args:
            indent: spaces a level; None: all in one line.
        """
        return self.model_dump_json(by_alias=True, indent=indent)

    def to_rdf(self, base: str | None = None) -> "rdflib.Graph":
        """Return what was seen as RDF, with every witness as an agent of PROV-O and its looking as an activity.

        >>> turtle = Observations(witnesses=(WitnessInfo(name="embedded"),)).to_rdf().serialize(format="turtle")
        >>> "nesy:Witness" in turtle and "nesy:Entity" not in turtle
        True

        Args:
            base: what the names of the nodes are appended to, an IRI that ends in '#' or '/'; None takes that of
                nesy's scenes.
        """
        # As `Scene.to_rdf`: the face of the package is the one place that knows all floors.
        import nesy

        return nesy.observations_graph(self) if base is None else nesy.observations_graph(self, base)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "observations") -> "Observations":
        """Read what `to_json` wrote.

        Raises:
            InputError: it is no JSON, or no observations; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source, written_by_hand=True)


class Witness(Protocol):
    """Whoever looks at a picture on its own account."""

    @property
    def info(self) -> WitnessInfo:
        """Who it is, and what it would name."""

    def observe(self, image: Image) -> Observations:
        """Return what it sees.

        Raises:
            ModelError: it cannot look: a file or an extra is missing or damaged.
        """


def joined(several: Sequence[Observations]) -> Observations:
    """Return what several witnesses saw of one picture, side by side; nothing is merged.

    Raises:
        ValueError: there is none, two have one name, or they looked at different pictures.
    """
    images = {seen.image for seen in several if seen.image is not None}
    if not several or len(images) > 1:
        raise ValueError("what several witnesses saw is joined of one picture")
    return Observations(
        image=next(iter(images), None),
        witnesses=_all(seen.witnesses for seen in several),
        things=_all(seen.things for seen in several),
        people=_all(seen.people for seen in several),
        texts=_all(seen.texts for seen in several),
        glimpses=_all(seen.glimpses for seen in several),
    )


def _all(parts: Iterable[tuple[Item, ...]]) -> tuple[Item, ...]:
    return tuple(item for part in parts for item in part)
