"""What a thesis runs on its own model and data: scores, arms and their harm, rules on true scenes, mutants, statistics.

    >>> from nesy.experiments import Tally, difference
    >>> with_loop, without = [Tally(right=3, made=4, true=4)] * 20, [Tally(right=2, made=4, true=4)] * 20
    >>> apart, p = difference(with_loop, without)
    >>> apart.value, p < 0.01
    (0.25, True)

A sub-room a subject. The public names stand in `__init__.pyi`; each is loaded when it is first used.
"""

import lazy_loader

__getattr__, __dir__, _listed = lazy_loader.attach_stub(__name__, __file__)
__all__ = sorted(_listed)
