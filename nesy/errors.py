"""The error tree: what can go wrong, told in one line, with where and what would be right.

NesyError
├── InputError       the user's file, flag or scene        (exit code 2)
├── KnowledgeError   a rule or ontology file                (exit code 2)
├── ModelError       a model back end, with a hint          (exit code 3)
└── ReplyError       a model's reply that is no scene; the only one the loop catches

An inconsistent scene is never an error: it is a `Verdict`.
"""

import re

UNSEEN = "\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff"
"""What no message, table, picture or prompt holds as it is, as a class of a regular expression: C0 and C1 controls,
line and paragraph separators, what turns the writing direction, the byte order mark, halves of characters."""


_UNSEEN = re.compile(f"[{UNSEEN}]")


class NesyError(Exception):
    """Root of every error that nesy raises on purpose.

    Its message is one line that a terminal shows and never obeys: of what it quotes, breaks of lines become blanks, and
    other controls are written as escapes.

    >>> import nesy
    >>> try:
    ...     nesy.Image.open("no_such_picture.png")
    ... except nesy.NesyError as error:
    ...     print(type(error).__name__, "-", error)
    InputError - no_such_picture.png: no such file
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(_UNSEEN.sub(_shown, message))


def _shown(found: re.Match[str]) -> str:
    return " " if found[0] in "\n\r\t" else f"\\u{ord(found[0]):04x}"


class InputError(NesyError):
    """A file, flag or scene of the user cannot be used; the message names the path and the field.

    >>> import nesy
    >>> nesy.Scene.from_json('{"entities": [{"category": "cup", "colour": "red"}]}', source="cups.json")
    Traceback (most recent call last):
    nesy.errors.InputError: cups.json: entities.0.colour: unknown key
    """


class KnowledgeError(NesyError):
    """A rule or ontology file cannot be used; the message names the path and, where known, the IRI.

    >>> from pathlib import Path
    >>> import nesy
    >>> nesy.Ontology.load([Path("no_such_ontology.ttl")])
    Traceback (most recent call last):
    nesy.errors.KnowledgeError: no_such_ontology.ttl: cannot be read (No such file or directory)
    """


class ModelError(NesyError):
    """A model back end cannot answer.

    >>> raise ModelError("the server does not answer", hint="start it with: vllm serve NAME")
    Traceback (most recent call last):
    nesy.errors.ModelError: the server does not answer; start it with: vllm serve NAME

    Args:
        message: what went wrong.
        hint: the commands or flags that mend it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.hint = hint


class ReplyError(NesyError):
    """A reply is no scene and no patch.

    >>> error = ReplyError("A cup.", problems=("the reply holds no JSON",))
    >>> str(error), error.raw
    ('the reply holds no JSON', 'A cup.')

    Args:
        raw: the reply's text as the model gave it.
        problems: every problem found, one line each.
    """

    def __init__(self, raw: str, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.raw = raw
        self.problems = problems


def first_line(error: Exception) -> str:
    """Return the first line of what an error of another library says, or its kind where it says nothing.

    >>> first_line(OSError("no such file")), first_line(KeyError())
    ('no such file', 'KeyError')
    """
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
