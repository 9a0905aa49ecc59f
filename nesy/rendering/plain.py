"""Any text -> text that a terminal shows and never obeys: control characters become visible escapes."""

import re
import unicodedata

# C0 and C1 controls but tab and line feed, line and paragraph separators, what turns the writing direction, the
# byte order mark, and halves of surrogate pairs (file names that are no Unicode).
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


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
