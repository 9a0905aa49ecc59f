"""Functions of SPARQL on texts, on nodes: what has no value raises TypeError, what is not sure Undecided."""

import hashlib
import re
from urllib.parse import quote

from nesy.checking.budget import LONGEST_TEXT, limit_text
from nesy.checking.loops.nodes import FALSE, TRUE, Node, Undecided, written
from nesy.checking.loops.regular_expressions import Unlike, compiled, replacement
from nesy.sparql.tree import RDF_TYPE, XSD

_LANG_STRING = RDF_TYPE.removesuffix("type") + "langString"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*")


def string(node: Node | None) -> tuple[str, str]:
    """Return a text and its language, which is empty for a plain one."""
    if type(node) is str:
        if node[0] == '"':
            return node[1:], ""
        if node[:2] == "^@":
            language, _, text = node[2:].partition("^")
            return text, language
    raise TypeError("no text")


def made(text: str, language: str) -> Node:
    """Return a text as a node."""
    return f"^@{language}^{text}" if language else '"' + text


def text(node: Node | None) -> str:
    """Return a plain text; of nothing else."""
    if type(node) is str and node[0] == '"':
        return node[1:]
    raise TypeError("no plain text")


def spelled(node: Node | None) -> str:
    """Return what STR gives: of a number its value, however it was written."""
    if type(node) is tuple:
        return written(node[0])
    if type(node) is str:
        if node[0] == "<":
            return node[1:-1]
        if node[0] == '"':
            return node[1:]
        if node[0] == "^":
            return node[1:].partition("^")[2]
    raise TypeError("no text of it")


def _pair(node: Node | None, other: Node | None) -> tuple[str, str, str]:
    """Return two texts that go together, and the language of the first."""
    one, language = string(node)
    two, its_language = string(other)
    if its_language not in ("", language):
        raise TypeError("texts of two languages")
    return one, two, language


def length(node: Node) -> int:
    """Return STRLEN."""
    return len(string(node)[0])


def upper(node: Node) -> Node:
    """Return UCASE."""
    one, language = string(node)
    return made(one.upper(), language)


def lower(node: Node) -> Node:
    """Return LCASE."""
    one, language = string(node)
    return made(one.lower(), language)


def contains(node: Node, other: Node) -> bool:
    """Return CONTAINS."""
    one, two, _ = _pair(node, other)
    return two in one


def starts(node: Node, other: Node) -> bool:
    """Return STRSTARTS."""
    one, two, _ = _pair(node, other)
    return one.startswith(two)


def ends(node: Node, other: Node) -> bool:
    """Return STRENDS."""
    one, two, _ = _pair(node, other)
    return one.endswith(two)


def before(node: Node, other: Node) -> Node:
    """Return STRBEFORE; what is not found leaves a plain text of nothing."""
    one, two, language = _pair(node, other)
    head, found, _ = one.partition(two) if two else ("", True, "")
    return made(head, language) if found else made("", "")


def after(node: Node, other: Node) -> Node:
    """Return STRAFTER; what is not found leaves a plain text of nothing."""
    one, two, language = _pair(node, other)
    _, found, rest = one.partition(two) if two else ("", True, one)
    return made(rest, language) if found else made("", "")


def part(node: Node, start: Node, count: Node | None = None) -> Node:
    """Return SUBSTR: from the character of a number, which begin with 1; perhaps only so many."""
    one, language = string(node)
    first = _whole(start)
    last = len(one) if count is None else first + _whole(count) - 1
    return made(one[max(first, 1) - 1 : max(last, 0)], language)


def _whole(node: Node | None) -> int:
    if type(node) is tuple and type(node[0]) is int:
        return node[0]
    raise TypeError("no whole number")


def joined(*nodes: Node | None) -> Node:
    """Return CONCAT: in their language where all have the same."""
    found = [string(node) for node in nodes]
    languages = {language for _, language in found}
    return made(united(*(one for one, _ in found)), languages.pop() if len(languages) == 1 else "")


def united(*texts: str) -> str:
    """Return CONCAT of plain texts."""
    limit_text(sum(map(len, texts)))
    return "".join(texts)


def matches(node: Node, pattern: Node, flags: Node = '"') -> bool:
    """Return REGEX."""
    return _expression(pattern, flags).search(string(node)[0]) is not None


def searched(node: Node, pattern: re.Pattern[str]) -> bool:
    """Return REGEX with a pattern that is known beforehand."""
    return pattern.search(string(node)[0]) is not None


def replaced(node: Node, pattern: Node, new: Node, flags: Node = '"') -> Node:
    """Return REPLACE."""
    one, language = string(node)
    expression = _expression(pattern, flags)
    if expression.search("") is not None:
        raise Undecided(pattern)  # an error to XPath, and to hardly any engine
    wanted = text(new)
    try:
        told = wanted.replace("\\", r"\\") if "q" in text(flags) else replacement(wanted)
        _limit_replaced(one, expression, told)
        return made(expression.sub(told, one), language)
    except (Unlike, re.error) as error:
        raise Undecided(new) from error


def _limit_replaced(one: str, expression: re.Pattern[str], told: str) -> None:
    """Stop a rule whose replacements make too long a text."""
    if (len(one) + 1) * (len(told) + 1) <= LONGEST_TEXT and "\\" not in told:
        return
    size = len(one)
    for found in expression.finditer(one):
        size += len(found.expand(told))
        limit_text(size)


def _expression(pattern: Node, flags: Node) -> re.Pattern[str]:
    try:
        return compiled(text(pattern), text(flags))
    except Unlike as error:
        raise Undecided(pattern) from error
    except re.error as error:
        raise TypeError("no regular expression") from error


# --- what a term is ---


def datatype(node: Node | None) -> Node:
    """Return DATATYPE."""
    if type(node) is tuple:
        return f"<{XSD}{node[1]}>"
    if type(node) is str:
        if node[0] == '"':
            return f"<{XSD}string>"
        if node[0] == "^":
            return f"<{_LANG_STRING}>" if node[1] == "@" else f"<{node[1:].partition('^')[0]}>"
    raise TypeError("no literal")


def language(node: Node | None) -> str:
    """Return LANG."""
    if type(node) is str and node[:2] == "^@":
        return node[2:].partition("^")[0]
    datatype(node)
    return ""


def language_matches(node: Node, wanted: Node) -> bool:
    """Return LANGMATCHES (RFC 4647, basic filtering)."""
    one, two = text(node).lower(), text(wanted).lower()
    return bool(one) if two == "*" else one == two or one.startswith(f"{two}-")


def with_language(node: Node, wanted: Node) -> Node:
    """Return STRLANG."""
    if not re.fullmatch(r"[A-Za-z]+(-[A-Za-z0-9]+)*", text(wanted)):
        raise TypeError("no language")
    return made(text(node), text(wanted).lower())


def iri(node: Node | None) -> Node:
    """Return IRI, of an absolute one."""
    if type(node) is str and node[0] == "<":
        return node
    if not _ABSOLUTE.fullmatch(text(node)):
        raise Undecided(node)
    return f"<{text(node)}>"


def in_url(node: Node) -> str:
    """Return ENCODE_FOR_URI."""
    found = quote(string(node)[0], safe="-_.~")
    limit_text(len(found))
    return found


def digest(node: Node, method: str) -> str:
    """Return MD5, SHA1, SHA256, SHA384 or SHA512."""
    return hashlib.new(method, text(node).encode(), usedforsecurity=False).hexdigest()


def truth_node(value: bool) -> Node:
    """Return true or false as a node."""
    return TRUE if value else FALSE
