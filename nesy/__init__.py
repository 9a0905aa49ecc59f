"""nesy: a vision-language model made accountable.

    Image -> perception -> Scene -> graph -> checking -> Verdict -> repair -> Analysis
                 ^                                         |
                 +-------------- correction <--------------+

A vision-language model describes an image as claims (`Scene`); rules over an ontology say which claims cannot
hold together (`Verdict`); the model is asked again about those alone; what still breaks a rule is repaired. Every
round is kept (`Analysis`), as JSON and as RDF with provenance.

    >>> import nesy
    >>> scene = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")])
    >>> nesy.check(scene).consistent
    True

The things are modules of this package (`scene`, `verdict`, `turns` ...), the steps are its folders, and `pipeline` is
the only place where the steps meet. The public names stand in `__init__.pyi`; each is loaded when it is first used.
"""

import copyreg
import importlib
import sys
from collections.abc import Callable
from types import ModuleType

import lazy_loader

_public, _names, _listed = lazy_loader.attach_stub(__name__, __file__)
__all__ = sorted([*_listed, "__version__"])


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that `import nesy` stays light."""
    if name == "__version__":
        from importlib import metadata  # two thirds of the time that `import nesy` would take

        return metadata.version("nesy")
    if name not in __all__:
        raise AttributeError(f"module 'nesy' has no attribute {name!r}; the public names are in nesy.__all__")
    # `repair` and `witness` name a step and its package, which can be called, so each stands for both whichever is
    # imported first.
    found = _public(name)
    globals()[name] = value = sys.modules.get(f"{__name__}.{name}", found)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _by_name(module: ModuleType) -> tuple[Callable[..., ModuleType], tuple[str]]:
    return importlib.import_module, (module.__name__,)


# The lazy loader makes this a module of its own kind, which those who send code to other processes (Ray, joblib) do not
# know: without this a function of a script that uses `nesy` could not be sent.
copyreg.dispatch_table[type(sys.modules[__name__])] = _by_name
