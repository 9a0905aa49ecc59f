r"""A grammar of a reply and a text -> whether the text is in it, without the library that decodes under grammars.

No rule of `nesy.perception.grammar` refers to itself, so each grammar is a regular expression in other letters.
"""

import re
from functools import lru_cache

_TOKENS = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(\[(?:[^\]\\]|\\.)*\])|([A-Za-z_]\w*)|(\{\d+(?:,\d*)?\}|[()|?*+]))')
_ESCAPED = re.compile(r"\\(.)")
_RULES = re.compile(r"^([A-Za-z_]\w*) ::= ", re.MULTILINE)


def fits(grammar: str, text: str) -> bool:
    r"""Tell whether a text is in a grammar.

    >>> fits('root ::= "yes" | "no"', "yes"), fits('root ::= "yes" | "no"', "Yes.")
    (True, False)
    >>> fits('root ::= "[" (item ("," item){0,2})? "]"\nitem ::= [a-z]{1,3}', "[ab,c]")
    True

    Args:
        grammar: EBNF as `nesy.perception.grammar` writes it: rules on lines of their own, from `root`, none of which
            refers to itself.
        text: the whole of it is looked at.
    """
    return _expression(grammar).fullmatch(text) is not None


@lru_cache(maxsize=64)
def _expression(grammar: str) -> re.Pattern[str]:
    pieces = _RULES.split(grammar)[1:]
    rules = dict(zip(pieces[::2], pieces[1::2], strict=True))
    return re.compile(_written("root", rules))


def _written(rule: str, rules: dict[str, str]) -> str:
    parts = []
    for literal, letters, name, sign in _TOKENS.findall(rules[rule]):
        if literal:
            said = _ESCAPED.sub(r"\1", literal[1:-1])
            parts.append(f"(?:{re.escape(said)})")
        elif name:
            parts.append(_written(name, rules))
        else:
            parts.append(letters or ("(?:" if sign == "(" else sign))
    return f"(?:{''.join(parts)})"
