"""SPARQL text -> its words one after the other, each with its kind and place; blanks and comments are left out."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Every word is found in a time that goes with its length: a prefix is not looked for beyond 200 characters, and a text
# that is not closed is the end of what is read.
# By the letter of the grammar `?a<?b&&?b>0` holds the IRI `<?b&&?b>`. Every engine reads two comparisons there, and
# that is how it is read here: no IRI begins with a variable, or with a number before `&&`.
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
    |(?P<iri><(?![?$]\w|[+\-]?[\d.]+&&)(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    |(?P<text>\"\"\"(?:\"{0,2}(?:[^\"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
             |"(?!"")(?:[^"\\\n\r]|\\.)*"|'(?!'')(?:[^'\\\n\r]|\\.)*')
    |(?P<variable>[?$][\w]+)
    |(?P<blank>_:\w(?:[\w.\-]*[\w\-])?)
    |(?P<name>(?:[^\W\d_](?:[\w·\u0300-\u036f\u203f\u2040.\-]{0,200}[\w·\u0300-\u036f\u203f\u2040\-])?)?:
              (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
                 (?:(?:[\w·\u0300-\u036f\u203f\u2040:.\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
                    (?:[\w·\u0300-\u036f\u203f\u2040:\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)?)
    |(?P<number>(?:\d+\.\d*|\.\d+|\d+)[eE][+-]?\d+|\d*\.\d+|\d+)
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||!=|<=|>=|\^\^|[{}()\[\].;,=<>!+\-*/|^?])
    |(?P<stray>.)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A word of a query; a keyword (kind `word`) in capitals but for `a`, a variable `$x` as `?x`."""

    kind: str
    """`iri`, `text`, `variable`, `blank`, `name`, `number`, `language`, `word`, `sign`; `stray`: what SPARQL lacks."""
    text: str
    start: int
    """Where it stands in the query, in characters; `end` is the place behind it."""
    end: int


def tokens(text: str) -> list[Token]:
    """Return the words of a query.

    >>> [token.text for token in tokens("select $x { $x a :B } # all")]
    ['SELECT', '?x', '{', '?x', 'a', ':B', '}']
    """
    return list(read_tokens(text))


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the words of a query, no further than they are asked for; a stray is the last."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space" or kind is None:
            continue
        word = match[0]
        if kind == "word":
            word = word if word == "a" else word.upper()
        elif kind == "variable":
            word = "?" + word[1:]
        yield Token(kind, word, match.start(), match.end())
        if kind == "stray":
            return
