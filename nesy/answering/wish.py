"""A text beside a picture -> what is wanted: a description, an answer that can be checked, or neither."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_PICTURE = r"(images?|pictures?|photos?|photographs?|scenes?|drawings?|paintings?|views?|frames?|snapshots?)"
_THIS = (
    r"(the|this|that|these|those|each|both|all|every|my|attached|given|provided|following|above|(of|the|these)\s)*"
    rf"\s*{_PICTURE}"
)
_MOST_CHARACTERS = 1000
"""What is longer is no question and no wish for a description."""
_MARKS = re.compile(r"<\|?(image|img|image_pad|vision_start|vision_end)\|?>", re.IGNORECASE)
"""What stands for a picture in the prompts of some models and data sets."""
_FRAME = re.compile(r"^\s*(question|q)\s*:\s*|\s*\b(short |final )?(answer|a)\s*:\s*$", re.IGNORECASE)
_LEAD = re.compile(
    r"^\W*(please\s+)?(answer|reply|respond)\b[^:.?!\n]{0,60}"
    r"\b(yes or no|yes/no|briefly|word|words|phrase|number)\s*[:,]\s+",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"^\W*((please|and|just|only|simply|note|also|then)\W+)*"
    r"(answer|respond|reply|keep|use|give|provide|return|output|be|do not|don't|no|your (answer|reply|response))\b.*"
    r"\b(yes|no|true|false|words?|phrases?|numbers?|digits?|letters?|options?|brief|briefly|short|concise|concisely|"
    r"sentences?|explanations?|explain|reason|reasons|detail|details|directly|only|json)\b",
    re.IGNORECASE,
)
"""A sentence that says how to answer, not what is asked."""
_DESCRIBED = re.compile(
    r"^\W*((please|now|first|hi|hello|so)\W+)*((can|could|would|will) you\s+)?(please\s+)?"
    r"("
    rf"(describe|caption|analy[sz]e|summari[sz]e|narrate|parse)\W*({_THIS}|it|this|that|them|these|everything|"
    r"what (you|we|i) (can )?see|what is (happening|going on|shown|there|visible)|(briefly|in (\w+ ){0,3}\w+))?"
    r"|(give|write|generate|provide|create|make|produce|draft|return|output|compose|offer)\s+(me\s+|us\s+)?"
    r"((an?|the|its|one|some)\s+)?([\w-]+[ ,]+){0,4}(captions?|descriptions?|scene graphs?|summary|scene)"
    rf"|(what|which things|which objects) (do|can) (you|we|one) (see|notice|observe)"
    r"|what(['’]s|\s+is|\s+are)\s+(going on|happening|shown|depicted|visible|displayed|seen|pictured|there)"
    rf"|what(['’]s|\s+is|\s+are)\s+(this|these|{_THIS})(\s+(of|about|showing))?"
    rf"|what\s+(does|do)\s+({_THIS}|this|it|they)\s+(show|depict|display|contain)"
    rf"|what(\s+(objects|things|items|entities))?(['’]s|\s+is|\s+are)\s+(in|on)"
    r"|(what|which)\s+(objects|things|items|entities)\s+(are|do|can)"
    r"(\s+(there|visible|you see|seen|shown|present|in))?"
    r"|(tell|show) (me|us) (about|what)(\s+(is|you see|you can see))?(\s+(in|on|about))?"
    r"|(list|name|enumerate|identify)\s+(all\s+)?(of\s+)?(the\s+)?(\w+\s+)?(objects|things|items|entities|contents)"
    rf")(\s+(in|on|of|from|about|for|with|visible|shown|present|here))*(\s*{_THIS})?"
    r"(\W+(in|with|using|as|at|for) .{1,60}|\W+(here|now|please|briefly|thoroughly|accurately))*\W*$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Wish:
    """What a text beside a picture asks for."""

    kind: Literal["description", "question", "other"]
    """`question`: one that a list of what is seen can answer; `other`: what only the model itself can."""
    text: str
    """The question without what says how to answer it; of another kind the text as it was."""


def wish(text: str, asks: Callable[[str], bool]) -> Wish:
    r"""Return what is wanted; no text at all wants a description.

    Sentences that say how to answer ("Answer with yes or no.") are left out of a question: the form of an answer is
    the dialogue's own.

    >>> wish("Describe this image in detail.", lambda text: False).kind
    'description'
    >>> wish("Is there a dog?\nAnswer the question using a single word.", lambda text: text.startswith("Is there"))
    Wish(kind='question', text='Is there a dog?')

    Args:
        text: what stands beside the picture.
        asks: tells whether a text is a question that can be checked.
    """
    bare = _MARKS.sub(" ", text).strip()
    if len(bare) > _MOST_CHARACTERS:
        return Wish("other", bare)
    heart = _heart(bare)
    if heart and asks(heart):
        return Wish("question", heart)
    return Wish("description" if not heart or _DESCRIBED.match(heart) else "other", bare)


def _heart(text: str) -> str:
    """Return the one sentence that says what is wanted, the whole text where it is not one."""
    framed = _LEAD.sub("", _FRAME.sub("", _FRAME.sub("", text)).strip())
    pieces = [piece.strip() for piece in re.split(r"(?<=[.?!])\s+|\s*\n+\s*", framed)]
    own = [piece for piece in pieces if piece and not _FORM.match(piece)]
    return own[0] if len(own) == 1 else framed
