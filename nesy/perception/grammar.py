"""The wire format as a grammar: EBNF for constrained decoding, JSON schema for servers that take one.

EBNF, because a schema cannot demand two decimals: under a schema's number `0.10` and `1.00` are only two of endless
spellings. Every list and every string is bounded, so that a reply under the grammar always ends.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from nesy.geometry import SHARES, BoxForm
from nesy.perception.reply_format import (
    MAX_COUNTS,
    MAX_ENTITIES,
    MAX_PART_STATES,
    MAX_REASONS,
    MAX_RELATIONS,
    NEW,
)
from nesy.perception.review import review_grammar, review_schema
from nesy.perception.vocabulary import Vocabulary
from nesy.scene import Entity
from nesy.turns import NumberedClaim, Request

MAX_ATTRIBUTES = 8
MAX_LABEL = 48
"""Characters of a label."""
MAX_NOTES, MAX_NOTE = 8, 160
"""Faults that a critique may name, and characters of each."""
MAX_PROSE = 4000
"""Characters of a description in sentences."""
MAX_ANSWER = 160
"""Characters of the answer to a question."""
MOST_WORDS = 10
"""Of an answer, where its words are known."""

_SCENE = r"""
root ::= "{\"entities\":[" (entity ("," entity){0,ENTITIES})? "],\"part_states\":[" (state ("," state){0,STATES})?
    "],\"relations\":[" (relation ("," relation){0,RELATIONS})? "],\"counts\":[" (count ("," count){0,COUNTS})? "]}"
entity ::= "{\"id\":" idBOX ",\"attributes\":["
    (label ("," label){0,ATTRIBUTES})? "]}"
state ::= "{\"entity\":" id ",\"part\":" label ",\"state\":" label (",\"object\":" id)? "}"
relation ::= "{\"subject\":" id ",\"predicate\":" label ",\"object\":" id "}"
count ::= "{\"category\":" label ",\"value\":" whole "}"
id ::= "\"" [a-z]{1,24} ("_" [a-z]{1,24}){0,4} "_" [1-9] [0-9]? "\""
label ::= "\"" [a-zA-Z0-9(] [a-zA-Z0-9_ ()-]{0,LABEL} "\""
whole ::= "0" | [1-9] [0-9]{0,3}
"""
_CRITIQUE = (
    'root ::= "{\\"notes\\":[" (note ("," note){0,' + str(MAX_NOTES - 1) + '})? "]}"\n'
    'note ::= "\\"" [^"\\\\\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]{1,' + str(MAX_NOTE) + '} "\\""'
)
_DECISION = 'root ::= "{\\"better\\":" ("\\"first\\"" | "\\"second\\"") "}"'
_SENTENCES = f"root ::= [^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff]{{1,{MAX_PROSE}}}"
_YES_NO = 'root ::= "yes" | "no"'
_WORDS = f'words ::= "\\"" [^"\\\\\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]{{1,{MAX_ANSWER}}} "\\""'
_BOUNDS = {
    "ENTITIES": MAX_ENTITIES,
    "STATES": MAX_PART_STATES,
    "RELATIONS": MAX_RELATIONS,
    "COUNTS": MAX_COUNTS,
    "ATTRIBUTES": MAX_ATTRIBUTES,
    "LABEL": MAX_LABEL,
}
_ID_SCHEMA = {"type": "string", "pattern": "^[a-z]{1,24}(_[a-z]{1,24}){0,4}_[1-9][0-9]?$"}
_LABEL_SCHEMA = {"type": "string", "pattern": f"^[a-zA-Z0-9(][a-zA-Z0-9_ ()-]{{0,{MAX_LABEL - 1}}}$"}


def scene_grammar(vocabulary: Vocabulary | None = None, boxes: BoxForm | None = SHARES) -> str:
    """Return the EBNF of a scene as `reply_format.write_scene` writes it, every entity with a box.

    Args:
        vocabulary: the only words that it may hold; None: any.
        boxes: how the model writes boxes of this picture; None: without any.
    """
    grammar = _SCENE.replace("BOX", "") if boxes is None else _boxed(_SCENE, boxes)
    for name, most in _BOUNDS.items():
        grammar = grammar.replace(f"{{0,{name}}}", f"{{0,{most - 1}}}")
    return grammar if vocabulary is None else _within(grammar, vocabulary)


def _boxed(grammar: str, boxes: BoxForm) -> str:
    """Return a scene's grammar with boxes in a form."""
    numbers, rules = _numbers(boxes)
    return grammar.replace('BOX ",', rf' ",\"{boxes.key}\":[" {numbers} "],') + rules


def _numbers(boxes: BoxForm) -> tuple[str, str]:
    """Return the four numbers of a box and their rules: each within its side, for a grammar cannot compare."""
    if boxes.whole:
        rules = {name: whole_numbers(int(side)) for name, side in zip(("across", "down"), boxes.size, strict=True)}
        sides = ("across", "down") if boxes.order == "xyxy" else ("down", "across")
    else:
        rules, sides = {"share": r'"0." [0-9] [0-9] | "1.00"'}, ("share", "share")
    return ' "," '.join((*sides, *sides)), "".join(f"{name} ::= {rule}\n" for name, rule in rules.items())


def whole_numbers(most: int) -> str:
    """Return the alternatives of an EBNF rule for the whole numbers from 0 to `most`, without leading zeros.

    >>> whole_numbers(1000)
    '[0-9] | [1-9] [0-9]{1,2} | "1" "0" "0" [0-0]'
    >>> whole_numbers(640)
    '[0-9] | [1-9] [0-9]{1,1} | [1-5] [0-9] [0-9] | "6" [0-3] [0-9] | "6" "4" [0-0]'
    """
    digits = str(most)
    if len(digits) == 1:
        return f"[0-{digits}]"
    shorter = ["[0-9]", *([f"[1-9] [0-9]{{1,{len(digits) - 2}}}"] if len(digits) > 2 else [])]
    longest = []
    for place, digit in enumerate(digits):
        last = place == len(digits) - 1
        low, high = int(place == 0), int(digit) - (not last)
        if high >= low:
            before, after = [f'"{d}"' for d in digits[:place]], ["[0-9]"] * (len(digits) - 1 - place)
            longest.append(" ".join([*before, f"[{low}-{high}]", *after]))
    return " | ".join([*shorter, *longest])


def _within(grammar: str, vocabulary: Vocabulary) -> str:
    """Return a scene's grammar with the words of a vocabulary in place of free labels."""
    rules = dict(rule.split(" ::= ", 1) for rule in re.split(r"\n(?=\w+ ::= )", grammar.strip()))
    rules |= {
        "entity": rules["entity"].replace("label", "attribute"),
        "state": r'"{\"entity\":" id "," part (",\"object\":" id)? "}"',
        "relation": rules["relation"].replace("label", "predicate"),
        "count": rules["count"].replace("label", r'"\"" category "\""'),
        "id": r'"\"" category "_" [1-9] [0-9]? "\""',
        "part": " | ".join(
            _literal(f'"part":{json.dumps(part)},"state":') + f" ({_one_of(states)})"
            for part, states in vocabulary.part_states.items()
        ),
        "category": " | ".join(map(_literal, vocabulary.categories)),
        "attribute": _one_of(vocabulary.attributes),
        "predicate": _one_of(vocabulary.predicates),
    }
    del rules["label"]
    return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())


def _one_of(words: Iterable[str]) -> str:
    """Return the alternatives of words, each as a JSON string."""
    return " | ".join(_literal(json.dumps(word)) for word in words)


def grounded_grammar(entities: Sequence[Entity]) -> str:
    """Return the EBNF of a scene of these entities alone, without boxes."""
    grammar = scene_grammar(boxes=None)
    free = next(line for line in grammar.splitlines() if line.startswith("id ::= "))
    return grammar.replace(free, f"id ::= {_ids(entities)}")


def locations_grammar(entities: Sequence[Entity], boxes: BoxForm) -> str:
    r"""Return the EBNF of the places of these entities: each once, in this order, a box or null.

    >>> print(locations_grammar([Entity(id="cup_1", category="cup")], SHARES))
    root ::= "{" "\"cup_1\":" box "}"
    box ::= "null" | "[" share "," share "," share "," share "]"
    share ::= "0." [0-9] [0-9] | "1.00"
    """
    numbers, rules = _numbers(boxes)
    keys = [f"{_literal(json.dumps(entity.id, ensure_ascii=False) + ':')} box" for entity in entities]
    written = ' "," '.join(keys)
    return f'root ::= "{{" {written} "}}"\nbox ::= "null" | "[" {numbers} "]"\n{rules.rstrip()}'


def identities_grammar(entities: Sequence[Entity], known: Sequence[Entity]) -> str:
    r"""Return the EBNF of which of these entities is which known one: each once, in this order, a known id or `new`.

    >>> print(identities_grammar([Entity(id="p2_cup_1", category="cup")], [Entity(id="p1_cup_1", category="cup")]))
    root ::= "{" "\"p2_cup_1\":" known "}"
    known ::= "\"p1_cup_1\"" | "\"new\""
    """
    written = ' "," '.join(f"{_literal(json.dumps(one.id, ensure_ascii=False) + ':')} known" for one in entities)
    return f'root ::= "{{" {written} "}}"\nknown ::= {_ids(known)} | {_literal(json.dumps(NEW))}'


def _ids(entities: Sequence[Entity]) -> str:
    return " | ".join(dict.fromkeys(_literal(json.dumps(e.id, ensure_ascii=False)) for e in entities))


def patch_grammar(claims: Sequence[NumberedClaim]) -> str:
    r"""Return the EBNF of a patch: exactly these numbers in this order, each with one of its answers.

    >>> from nesy.turns import NumberedClaim
    >>> print(patch_grammar([NumberedClaim(number=1, claim="r1", text="a_1 on b_1", answers=("keep", "withdraw"))]))
    root ::= "{\"1\":" ("\"keep\"" | "\"withdraw\"") "}"
    """
    parts = []
    for i, claim in enumerate(claims):
        before = "{" if i == 0 else ","
        answers = " | ".join(_literal(json.dumps(answer)) for answer in claim.answers)
        parts.append(f"{_literal(f'{before}{json.dumps(str(claim.number))}:')} ({answers})")
    return f"root ::= {' '.join(parts) or _literal('{')} {_literal('}')}"


def answer_grammar(entities: Sequence[Entity], vocabulary: Vocabulary | None = None) -> str:
    r"""Return the EBNF of an answer to a question: words, and reasons between these entities.

    >>> print(answer_grammar([]))
    root ::= "{\"answer\":" words ",\"because\":[]}"
    words ::= "\"" [^"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,160} "\""
    """
    words, label = _WORDS, f'"\\"" [a-zA-Z0-9(] [a-zA-Z0-9_ ()-]{{0,{MAX_LABEL - 1}}} "\\""'
    if vocabulary is not None:
        known = " | ".join(map(_literal, vocabulary.answers))
        words = f'words ::= "\\"" word (" " word){{0,{MOST_WORDS - 1}}} "\\""\nword ::= {known}'
        label = _one_of(vocabulary.reasons)
    if not entities:
        return f'root ::= "{{\\"answer\\":" words ",\\"because\\":[]}}"\n{words}'
    ids = _ids(entities)
    return (
        'root ::= "{\\"answer\\":" words ",\\"because\\":[" (reason ("," reason){0,REASONS})? "]}"\n'
        'reason ::= "{\\"subject\\":" id ",\\"predicate\\":" label ",\\"object\\":" id "}"\n'
        f"label ::= {label}\n"
        f"id ::= {ids}\n{words}"
    ).replace("{0,REASONS}", f"{{0,{MAX_REASONS - 1}}}")


def reply_grammar(request: Request, vocabulary: Vocabulary | None = None, boxes: BoxForm | None = SHARES) -> str:
    """Return the grammar of the answer to `request`.

    Args:
        request: the turn.
        vocabulary: of a model that knows a closed world; None: any words.
        boxes: how the model writes boxes of this picture; None: not at all.
    """
    match request.kind:
        case "ask":
            return answer_grammar(request.entities, vocabulary)
        case "verify":
            return _YES_NO
        case "critique":
            return _CRITIQUE
        case "decide":
            return _DECISION
        case "judge":
            return review_grammar()
        case "correct":
            return patch_grammar(request.claims)
        case "describe" if request.form == "prose":
            return _SENTENCES
        case "describe" if request.form == "grounded":
            return grounded_grammar(request.entities)
        case "locate":
            return locations_grammar(request.entities, boxes or SHARES)
        case "identify":
            return identities_grammar(request.entities, request.known)
        case _:
            return scene_grammar(vocabulary, boxes)


def reply_schema(request: Request, boxes: BoxForm | None = SHARES) -> dict[str, Any] | None:
    """Return a JSON schema of the answer to `request`; None for sentences. Every key of an object is required.

    So OpenAI wants it where a schema is strict; what may be left out may be null. `uniqueItems` and `multipleOf` are
    left out on purpose: the servers' grammar engines ignore these two without a word. Lengths of strings stand in their
    patterns, for some servers refuse `maxLength`.

    Args:
        request: the turn.
        boxes: how the model writes boxes of this picture; None: not at all.
    """
    match request.kind:
        case "ask":
            return _answer_schema(request.entities)
        case "verify":  # an object, for servers that take no other schema
            return _object({"answer": {"type": "string", "enum": ["yes", "no"]}})
        case "critique":
            return _object({"notes": {"type": "array", "items": _words_schema(MAX_NOTE), "maxItems": MAX_NOTES}})
        case "decide":
            return _object({"better": {"type": "string", "enum": ["first", "second"]}})
        case "judge":
            return review_schema()
        case "correct":
            return _patch_schema(request.claims)
        case "describe" if request.form == "prose":
            return None
        case "describe" if request.form == "grounded":
            return _scene_schema(None, tuple(dict.fromkeys(entity.id for entity in request.entities)))
        case "locate":
            box = {"anyOf": [_box_schema(boxes or SHARES), {"type": "null"}]}
            return _object({entity.id: box for entity in request.entities})
        case "identify":
            which = {"type": "string", "enum": [*dict.fromkeys(entity.id for entity in request.known), NEW]}
            return _object({entity.id: which for entity in request.entities})
        case _:
            return _scene_schema(boxes)


def _box_schema(boxes: BoxForm) -> dict[str, Any]:
    number = {"type": "integer" if boxes.whole else "number", "minimum": 0, "maximum": _bound(max(boxes.size))}
    return {"type": "array", "items": number, "minItems": 4, "maxItems": 4}


def _scene_schema(boxes: BoxForm | None, ids: Sequence[str] = ()) -> dict[str, Any]:
    """Return the schema of a scene; `ids` are the only entities that it may name."""
    box = {} if boxes is None else {boxes.key: _box_schema(boxes)}
    entity: dict[str, Any] = {"type": "string", "enum": list(ids)} if ids else _ID_SCHEMA
    either = {"anyOf": [entity, {"type": "null"}]}
    attributes = {"type": "array", "items": _LABEL_SCHEMA, "maxItems": MAX_ATTRIBUTES}
    rows = {
        "entities": (MAX_ENTITIES, _object({"id": entity, **box, "attributes": attributes})),
        "part_states": (
            MAX_PART_STATES,
            _object({"entity": entity, "part": _LABEL_SCHEMA, "state": _LABEL_SCHEMA, "object": either}),
        ),
        "relations": (
            MAX_RELATIONS,
            _object({"subject": entity, "predicate": _LABEL_SCHEMA, "object": entity}),
        ),
        "counts": (
            MAX_COUNTS,
            _object({"category": _LABEL_SCHEMA, "value": {"type": "integer", "minimum": 0, "maximum": 9999}}),
        ),
    }
    return _object({name: {"type": "array", "items": row, "maxItems": most} for name, (most, row) in rows.items()})


def _bound(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _patch_schema(claims: Sequence[NumberedClaim]) -> dict[str, Any]:
    return _object({str(claim.number): {"type": "string", "enum": list(claim.answers)} for claim in claims})


def _answer_schema(entities: Sequence[Entity]) -> dict[str, Any]:
    ids = {"type": "string", "enum": list(dict.fromkeys(e.id for e in entities))}
    reason = _object({"subject": ids, "predicate": _LABEL_SCHEMA, "object": ids})
    because = {"type": "array", "items": reason if entities else {"type": "string"}}
    return _object(
        {"answer": _words_schema(MAX_ANSWER), "because": because | {"maxItems": MAX_REASONS if entities else 0}}
    )


def _words_schema(most: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f'^[^"\\\\\\x00-\\x1f]{{1,{most}}}$'}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with these keys, all of them demanded and no others allowed."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _literal(text: str) -> str:
    """Return `text` (JSON, hence ASCII without controls) as an EBNF string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
