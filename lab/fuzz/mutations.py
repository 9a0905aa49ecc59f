"""A valid text or JSON value and a source of chance -> one that is spoilt, as bytes in some encoding."""

import json
import re
from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

MAX_CHARS = 200_000
"""Longer texts are cut: what is spoilt again and again doubles."""
SNIPPETS = (
    *('"', "'", '"""', "\\", "\\u", "\\ud83d", "\\u0000", "`", "{", "}", "[", "]", "(", ")", "<", ">", "{}", "[]"),
    *(",", ":", ";", ".", "..", "|", "^^", "^", "@", "@en", "@en--ltr", "?", "$", "*", "/", "!", "&&", "||", "=", "-"),
    *("//", "#", "/*", "*/", "/* a */", "# a\n", "<!-- -->", "<think>", "</think>", "```json", "```", "<image>"),
    *(
        "NaN",
        "-Infinity",
        "1e400",
        "-1e400",
        "1e-400",
        "-0",
        "0x10",
        "01",
        "9" * 25,
        "9" * 5000,
        "1.",
        ".5",
        "1E999999999",
    ),
    *("null", "true", "None", "undefined", "[object Object]", "{{template}}", "{?x}", "{?this}", "%s", "${x}", "$this"),
    *("\x00", "\x07", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff", "\u200b"),
    *("\ud800", "\udfff", "\U0001f6b2", "é", "e\u0301", "日本", "ß", "İ", "\r", "\r\n", "\n", "\t", " ", "\u00a0"),
    *("<a b>", "<a|b>", '<a"b>', "<a\\u0020b>", "<>", "<http://[>", "<urn:x>", "_:b", "[] ", "a:b", ":", "<<", ">>"),
    *(
        '{"entities":[]}',
        '{"1":"keep"}',
        '{"answer":"no"}',
        '{"a":',
        '"a":1,',
        "[[",
        "SERVICE <http://127.0.0.1:9/> {}",
    ),
    *('"x"^^<http://www.w3.org/2001/XMLSchema#integer>', '"NaN"^^<http://www.w3.org/2001/XMLSchema#decimal>', "(a+)+$"),
)
REPEATED = ("{", "[", "(", '{"a":', "[{", "!", "- ", "a ", '"', "\\", "<b>", "^", "a/", "{ } UNION ", "[ a ", "\ufeff")
"""Written many times over, they nest, or grow."""
# Bounded: of thousands of quotes that nothing closes, each would be followed to the end of the text.
_TOKENS = re.compile(r'"(?:[^"\\\n]|\\.){0,300}+"|<[^<>\s]*+>|[\w:?$@.\-]+|\s+|.', re.DOTALL)
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**31, 2**63, 2**70, 10**400, float("nan"), float("inf"), -float("inf"), 1e308),
    *("", " ", "_", "a", "\x00", "\x1b[31m", "\ud800", "\u202e", "a\nb", "x" * 300, "x" * 20_000, "<b>", "{?x}", "1"),
    *([], {}, [[]], [None], {"": ""}, {"id": {}}, [0.1, 0.2, 0.3, 0.4], [1e400, 0, 0, 0], {"a\nb": 1}, {"\x1b[31m": 1}),
)


def spoilt(text: str, chance: Random, others: Sequence[str] = ()) -> str:
    """Return a text with 1 to 6 of its tokens deleted, doubled, exchanged, or set beside something hostile.

    In two of five with others at hand, tokens are exchanged for such of the same sort alone: many still are valid.

    Args:
        text: a valid one.
        chance: decides.
        others: valid texts of the same kind, tokens and stretches of which are put into this one.
    """
    if others and chance.random() < 0.4:
        return _exchanged(text, chance, others)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        text = _once(text, chance, others)[:MAX_CHARS]
    return text


def _once(text: str, chance: Random, others: Sequence[str]) -> str:
    tokens = _TOKENS.findall(text) or [""]
    at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    end = min(len(tokens), at + chance.choice((1, 1, 1, 2, 4, 10, 40)))
    match chance.randrange(11):
        case 0:
            del tokens[at:end]
        case 1:
            tokens[at:at] = tokens[at:end] * chance.choice((1, 1, 1, 3, 50))
        case 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case 3:
            tokens[at] = chance.choice(SNIPPETS)
        case 4 | 5:
            tokens.insert(at, chance.choice(SNIPPETS))
        case 6:
            del tokens[at:]
        case 7:
            tokens.insert(at, chance.choice(REPEATED) * chance.choice((3, 30, 300, 3_000, 30_000)))
        case 8 if others:
            tokens[at] = _like(tokens[at], _TOKENS.findall(chance.choice(others)) or [""], chance)
        case 9 if others:
            lent = _TOKENS.findall(chance.choice(others)) or [""]
            start = chance.randrange(len(lent))
            tokens[at:end] = lent[start : start + chance.choice((1, 4, 20))]
        case _:
            place = chance.randrange(max(1, len(text)))
            return text[:place] + chance.choice(("", chr(chance.randrange(0x110000)))) + text[place + 1 :]
    return "".join(tokens)


def _exchanged(text: str, chance: Random, others: Sequence[str]) -> str:
    tokens = _TOKENS.findall(text) or [""]
    lent = _TOKENS.findall(chance.choice(others)) or [""]
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(tokens))
        tokens[at] = _like(tokens[at], lent, chance)
    return "".join(tokens)[:MAX_CHARS]


def _like(token: str, lent: Sequence[str], chance: Random) -> str:
    """Return a token of the same sort: a string for a string, a name for a name."""
    same = [one for one in lent if one[0:1].isalnum() == token[0:1].isalnum() and one[0:1].isspace() == token.isspace()]
    return chance.choice(same or lent)


def bent(value: Any, chance: Random) -> Any:
    """Return a JSON value with 1 to 4 of its parts deleted, doubled, renamed, exchanged or replaced.

    In every second one the parts that are exchanged are of one type, so that it is still what it was for most readers.
    """
    value = json.loads(json.dumps(value))
    if chance.random() < 0.5:
        return _varied(value, chance)
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = [one for one in _places(value) if one[0]]
        if not places:
            return _odd(chance)
        (holder, key), (_, other) = chance.choice(places), chance.choice(places)
        match chance.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.extend([holder[key]] * chance.choice((1, 1, 300)))
            case 2 if isinstance(holder, dict):
                holder[str(other)] = holder.pop(key)
            case 3 if isinstance(holder, dict):
                holder[chance.choice(("x", "", "a\nb", "\x1b[31m", "\ud800", "k" * 500))] = _odd(chance)
            case 4:
                there, place = chance.choice(places)
                if key in range(len(holder)) if isinstance(holder, list) else key in holder:
                    holder[key] = json.loads(json.dumps(there[place]))
            case 5 if isinstance(holder[key], str):
                holder[key] = spoilt(holder[key], chance)
            case _:
                holder[key] = _odd(chance)
    return value


def _odd(chance: Random) -> Any:
    """Return one of the odd values, a copy: what is bent further must not be there in the next input."""
    return deepcopy(chance.choice(ODD_VALUES))


def _varied(value: Any, chance: Random) -> Any:
    leaves = [(holder, key) for holder, key in _places(value) if not isinstance(holder[key], (dict, list))]
    for _ in range(chance.choice((1, 1, 2, 8)) if leaves else 0):
        holder, key = chance.choice(leaves)
        same = [there[place] for there, place in leaves if place == key and type(there[place]) is type(holder[key])]
        new = chance.choice(same)
        if isinstance(new, str) and chance.random() < 0.4:
            new = chance.choice((spoilt(new, chance), chance.choice(SNIPPETS), new + chance.choice(SNIPPETS)))
        elif type(new) in (int, float) and chance.random() < 0.4:
            new = type(new)(chance.choice((0, 1, 2, 0.5, 10_000)))
        holder[key] = new
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every part of a value, as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


def as_json(value: Any, chance: Random) -> str:
    """Write a value: on one line or many, escaped or not, now and then with a key twice or a number too large."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, None, 1)))
    if chance.random() < 0.1:
        text = text.replace("Infinity", "1e400")
    if chance.random() < 0.05:
        text = re.sub(r'("\w+": ?[^,{}\[\]]+),', r"\1, \1,", text, count=1)
    return text


def encoded(text: str, chance: Random) -> bytes:
    """Return the bytes of a text: mostly UTF-8, else what editors and shells write, now and then with a byte amiss."""
    draw = chance.random()
    if draw < 0.85:
        data = text.encode("utf-8", "surrogatepass")
    else:
        name = chance.choice(("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"))
        escaped = "surrogatepass" if name.startswith("utf") else "replace"
        data = text.encode(name, escaped)
    if data and chance.random() < 0.05:
        at = chance.randrange(len(data))
        data = data[:at] + bytes([chance.randrange(256)]) + data[at + chance.randrange(2) :]
    return data
