"""Witnesses as arms need them: one that looks at each picture once for all arms, and one that tells of another picture.

The second is the placebo of the first: it sees as much, and as surely, but nothing of it is there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from types import MappingProxyType

from nesy.errors import InputError
from nesy.image import Image
from nesy.observations import Observations, Witness, WitnessInfo


class OnceLooking:
    """A witness that keeps what it saw: it looks at a picture once, whoever asks."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._seen: dict[str, Observations] = {}

    @property
    def info(self) -> WitnessInfo:
        """Who it is."""
        return self._witness.info

    def observe(self, image: Image) -> Observations:
        """Return what it sees, from memory where it looked before; ModelError when it cannot look."""
        if image.sha256 not in self._seen:
            self._seen[image.sha256] = self._witness.observe(image)
        return self._seen[image.sha256].model_copy(update={"image": image.info})  # one file may have two names


class Elsewhere:
    """A witness that, asked about one picture of a folder, tells what it sees in another."""

    def __init__(self, witness: Witness, images: Path, other: Mapping[str, str]) -> None:
        """Take who looks, the folder of the picture files, and for each file's name the name of the other."""
        self._witness, self._images, self._other = witness, images, other

    @property
    def info(self) -> WitnessInfo:
        """Who it is."""
        return self._witness.info

    def observe(self, image: Image) -> Observations:
        """Return what it sees in the other picture; boxes are shares, so they lie in this one, too.

        Raises:
            InputError: the other picture cannot be read.
            ModelError: the witness cannot look.
        """
        return self._witness.observe(Image.open(self._images / self._other[image.name]))


def shuffled(names: Sequence[str], seed: int) -> Mapping[str, str]:
    """Return for each name another one, each once: all of them in one circle that the seed draws.

    >>> sorted(shuffled(["a", "b"], seed=1).items())
    [('a', 'b'), ('b', 'a')]

    Raises:
        InputError: there are fewer than two.
    """
    circle = sorted(set(names))
    if len(circle) < 2:
        raise InputError("a witness that tells of another picture needs two pictures at least; the folder holds one")
    Random(f"nesy shuffled witness {seed}").shuffle(circle)
    return MappingProxyType(dict(zip(circle, (*circle[1:], circle[0]), strict=True)))
