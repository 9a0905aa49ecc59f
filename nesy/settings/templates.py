"""A prompt template as a setting gives it, a text or the path of one -> the text, its placeholders checked; and filled.

`{claims}` stands for what a turn has to say there; what stands in doubled braces, `{{claims}}`, is `{claims}` itself,
and every other brace is a brace, so that JSON can be written as it is.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nesy.encoding import decoded
from nesy.errors import InputError

_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}|\{([a-z_]+)\}")
_PATH_ENDS = (".txt", ".md", ".prompt")


@dataclass(frozen=True)
class Placeholders:
    """What the template of one kind of turn may say; without those `required` the turn could not be answered."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


VOCABULARY = ("categories", "predicates", "parts", "attributes")
"""Placeholders for words of the ontology, in every template."""
TEMPLATES: Mapping[str, Placeholders] = {
    "describe": Placeholders(("format",), VOCABULARY),
    "correct": Placeholders(("claims", "format"), ("notes", "things", *VOCABULARY)),
    "verify": Placeholders(("statement", "whether"), ("things", *VOCABULARY)),
    "ask": Placeholders(("question", "format"), ("notes", "things", *VOCABULARY)),
}
"""Kind of turn -> its placeholders."""


def is_path(value: str) -> bool:
    """Tell whether a setting names a file: one word, or one line that ends as a text file does."""
    return (
        "\n" not in value and (not re.search(r"\s", value) or value.lower().endswith(_PATH_ENDS)) and "{" not in value
    )


def template(kind: str, value: str) -> str:
    """Return the text of the template that a setting gives.

    Raises:
        InputError: its file cannot be read, a placeholder is unknown, or a required one is missing.
    """
    text, source = _read(kind, value) if is_path(value) else (value, "the template")
    allowed = TEMPLATES[kind]
    known = (*allowed.required, *allowed.optional)
    used = [name for escaped, name in _PLACEHOLDER.findall(text) if name]
    for name in used:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {{{close[0]}}}?" if close else f"there are: {_listed(known)}"
            raise InputError(f"{source} has the unknown placeholder {{{name}}}; {hint}")
    missing = [name for name in allowed.required if name not in used]
    if missing:
        raise InputError(f"{source} lacks {_listed(missing)}, which the model needs to answer")
    return text


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of placeholders, once: what a value says is not looked at again.

    >>> fill('{notes} {"a": {{notes}}}', {"notes": "A cup is {notes}."})
    'A cup is {notes}. {"a": {notes}}'
    """
    return _PLACEHOLDER.sub(lambda found: f"{{{found[1]}}}" if found[1] else values.get(found[2], found[0]), text)


def _read(kind: str, value: str) -> tuple[str, str]:
    try:
        text = decoded(Path(value).read_bytes(), value).replace("\r\n", "\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise InputError(
            f"{value}: cannot be read ({reason}); a template of one word is the path of a file, "
            f"and one of its own has {_listed(TEMPLATES[kind].required)}"
        ) from None
    if is_path(text.strip()):
        raise InputError(f"{value}: holds no template; one has {_listed(TEMPLATES[kind].required)}")
    return text.rstrip("\n"), value


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
