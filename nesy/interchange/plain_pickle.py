"""A pickle file -> the plain values in it: numbers, texts, lists, tuples, dictionaries, and arrays as lists of numbers.

A pickle is a program, and may name any function to be called. Here none is: what it names is looked up in a table of
names, under which numpy's arrays and bytes are written, and each stands for code of this file. Anything else is
refused. The reader is the standard library's in Python: the one in C can be made to take gigabytes by a few bytes.
"""

import math
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nesy.errors import InputError

_CODES = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1")
_ORDERS = ("<", ">", "=", "|")


def load(path: Path) -> object:
    """Return what a pickle file holds.

    Values may be shared: the same list may stand at several places, so a message must never show a value whole.

    Raises:
        InputError: it cannot be read, is no pickle, breaks off, or names something else than plain values and arrays.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, encoding="latin1").load()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except _RefusedError as error:
        raise InputError(
            f"{path}: the pickle asks for {error}; plain values and arrays of numbers are read, nothing is run"
        ) from None
    except Exception as error:  # noqa: BLE001  a damaged pickle fails in as many ways as it has operations
        raise InputError(f"{path}: no pickle of plain values, or damaged ({type(error).__name__})") from None


class _RefusedError(Exception):
    pass


class _Reader(pickle._Unpickler):
    """Reads a pickle and finds in it what `_NAMES` has, nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a name; `_RefusedError` where nothing does."""
        found = _NAMES.get((module, name))
        if found is None:
            raise _RefusedError(f"{module}.{name}"[:120])
        return found

    def persistent_load(self, _pid: Any) -> Any:
        """Refuse what lies outside of the file."""
        raise _RefusedError("something outside of the file")


class _Code:
    """A type of numbers, as numpy writes one: first its code, then the order of its bytes."""

    __slots__ = ("text",)

    def __init__(self, code: str) -> None:
        if code not in _CODES:
            raise _RefusedError("an array of what is no number")
        self.text = code

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[1] not in _ORDERS or any(one is not None for one in state[2:5]):
            raise _RefusedError("an array of records")
        self.text = f"{state[1]}{self.text[-2:]}"

    def numbers(self, data: bytes, shape: tuple[int, ...], *, by_column: bool = False) -> Any:
        """Return the numbers of an array as nested lists; ValueError where there are not as many bytes."""
        import numpy as np

        kind = np.dtype(self.text)
        if not all(isinstance(side, int) and side >= 0 for side in shape) or len(shape) > 8:
            raise ValueError("a shape of sides is expected")
        if math.prod(shape) * kind.itemsize != len(data):
            raise ValueError("an array of another length is expected")
        return np.frombuffer(data, kind).reshape(shape, order="F" if by_column else "C").tolist()


class PlainArray:
    """An array: `value` holds its numbers as nested lists; a single number where it has no side."""

    __slots__ = ("value",)

    def __init__(self, value: Any = None) -> None:
        self.value = value

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, code, by_column, data = state
        if not isinstance(code, _Code) or not isinstance(data, bytes | bytearray | str):
            raise _RefusedError("an array of what is no number")
        held = data.encode("latin1") if isinstance(data, str) else bytes(data)  # Python 2 wrote texts
        self.value = code.numbers(held, tuple(shape), by_column=bool(by_column))


class _Named:
    """What a name in a pickle stands for; it has no attribute that the pickle could set."""

    __slots__ = ("_make",)
    _make: Callable[..., Any]

    def __init__(self, make: Callable[..., Any]) -> None:
        object.__setattr__(self, "_make", make)

    def __setattr__(self, name: str, value: Any) -> None:
        raise _RefusedError(f"a change of what it names ({name})"[:120])

    def __call__(self, *given: Any) -> Any:
        return self._make(*given)


def _scalar(code: _Code, data: bytes | str) -> Any:
    return code.numbers(data.encode("latin1") if isinstance(data, str) else bytes(data), ())


def _from_buffer(data: bytes, code: _Code, shape: tuple[int, ...], order: str) -> PlainArray:
    return PlainArray(code.numbers(bytes(data), tuple(shape), by_column=order == "F"))


def _encode(text: str, encoding: str) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise _RefusedError("another encoding")
    return text.encode("latin1")


def _bytes(data: Any = b"", *encoding: str) -> bytes:
    if encoding:
        return _encode(data, *encoding)
    if not isinstance(data, bytes):
        raise _RefusedError("bytes made of what is none")
    return data


_NAMES: Mapping[tuple[str, str], Any] = MappingProxyType(
    {
        ("numpy", "ndarray"): _Named(lambda *_: _refuse()),
        ("numpy", "dtype"): _Named(lambda code, *_: _Code(code)),
        **{(room, name): _Named(_bytes) for room in ("builtins", "__builtin__") for name in ("bytes", "bytearray")},
        ("_codecs", "encode"): _Named(_encode),
        **{
            (f"numpy.{core}.multiarray", name): _Named(make)
            for core in ("core", "_core")
            for name, make in (("_reconstruct", lambda *_: PlainArray()), ("scalar", _scalar))
        },
        **{(f"numpy.{core}.numeric", "_frombuffer"): _Named(_from_buffer) for core in ("core", "_core")},
    }
)


def _refuse() -> None:
    raise _RefusedError("an array that is made anew")
