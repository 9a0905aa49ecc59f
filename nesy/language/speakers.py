"""A conversation in, out: who only asks (nothing of it is said of the picture), and the labels of who speaks.

The forms are those of chat templates and of transcripts: "USER: ... ASSISTANT: ...", "Q: ... A: ...",
"[INST] ... [/INST]", "<|im_start|>user", "### Human:".
"""

import re
from dataclasses import dataclass

Span = tuple[int, int]

_ASKS = "user|human|question|q|system|prompt|query|instructions?|customer|inst|sys"
_TELLS = (
    "assistant|ai|bot|chatbot|model|gpt(?:-?\\d\\w*)?|chatgpt|claude|gemini|llava(?:-\\w+)*|answer|a|response|respond|reply|"
    "output|vlm|llm|agent|narrator"
)
_TOKEN = (  # of a chat template
    r"<\|(?:im_start|start_header_id|role_start)\|>[ \t]*(?P<role>\w+)?(?:<\|end_header_id\|>)?[ \t]*\n?"
    r"|<\|(?P<named>user|assistant|system|human)\|>:?"
    r"|<start_of_turn>[ \t]*(?P<turn>\w+)?"
    r"|\[(?P<open>INST)\]|\[/(?P<close>INST)\]|<<(?P<sys>SYS)>>|<</(?P<endsys>SYS)>>"
    r"|<\|[\w\-]{1,30}\|>|<end_of_turn>|</?s>"
)
_LABEL = (
    rf"^[ \t>#*_\[]{{0,8}}(?P<line>{_ASKS}|{_TELLS})(?:[ \t]*\d{{1,3}}|[ \t]*\([^()\n]{{1,20}}\))?[\]*_]{{0,4}}"
    r"[ \t]*:[*_]{0,4}(?=\s|$)"
    r"|(?<=[.?!\"')\]>])\s+[*_]{0,4}(?P<within>(?-i:[A-Z])\w*)[*_]{0,4}[ \t]*:[*_]{0,4}(?=\s|$)"
)
_MARK = re.compile(f"{_TOKEN}|{_LABEL}", re.IGNORECASE | re.MULTILINE)
_BARE = re.compile(r"^[ \t]*(?P<line>user|human|assistant|system)[ \t]*$", re.IGNORECASE | re.MULTILINE)
"""A line that is but a role, as a copied conversation has it."""
_IS_ASKING = re.compile(rf"(?:{_ASKS})$", re.IGNORECASE)
_IS_TELLING = re.compile(rf"(?:{_TELLS})$", re.IGNORECASE)


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    asks: bool | None
    """Whether a turn begins of who asks, or of who tells; None where the mark says nothing of it."""


def asked_and_labels(text: str) -> tuple[list[Span], frozenset[int]]:
    """Return what of a conversation describes nothing, in order, and where its turns begin.

    A turn of who asks ends where another begins; where no other follows, with its line.
    """
    bare = list(_BARE.finditer(text))
    if not any(_IS_ASKING.match(one["line"]) for one in bare) or len(bare) < 2:
        bare = []  # "user" may be a thing of a list
    marks = [mark for found in (*_MARK.finditer(text), *bare) if (mark := _mark(found)) is not None]
    marks.sort(key=lambda mark: mark.start)
    blanks: list[Span] = []
    starts: set[int] = set()
    asking_until = 0
    for number, mark in enumerate(marks):
        start, end = mark.start, mark.end
        if mark.asks:
            after = next((one.start for one in marks[number + 1 :] if one.asks is not None), None)
            line = text.find("\n", end)
            end = after if after is not None else len(text) if line < 0 else line
        if end > asking_until:
            blanks.append((max(start, asking_until), end))
            asking_until = end
        starts.add(mark.end)
    return blanks, frozenset(starts)


def _mark(found: re.Match[str]) -> _Mark | None:
    named = {name: word for name, word in found.groupdict().items() if word}
    if "within" in named and not (_IS_ASKING.match(named["within"]) or _IS_TELLING.match(named["within"])):
        return None
    asks: bool | None = None
    if named:
        name, word = next(iter(named.items()))
        asks = name in ("open", "sys") or (name not in ("close", "endsys") and bool(_IS_ASKING.match(word)))
        if name == "endsys":
            asks = None
    return _Mark(found.start(), found.end(), asks)
