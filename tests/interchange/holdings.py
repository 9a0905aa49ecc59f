"""What each format holds of a scene, for the tests of round trips."""

from collections import Counter
from collections.abc import Callable, Mapping

from nesy.interchange import coco
from nesy.interchange.holding import narrowed
from nesy.scene import Scene

Held = Callable[[Scene], tuple[Scene | None, Counter[str]]]

HOLDINGS: Mapping[str, Held] = {
    "scenes": lambda scene: (scene, Counter()),
    "coco": lambda scene: narrowed(scene, coco.HOLDS),
}
