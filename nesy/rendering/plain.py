"""Any text -> text that a terminal shows and never obeys: control characters become visible escapes."""

import re
import unicodedata

from nesy.errors import UNSEEN

_HIDDEN = re.compile(rf"(?![\t\n])[{UNSEEN}]")


def printable(text: str) -> str:
    r"""Return `text` with every character a terminal might obey written as `\uXXXX`.

    JSON and Turtle read that escape as the character itself, so a document stays the same document.

    >>> print(printable("red" + chr(27) + "[31m"))
    red\u001b[31m
    """
    return _HIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def on_one_line(text: str) -> str:
    r"""Return `text` printable and on one line.

    >>> on_one_line("first\n  second\tthird")
    'first second third'
    """
    return printable(re.sub(r"\s*[\n\r\t]\s*", " ", text)).strip()


_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."}
)


def drawable(text: str) -> str:
    r"""Return `text` on one line in the letters of Pillow's own font, which knows ASCII alone.

    Accents are left out; what has no plain letter becomes its escape. Files keep the text as it is.

    >>> print(drawable("Caf\u00e9 \u72ac"))
    Cafe \u72ac
    """
    letters = unicodedata.normalize("NFKD", on_one_line(text).translate(_PLAIN))
    shown = (letter for letter in letters if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in shown)
