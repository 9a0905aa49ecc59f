"""A configuration file, assignments and flags -> settings, the later before the earlier; a mistake names its place."""

import difflib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nesy.errors import InputError
from nesy.settings.templates import TEMPLATES, is_path
from nesy.settings.toml_text import line_of, read_toml

Plain = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


def layered(
    kind: type[Model],
    config: Path | None = None,
    assignments: Sequence[str] = (),
    flags: Mapping[str, object] | None = None,
) -> Model:
    """Return the settings: those of the flags before the assignments, these before the file, that before the defaults.

    Args:
        kind: `nesy.Settings`.
        config: a TOML file; paths in it are beside it.
        assignments: `correction.ask=warning`; of two with one key the last holds.
        flags: dotted key -> value; None: not given.

    Raises:
        InputError: a file cannot be read, a key is unknown, or a value is of a wrong kind; it says where.
    """
    values: Plain = {} if config is None else from_file(kind, config)
    for assignment in assignments:
        _merge(values, assigned(kind, assignment))
    for key, value in (flags or {}).items():
        if value is not None:
            _merge(values, _nested(key.split("."), value))
    return _checked(kind, values)


def from_file(kind: type[BaseModel], path: Path) -> Plain:
    """Return the values that a TOML file sets, checked, its paths as seen from here.

    Raises:
        InputError: as `layered`; file, line and key.
    """
    values, text = read_toml(path)
    _place(values, path.parent)

    def where(key: Sequence[str | int]) -> str:
        line = line_of(text, key)
        return str(path) if line is None else f"{path}:{line}"

    _checked(kind, values, where)
    return values


def assigned(kind: type[BaseModel], assignment: str) -> Plain:
    """Return what `KEY=VALUE` sets, as a nest of tables: the value as TOML, as a bare word, or as words with commas.

    Raises:
        InputError: it is none, its key is unknown, or no reading of its value is of the right kind.
    """
    written, equals, text = assignment.partition("=")
    where = f"--set {assignment}"
    if not equals:
        raise InputError(f"{where}: KEY=VALUE is expected, such as correction.ask=warning")
    try:
        key = list(_keys(tomllib.loads(f"{written} = 0")))
    except (tomllib.TOMLDecodeError, RecursionError):
        raise InputError(f"{where}: {written.strip()!r} is no key; one is written section.name") from None
    first: InputError | None = None
    for value in _readings(text.strip()):
        found = _nested(key, value)
        try:
            _checked(kind, found, lambda _key: where)
        except InputError as error:
            first = first or error
        else:
            return found
    assert first is not None, "there is at least one reading"
    raise first


def _readings(text: str) -> Iterator[Any]:
    if not text:
        yield None
    with suppress(tomllib.TOMLDecodeError, RecursionError):
        yield tomllib.loads(f"value = {text}")["value"]
    yield text  # `calibration=2026` is a name, where a name is wanted
    if text.lower() in ("true", "false"):
        yield text.lower() == "true"
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    yield [word.strip().strip("\"'") for word in bare.split(",") if word.strip()]


def _keys(value: Any) -> Iterator[str]:
    while isinstance(value, dict):
        ((key, value),) = value.items()
        yield key


def _nested(key: Sequence[str], value: Any) -> Plain:
    found = {key[-1]: value}
    for part in reversed(key[:-1]):
        found = {part: found}
    return found


def _merge(into: Plain, values: Plain) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _place(values: Plain, folder: Path) -> None:
    """Turn paths beside the file into paths from here."""

    def placed(value: Any) -> Any:
        if isinstance(value, list):
            return [placed(one) for one in value]
        return str(folder / value) if isinstance(value, str) and value else value

    def always(_value: Any) -> bool:
        return True

    def template(value: Any) -> bool:
        return isinstance(value, str) and is_path(value)

    def file(value: Any) -> bool:
        return isinstance(value, str) and value.endswith(".toml")

    paths: tuple[tuple[str, Iterable[str], Callable[[Any], bool]], ...] = (
        ("", ("ontology",), always),
        ("checking", ("rules",), always),
        ("correction", ("calibration",), always),
        ("prompts", TEMPLATES, template),
        ("perception", ("profile",), file),
        ("perception", ("adapter",), always),
    )
    for section, names, is_one in paths:
        table: Any = values.get(section) if section else values
        for name in names if isinstance(table, dict) else ():
            if name in table and is_one(table[name]):
                table[name] = placed(table[name])


def _checked(kind: type[Model], values: Plain, where: Callable[[Sequence[str | int]], str] | None = None) -> Model:
    """Return the settings that these values are; strictly, so that "4" is no number and a number no name."""
    try:
        return kind.model_validate_json(json.dumps(values, default=str), strict=True)
    except InputError as error:  # what a section says of a value by itself
        if where is None:
            raise
        name = next((name for name, value in _leaves(values) if not _stands(kind, _nested(name, value))), ())
        raise InputError(f"{where(name)}: {'.'.join(name)}: {error}") from None
    except ValidationError as error:
        item = error.errors(include_url=False, include_context=False)[0]
    key = tuple(part for part in item["loc"] if not (isinstance(part, str) and part.startswith("function-")))
    place = "" if where is None else f"{where(key)}: "
    dotted = ".".join(map(str, key)) + (": " if key else "")
    if item["type"] == "extra_forbidden":
        raise InputError(f"{place}unknown setting {'.'.join(map(str, key))!r}{_meant(kind, key)}")
    message = item["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(item["input"], dict | list) else f", got {item['input']!r}"
    raise InputError(f"{place}{dotted}{message}{shown if len(shown) < 80 else ''}")


def _meant(kind: type[BaseModel], key: Sequence[str | int]) -> str:
    """Say which setting a key that there is none of may mean: of its own section, or of any."""
    known = tuple(every_key(kind))
    section, last = ".".join(map(str, key[:-1])), str(key[-1])
    close = [name for name in known if name.rpartition(".")[2] == last]
    for names in ([name for name in known if name.rpartition(".")[0] == section], known):
        ends = {name.rpartition(".")[2]: name for name in names}
        close = close or [ends[end] for end in difflib.get_close_matches(last, ends, n=2)]
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    all_told = len(kind.model_fields) < len(known)  # sections within sections are too many for a line
    return "; `nesy config` prints all there are" if all_told else f"; there are {', '.join(known)}"


def _leaves(values: Plain, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*before, key))
        else:
            yield (*before, key), value


def _stands(kind: type[BaseModel], values: Plain) -> bool:
    try:
        kind.model_validate_json(json.dumps(values, default=str), strict=True)
    except InputError:
        return False
    except ValidationError:
        return True
    return True


def every_key(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Yield the dotted keys of a section and of those in it."""
    for name, field in model.model_fields.items():
        yield before + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from every_key(field.annotation, f"{before}{name}.")
