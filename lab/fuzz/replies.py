"""Replies of a model to every kind of turn, spoilt; and whether what they claim is read or reported.

A structured reply is written row by row, so what it claims is known: of the JSON object that is read each row must be
in the scene or have its line among the problems, and every other object with rows must have a line too. Of one that is
torn anywhere, a claim whose head still stands in the text must be read, or something must be told.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import PIL.Image

from lab.fuzz.case import LostError, Make, Tally
from lab.fuzz.mutations import ODD_VALUES, SNIPPETS, spoilt
from nesy.errors import UNSEEN, ReplyError
from nesy.image import Image
from nesy.perception import reply as reading
from nesy.perception.json_text import MAX_CHARS
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, term
from nesy.turns import NumberedClaim, Reply, Token

STRIDE = 1000
"""The rows of each object of a reply have numbers of their own, from a multiple of this."""
LISTS = ("entities", "part_states", "relations", "counts")
WORDS = ("person", "cup", "dining table", "horse", "größe", "traffic light", "日本")
_LINE = re.compile(
    r"(\w+)\[(\d+)\]: (?:dropped|an object was expected|says \w+ again|the id .*(?:merged|first is kept)$)"
)
_LEFT_OUT = re.compile(r"another JSON object, at character (\d+), was left out")
_FIRST = re.compile(r"(\d+) rows; only the first (\d+) are read")
_UNSEEN = re.compile(f"[{UNSEEN}]")
_HEAD = re.compile(r'\{ ?"(?:id|predicate|state|category)": ?"[^"\\]{0,40}?([em]\d+)"')
_TELLS = re.compile(
    r"dropped|expected|again; merged|merged$|first is kept|left out|no JSON|the reply ends|nested|"
    r"only the first|missing|unknown key|further problems|is no "
)
_BREAK = re.compile(
    r"no JSON at character|has no end|stands in no list|the reply ends|nested deeper|no further JSON object"
)
_COMMENT = re.compile(r"//|#|/\*|\\")


def open_replies() -> Make:
    """Return what makes replies."""
    image = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))

    def make(chance: Random) -> "_Described | _Patched | _Answered | _Verified":
        draw = chance.random()
        if draw < 0.65:
            return _described(chance, image)
        if draw < 0.8:
            return _patched(chance)
        return _answered(chance) if draw < 0.95 else _verified(chance)

    return make


# --- descriptions ---


@dataclass(frozen=True)
class _Described:
    text: str
    objects: tuple[tuple[int, int], ...]
    """Where each JSON object with rows stands, and how many it has; () of a text that is torn."""
    tokens: tuple[Token, ...]
    image: Image

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    def run(self) -> Tally:
        try:
            parsed = reading.parse_scene(Reply(text=self.text, tokens=self.tokens), self.image)
        except ReplyError as error:
            _seen(error.problems)
            raise
        _seen(parsed.problems)
        Scene.from_json(parsed.scene.to_json())  # what was read is a scene
        return self._whole(parsed) if self.objects else self._torn(parsed)

    def _whole(self, parsed: reading.ParsedScene) -> Tally:
        out = {int(found[1]) for line in parsed.problems if (found := _LEFT_OUT.match(line))}
        claims = list(parsed.scene.claims())
        chosen = {int(mark[1:]) // STRIDE for claim in claims if (mark := _mark(claim))} & {*range(len(self.objects))}
        left = [number for number, (start, _) in enumerate(self.objects) if start not in out and number not in chosen]
        if len(chosen) > 1 or (left and chosen and not any(_BREAK.search(line) for line in parsed.problems)):
            raise LostError(
                f"of the objects {left} nothing is told, and {sorted(chosen)} are read: {parsed.problems[:8]}"
            )
        inside = sum(self.objects[number][1] for number in (chosen or left[:1]))
        written, read = sum(rows for _, rows in self.objects), len(claims)
        reported = written - inside + _reported(parsed.problems)
        # Where the text stops being JSON what is told may be less than a row, or be told of its halves.
        if any(_BREAK.search(line) or "further problems" in line for line in parsed.problems):
            reported = max(reported, written - read) if "further problems" in parsed.problems[-1] else reported
            reported = min(reported, written - read)
        if written != read + reported:
            raise LostError(f"{written} claims written, {read} read, {reported} reported: {parsed.problems[:8]}")
        return Tally(written, read, reported)

    def _torn(self, parsed: reading.ParsedScene) -> Tally:
        if _COMMENT.search(self.text):  # what stands in a comment, or behind a backslash, is no claim for sure
            return Tally()
        heads, known = set(_HEAD.findall(self.text)), {_mark(claim) for claim in parsed.scene.claims()}
        lost = heads - known
        if lost and not any(_TELLS.search(line) for line in parsed.problems):
            raise LostError(f"{sorted(lost)[:5]} are not read, and nothing is told: {parsed.problems[:8]}")
        return Tally(len(heads), len(heads & known), len(lost))


def _seen(problems: Sequence[str]) -> None:
    hidden = next((line for line in problems if _UNSEEN.search(line)), None)
    if hidden is not None:
        raise LostError(f"a problem is no line that can be shown: {hidden[:200]!r}")


def _reported(problems: Sequence[str]) -> int:
    rows = {found.group(1, 2) for line in problems if (found := _LINE.match(line))}
    broken = sum(": a row was dropped" in line or "stands in no list" in line for line in problems)
    beyond = sum(int(found[1]) - int(found[2]) for line in problems if (found := _FIRST.search(line)))
    return len(rows) + broken + beyond


def _mark(claim: Claim) -> str:
    match claim:
        case Entity():
            label = claim.id
        case Relation():
            label = claim.predicate
        case PartState():
            label = claim.state
        case Count():
            label = claim.category
    found = re.search(r"(?<![a-z])[em]\d+$", label)
    return found[0] if found else ""


def _described(chance: Random, image: Image) -> _Described:
    parts, objects = [_chatter(chance)], []
    drafts = chance.choice((0, 0, 0, 0, 1, 1, 2, 30 if chance.random() < 0.1 else 3))
    for number in range(drafts + 1):
        text, rows = _object(chance, number * STRIDE, few=number < drafts)
        if number == 0 and drafts and chance.random() < 0.4:
            text = f"<think>{text}</think>"
        elif chance.random() < 0.1:
            text = f'{{"scene":{text}}}'
        start = sum(map(len, parts)) + text.index("{")
        parts += [text, _chatter(chance)]
        objects.append((start, rows))
    text = "".join(parts)
    if chance.random() < 0.5 and len(text) <= MAX_CHARS:  # what is behind is cut off, which is told, and not row by row
        return _Described(text, tuple(objects), _tokens(text, chance), image)
    return _Described(spoilt(text, chance, [text]), (), (), image)


def _chatter(chance: Random) -> str:
    """Return what models write around their JSON; no brace in it, and no quote."""
    return chance.choice(
        ("", "", "\n", "```json\n", "\n```", "Sure! Here it is: ", "\ufeff", "<think>hm</think>", " é\x1b[31m ")
    )


def _tokens(text: str, chance: Random) -> tuple[Token, ...]:
    if chance.random() < 0.9:
        return ()
    pieces = re.findall(r"\w{1,4}|\W", text)
    return tuple(Token(text=piece, probability=chance.random()) for piece in pieces)


def _object(chance: Random, first: int, *, few: bool) -> tuple[str, int]:
    """Return a scene as JSON and how many rows it has."""
    numbers = iter(range(first, first + 100_000))
    ids = [
        f"{chance.choice(WORDS).replace(' ', '_')}_e{next(numbers)}"
        for _ in range(chance.randrange(1, 3 if few else 9))
    ]
    rows: dict[str, list[str]] = {"entities": [_spoilt_row(_entity(one, chance), chance) for one in ids]}
    for name in LISTS[1:]:
        many = 250 if chance.random() < 0.005 else chance.randrange(0, 2 if few else 6)
        rows[name] = [_spoilt_row(_row(name, ids, next(numbers), chance), chance) for _ in range(many)]
    for name in LISTS:
        if rows[name] and chance.random() < 0.1:
            rows[name].append(chance.choice(rows[name]))
    comma = chance.choice((",", ",", ",", ",\n  ", " , // a \n", " /* {a */ ,", ",# a\n"))
    lists = [f'"{name}":[{comma.join(rows[name])}{_last(rows[name], chance)}]' for name in LISTS]
    if chance.random() < 0.1:
        lists.insert(chance.randrange(5), f'"{chance.choice(("mood", "schema", "x"))}":{_odd(chance)}')
    if chance.random() < 0.2:
        chance.shuffle(lists)
    return "{" + comma.join(lists) + "}", sum(map(len, rows.values()))


def _last(rows: Sequence[str], chance: Random) -> str:
    return "," if rows and chance.random() < 0.2 else ""


def _entity(name: str, chance: Random) -> dict[str, object]:
    row: dict[str, object] = {"id": name}
    if chance.random() < 0.3:
        row["category"] = chance.choice(WORDS)
    if chance.random() < 0.8:
        row["box"] = [0.1, 0.2, round(chance.random(), 2), chance.choice((0.9, -1, 40, None))]
    return {**row, "attributes": chance.choice(([], ["red"], ["red", "red"], "red", ["", 4]))}


def _row(name: str, ids: Sequence[str], number: int, chance: Random) -> dict[str, object]:
    one, other = chance.choice(ids), chance.choice(ids)
    match name:
        case "part_states":
            target = {"object": chance.choice((other, None))} if chance.random() < 0.7 else {}
            return {"state": f"sit on m{number}", "entity": one, "part": "hip", **target}
        case "relations":
            return {"predicate": f"ride m{number}", "subject": one, "object": other}
    return {"category": f"{chance.choice(WORDS)} m{number}", "value": chance.choice((0, 1, 2.0, 7))}


def _spoilt_row(row: dict[str, object], chance: Random) -> str:
    """Write a row; one in five is damaged."""
    if chance.random() < 0.8:
        return json.dumps(row, ensure_ascii=chance.random() < 0.3)
    key = chance.choice(list(row))
    match chance.randrange(8):
        case 0:
            del row[key]
        case 1 | 2:
            odd = _odd(chance)
            if odd[0] == "{" and key == next(iter(row)):
                odd = "null"  # what begins with an object and holds no word is another object, and told as that
            return json.dumps({**row, key: "@odd"}).replace('"@odd"', odd)
        case 3:
            row[key] = chance.choice(("nobody_1", " _ ", "y" * 300))
        case 4:
            return chance.choice(("7", '"text"', "null", "[]", "true", "NaN", "-1e400", "[[[]]]"))
        case 5:
            return chance.choice(
                ('{"id":,}', '{"id" "x"}', '{"a":7,"b":}', '{"id":@}', '{"x":' + "[" * 40 + "]" * 40 + "}")
            )
        case 6:
            return json.dumps({**row, "sure": 1})
        case 7:
            return "{" + f'"{key}":{json.dumps(row[key])},' + json.dumps(row)[1:]
    return json.dumps(row)


def _odd(chance: Random) -> str:
    """Return a JSON value that belongs nowhere; NaN, and numbers without end, are read as JSON too."""
    return json.dumps(chance.choice(ODD_VALUES))


# --- answers to numbered claims, to a question, and yes or no ---

ANSWERS = ("keep", "withdraw", "sit_on", "swap", "2")


@dataclass(frozen=True)
class _Patched:
    text: str
    claims: tuple[NumberedClaim, ...]
    given: dict[int, str]
    """What the text answers; empty of a text that is torn."""

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    def run(self) -> Tally:
        patch = reading.parse_patch(Reply(text=self.text), self.claims)
        _seen(patch.problems)
        if set(patch.answers) != {claim.number for claim in self.claims}:
            raise LostError("a claim has no answer")
        told = "\n".join(patch.problems)
        read = reported = 0
        for number, answer in self.given.items():
            if term(patch.answers.get(number, "")) == term(answer):
                read += 1
            elif re.search(rf"\bclaim {number}\b|' ?{number}\.? ?'", told):
                reported += 1
            else:
                raise LostError(f"the answer {answer!r} to {number} is neither read nor told: {patch.problems[:8]}")
        return Tally(read + reported, read, reported)


def _patched(chance: Random) -> _Patched:
    numbers = range(1, chance.randrange(2, 9))
    claims = tuple(
        NumberedClaim(number=n, claim=f"r{n}", text="a ride b", answers=ANSWERS[: chance.randrange(2, 6)])
        for n in numbers
    )
    given = {n: chance.choice((*ANSWERS, *ANSWERS, "perhaps", "", "Sit On")) for n in range(1, len(claims) + 2)}
    items = []
    for number, answer in given.items():
        key = chance.choice((f'"{number}"', f'"{number}"', f'"{number}."', f'" {number} "', str(number)))
        items.append(f"{key}:{json.dumps(answer)}")
    comma = chance.choice((",", ", ", ",\n", ", // a\n", ",/* } */"))
    text = _chatter(chance) + "{" + comma.join(items) + "}" + _chatter(chance)
    if chance.random() < 0.5:
        return _Patched(text, claims, given)
    return _Patched(spoilt(text, chance, [text]), claims, {})


@dataclass(frozen=True)
class _Answered:
    text: str
    entities: frozenset[str]
    rows: int
    """How many reasons the text gives; 0 of a text that is torn."""

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    def run(self) -> Tally:
        spoken = reading.parse_answer(Reply(text=self.text), self.entities)
        _seen((*spoken.problems, spoken.answer))
        if not self.rows:
            return Tally()
        read = len(spoken.because)
        rows = {found[0] for line in spoken.problems if (found := re.match(r"because\[\d+\]: dropped", line))}
        beyond = sum(int(n) - 4 for line in spoken.problems for n in re.findall(r"because: (\d+) reasons; only", line))
        reported = len(rows) + beyond + sum("because: a row was dropped" in line for line in spoken.problems)
        if self.rows != read + reported:
            raise LostError(f"{self.rows} reasons written, {read} read, {reported} reported: {spoken.problems[:8]}")
        return Tally(self.rows, read, reported)


def _answered(chance: Random) -> _Answered:
    ids = [f"cup_e{number}" for number in range(3)]
    rows = [_spoilt_row(_row("relations", ids, number, chance), chance) for number in range(chance.randrange(0, 7))]
    answer = json.dumps(chance.choice(("a horse", "yes", 3, True, None, 1e400, [], "x" * 900, "a\x1b[31m", "\ud800")))
    text = f'{{"answer":{answer},"because":[{",".join(rows)}]}}'
    text = _chatter(chance) + text + _chatter(chance)
    if chance.random() < 0.5:
        return _Answered(text, frozenset(ids), len(rows))
    return _Answered(spoilt(text, chance, [text]), frozenset(ids), 0)


@dataclass(frozen=True)
class _Verified:
    text: str
    parse: str

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    def run(self) -> Tally:
        reply = Reply(text=self.text, tokens=(Token(text=self.text, probability=0.7),))
        match self.parse:
            case "verify":
                sure = reading.parse_verified(reply)
                if not 0.0 <= sure <= 1.0:
                    raise LostError(f"{sure} is no probability")
            case "critique":
                reading.parse_critique(reply)
            case _:
                reading.parse_decision(reply)
        return Tally()


def _verified(chance: Random) -> _Verified:
    parse = chance.choice(("verify", "verify", "critique", "decide"))
    seeds = {"verify": ("yes", "No.", '{"answer":"yes"}'), "critique": ('{"notes":["a","b"]}',)}
    text = chance.choice(seeds.get(parse, ('{"better":"first"}',)))
    return _Verified(_chatter(chance) + spoilt(text, chance, SNIPPETS), parse)
