"""A picture -> what eyes other than the model's see in it, and what that is worth.

The package and the step have one name: `nesy.witness("photo.jpg")` calls the step, of which
`help(nesy.witness.witness)` tells; `nesy.witness.embedded` is a file of the package.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from nesy.witness.observing import witness

__all__ = ["witness"]


class _CallablePackage(ModuleType):
    """The package as a function: whichever of the two `nesy.witness` comes to mean first, it can be called."""

    __call__ = staticmethod(witness)

    def __reduce__(self) -> tuple[Callable[[str], ModuleType], tuple[str]]:
        """Say how it is sent to another process, as a function is: by its name."""
        return import_module, (self.__name__,)


# Python's own way to give a module a class of one's own ("Customizing module attribute access", Language Reference).
sys.modules[__name__].__class__ = _CallablePackage
