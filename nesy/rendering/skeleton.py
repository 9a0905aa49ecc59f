"""Persons whose joints were seen -> their skeletons, drawn over a picture of them."""

from collections.abc import Iterable

import PIL.Image
import PIL.ImageDraw

from nesy.observations import Person
from nesy.rendering.palette import PAPER, Colour
from nesy.rendering.taken_room import Rect

BONES = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
    ("left_shoulder", "left_hip"), ("right_shoulder", "right_hip"),
    ("left_shoulder", "left_elbow"), ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow"), ("right_elbow", "right_wrist"),
    ("left_hip", "left_knee"), ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"), ("right_knee", "right_ankle"),
    ("nose", "left_eye"), ("nose", "right_eye"), ("left_eye", "left_ear"), ("right_eye", "right_ear"),
)  # fmt: skip
"""Which joints are joined by a line."""
LEAST_JOINT = 0.2
"""A joint of a lower score is not drawn: it is hidden, or a guess."""
_LIMB: Colour = (255, 214, 10)


def draw_skeletons(picture: PIL.Image.Image, people: Iterable[Person], frame: Rect) -> None:
    """Draw the joints that were seen, and the lines between them, over a picture.

    Args:
        picture: is drawn on.
        people: whom a witness saw.
        frame: where in the picture the image lies that they are in, in pixels.
    """
    pen = PIL.ImageDraw.Draw(picture)
    for person in people:
        _draw(pen, person, frame)


def _draw(pen: PIL.ImageDraw.ImageDraw, person: Person, frame: Rect) -> None:
    left, top, right, bottom = frame
    places = {
        name: (left + x * (right - left), top + y * (bottom - top))
        for name, (x, y, _) in person.keypoints.named(LEAST_JOINT).items()
    }
    limbs = [(places[a], places[b]) for a, b in BONES if a in places and b in places]
    for colour, width, dot in ((PAPER, 6, 6), (_LIMB, 3, 4)):
        for limb in limbs:
            pen.line(limb, fill=colour, width=width)
        for x, y in places.values():
            pen.ellipse((x - dot, y - dot, x + dot, y + dot), fill=colour)
