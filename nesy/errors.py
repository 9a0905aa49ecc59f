"""The error tree: what can go wrong, told in one line, with where and what would be right.

NesyError
├── InputError       the user's file, flag or scene        (exit code 2)
├── KnowledgeError   a rule or ontology file                (exit code 2)
├── ModelError       a model back end, with a hint          (exit code 3)
└── ReplyError       a model's reply that is no scene; the only one the loop catches

An inconsistent scene is never an error: it is a `Verdict`.
"""


class NesyError(Exception):
    """Root of every error that nesy raises on purpose."""


class InputError(NesyError):
    """A file, flag or scene of the user cannot be used; the message names the path and the field."""


class KnowledgeError(NesyError):
    """A rule or ontology file cannot be used; the message names the path and, where known, the IRI."""


class ModelError(NesyError):
    """A model back end cannot answer.

    Args:
        message: what went wrong.
        hint: the commands or flags that mend it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.hint = hint


class ReplyError(NesyError):
    """A reply is no scene and no patch.

    Args:
        raw: the reply's text as the model gave it.
        problems: every problem found, one line each.
    """

    def __init__(self, raw: str, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.raw = raw
        self.problems = problems
