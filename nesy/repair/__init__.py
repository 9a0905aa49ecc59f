"""An inconsistent scene -> the cheapest consistent one, and the price of every change.

The package and the step have one name: `nesy.repair(scene)` calls the step, of which `help(nesy.repair.repair)` tells;
`nesy.repair.search` is a file of the package.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from nesy.repair.meant import Named
from nesy.repair.prices import changing, denied, evidence, price, weighed, withdrawing
from nesy.repair.search import Repaired, repair

__all__ = ["Named", "Repaired", "changing", "denied", "evidence", "price", "repair", "weighed", "withdrawing"]


class _CallablePackage(ModuleType):
    """The package as a function: whichever of the two `nesy.repair` comes to mean first, it can be called."""

    __call__ = staticmethod(repair)

    def __reduce__(self) -> tuple[Callable[[str], ModuleType], tuple[str]]:
        """Say how it is sent to another process, as a function is: by its name."""
        return import_module, (self.__name__,)


# Python's own way to give a module a class of one's own ("Customizing module attribute access", Language Reference).
sys.modules[__name__].__class__ = _CallablePackage
