"""A picture -> what a witness sees in it."""

from pathlib import Path

from nesy.image import Image
from nesy.observations import Observations, Witness, joined
from nesy.witness.embedded import NAME
from nesy.witness.roster import load_all


def witness(image: Image | str | Path, *, by: Witness | str = NAME) -> Observations:
    """Look at a picture with eyes other than the model's.

    >>> import PIL.Image, nesy
    >>> grey = nesy.Image.from_pixels(PIL.Image.new("RGB", (64, 48), "grey"), name="grey.png")
    >>> nesy.witness(grey)
    <Observations of 'grey.png' by embedded: 0 things, 0 people, 0 lines of text>

    Args:
        image: a picture, or the path of one.
        by: who looks: a witness, or its name as `nesy witness --witness` takes it; of several, joined by
            commas, what they see stands side by side.

    Returns:
        things, people and lines of text with boxes in [0, 1] of the upright picture, origin top left, and scores in
        [0, 1]; and who looked.

    Raises:
        InputError: no picture can be read there, or there is no such witness.
        ModelError: the witness cannot look: a file or an extra is missing or damaged.
    """
    picture = image if isinstance(image, Image) else Image.open(image)
    eyes = load_all(by) if isinstance(by, str) else (by,)
    return joined([one.observe(picture) for one in eyes])
