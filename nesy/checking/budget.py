"""A rule and a scene -> how much work they may take; past it the rule is stopped, and not decided for that scene.

The clock that counts is the processor's, so that a busy machine decides as a quiet one does. Where a check runs in the
main thread an alarm of the operating system has it looked at a few times a second: that costs nothing while rules are
quick, and reaches into regular expressions. (Its timers of the processor's time would make that clock a coarse one for
the whole process.) In another thread a thread beside it looks, which only reaches what is Python.
"""

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType, TracebackType
from typing import Self

SECONDS = 5.0
"""So long one rule may work on one scene; a check of all rules takes some thousandths of that."""
_MEMORY = 2**30
"""By so many bytes may the process grow meanwhile."""
_LOOKS = 20
"""So often a rule is looked at while it uses up its time."""
_GRACE = 0.25
"""In shares of that time: after what was raised, nothing is raised again for so long."""
LONGEST_TEXT = 2**20
"""In characters: what a rule puts together."""
LARGEST_NUMBER = 2**13
"""In bits: what a rule reckons."""


class OverBudget(BaseException):  # engines pass over any Exception of an expression: it would have no value
    """Raised where a rule takes more than it may; the reason, in words."""


def limit_text(size: int) -> None:
    """Stop a rule that makes too long a text."""
    if size > LONGEST_TEXT:
        raise OverBudget(f"it makes a text of more than {LONGEST_TEXT} characters")


def limit_number(value: int) -> None:
    """Stop a rule that makes too large a whole number."""
    if value.bit_length() > LARGEST_NUMBER:
        raise OverBudget(f"it makes a number of more than {LARGEST_NUMBER} binary digits")


class Watch:
    """Looks after one rule at a time; `OverBudget` is raised in the midst of one that takes too much.

    >>> with Watch(0.1) as watch:
    ...     watch.rule = "urn:endless"
    ...     try:
    ...         while True:
    ...             pass
    ...     except OverBudget as reason:
    ...         watch.rule = ""
    ...         print(reason)
    it takes more than 0.1 s
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.rule = ""
        """The rule that is at work; nothing is stopped while there is none."""
        self._seconds = seconds
        self._seen, self._since, self._held = "", 0.0, 0
        self._thread: _Beside | None = None
        self._clock: Callable[[], float] = time.process_time

    def __enter__(self) -> Self:
        if sys.platform != "win32" and sys.platform != "darwin":
            self._clock = partial(time.clock_gettime, time.pthread_getcpuclockid(threading.get_ident()))
        if sys.platform != "win32" and threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGALRM, self._heard)
            self._alarm = signal.setitimer(signal.ITIMER_REAL, self._seconds / _LOOKS, self._seconds / _LOOKS)
            self._begun = time.monotonic()
            self._unraisable, sys.unraisablehook = sys.unraisablehook, self._lost
        else:
            self._thread = _Beside(self, self._seconds / _LOOKS)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rule = ""
        if self._thread is not None:
            self._thread.end()
        elif sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.unraisablehook = self._unraisable
            signal.signal(signal.SIGALRM, self._handler)
            due, again = self._alarm  # somebody else's alarm, which is as near now as it would have been
            if due:
                signal.setitimer(signal.ITIMER_REAL, max(due - (time.monotonic() - self._begun), 1e-6), again)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        reason = self.look()
        if reason:
            # While this is on its way, generators are closed, which would lose another one.
            self._since, self._held = self._since + self._seconds * _GRACE, _largest()
            raise OverBudget(reason)

    def _lost(self, lost: "sys.UnraisableHookArgs") -> None:
        """Say nothing of what was raised in a destructor or a callback, which let nothing out: it is raised again."""
        if not issubclass(lost.exc_type, OverBudget):
            self._unraisable(lost)

    def look(self) -> str:
        """Return why the rule must stop, or nothing."""
        if not self.rule:
            return ""
        if self.rule != self._seen:
            self._seen, self._since, self._held = self.rule, self._clock(), _largest()
            return ""
        if self._clock() - self._since >= self._seconds * (1 - 1 / _LOOKS):
            return f"it takes more than {self._seconds:g} s"
        if _largest() - self._held > _MEMORY:
            return f"it takes more than {_MEMORY // 2**20} MiB of memory"
        return ""


class _Beside(threading.Thread):
    """Looks after the thread that made it."""

    def __init__(self, watch: Watch, every_s: float) -> None:
        super().__init__(daemon=True)
        self._watch, self._every_s = watch, every_s
        self._watched = ctypes.c_ulong(threading.get_ident())
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._sent = False

    def run(self) -> None:
        while not self._ended.wait(self._every_s):
            with self._lock:
                if not self._ended.is_set() and self._watch.look():
                    self._sent = True
                    self._raise()

    def end(self) -> None:
        """Raise nothing any more; what was raised and not yet heard is heard here.

        To take it back (PyThreadState_SetAsyncExc with NULL) would leave CPython looking for it at every step, and
        without an end where steps are traced.
        """
        while True:
            try:
                with self._lock:
                    self._ended.set()
                if not self._sent:
                    return
                self._sent = False
                self._raise()  # in place of the one that may be on its way
                while True:  # until it is heard
                    pass
            except _Slow:
                continue

    def _raise(self) -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._watched, ctypes.py_object(_Slow))


class _Slow(OverBudget):
    """Raised from another thread, which cannot hand over a reason."""

    def __str__(self) -> str:
        return "it takes too long"


def _largest() -> int:
    """Return the most memory that the process has held, in bytes; 0 where that is not told."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
