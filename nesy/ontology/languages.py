"""Texts in several languages -> the one that is shown."""

from collections.abc import Iterable

from rdflib import Literal
from rdflib.term import Node

ENGLISH = "en"


def in_language(texts: Iterable[Node], language: str = ENGLISH) -> str:
    """Return the text in a language, else in English, else without a language, else any; empty where there is none.

    A language stands for its regions (`en` for `en-GB`) where it is not there itself, and a region for its language; of
    several equal ones the first by its letters is taken. What holds no letter is no text.

    >>> from rdflib import Literal
    >>> texts = [Literal("Katze", lang="de"), Literal("cat", lang="en"), Literal("chat")]
    >>> in_language(texts, "de-AT"), in_language(texts, "fr"), in_language([texts[0], texts[2]], "fr")
    ('Katze', 'cat', 'chat')

    Args:
        language: a code such as `en` or `pt-BR`, in letters of any case.
    """
    wanted = (language.lower(), language.lower().partition("-")[0], ENGLISH)

    def rank(text: Node) -> tuple[int, str, str]:
        tag = (text.language or "").lower() if isinstance(text, Literal) else ""
        for place, code in enumerate(wanted):
            if tag == code:
                return 2 * place, tag, str(text)
            if tag.startswith(code + "-"):
                return 2 * place + 1, tag, str(text)
        return 2 * len(wanted) + bool(tag), tag, str(text)

    return str(min((text for text in texts if str(text).strip()), key=rank, default=""))
