"""True scenes and rates -> a model that sees them with errors and gives in to notes as often as it is told to.

It stands in for a vision-language model where the question is what a loop makes of a model of known faults. What it
errs in it draws by seed, picture and claim: the same seed gives the same dialogue. A share of its errors comes again
whenever it looks at the picture, the others only in that answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random

from nesy.ontology import Ontology
from nesy.perception.calibration import Calibration, log_odds
from nesy.perception.grammar import MAX_NOTES
from nesy.perception.prompt import render
from nesy.perception.reply_format import write_patch, write_scene
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, in_words
from nesy.synthetic.accusations import accusation
from nesy.turns import ModelInfo, NumberedClaim, Reply, Request, Token, Usage

TRUE, FALSE = (0.55, 0.99), (0.3, 0.9)
"""Confidences are drawn evenly from these: what is true is mostly, not always, believed more than what is false."""
_LEAST = 1e-4
"""So unlikely an error is at least taken to be."""
Decided = Callable[[str, Claim], bool]
"""Whether the truth of the picture of a name tells if a claim holds."""
TURNS = ("describe", "correct", "verify", "revise", "critique", "decide")
_ROW = re.compile(r"\{[^{}]*\}")


def _all_told(_name: str, _claim: Claim) -> bool:
    """Tell that the truth lists all that holds; a function that can travel to other processes."""
    return True


@dataclass(frozen=True)
class Rates:
    """How often the perceiver errs; all are probabilities."""

    hallucination: float = 0.15
    """For each true entity: that one more is seen which is not there, half of them with somebody who does something."""
    relation_error: float = 0.2
    """For each relation and part state: that it is told with another word, turned around or of another thing; half of
    such relations stand beside the true one, the others in its place."""
    format_error: float = 0.02
    """That a reply is no JSON."""
    sycophancy: float = 0.0
    """For each claim that is put in doubt, be it right or wrong: that it is given up without a look."""
    look: float = 0.7
    """That a look at one claim that is wrong finds it so."""
    doubt: float = 0.02
    """That a look at one claim that is right takes it for wrong."""
    drift: float = 0.2
    """For each claim of a description that is written again in full: that it is perceived anew, with new errors."""
    shared: float = 0.5
    """Share of the errors that are the picture's, and come again in every look at it."""
    blind: float | None = None
    """That a blind look at one statement is mistaken; None: it has never learnt to take such a turn."""


class Perceiver:
    """Answers every kind of request about the pictures whose true scenes it was given."""

    def __init__(self, truths: Mapping[str, Scene], rates: Rates, seed: int = 0, decided: Decided = _all_told) -> None:
        """Take what there is to be seen, and how often that is seen wrongly.

        Args:
            truths: the true scenes, by the names of their pictures.
            rates: of errors.
            seed: the same errs the same.
            decided: where a truth does not list all that holds, an error of which it does not tell whether it is one is
                left out of the description.
        """
        self._truths, self._rates, self._seed, self._decided = truths, rates, seed, decided
        self.info = ModelInfo(id="scripted", revision=f"{rates} seed {seed}")
        self.turns = TURNS if rates.blind is not None else tuple(turn for turn in TURNS if turn != "verify")
        self.calibration = None if rates.blind is None else calibrated(rates.blind, self.info)
        entities = [entity for scene in truths.values() for entity in scene.entities]
        self._categories = sorted({entity.category for entity in entities})
        self._states = sorted({(p.part, p.state) for scene in truths.values() for p in scene.part_states})
        self._verbs: dict[str, set[str]] = {}
        for scene in truths.values():
            for r in scene.relations:
                self._verbs.setdefault(scene.entity(r.object).category, set()).add(r.predicate)
        self._predicates = sorted(set().union(*self._verbs.values()))

    def reply(self, request: Request) -> Reply:
        """Answer: a description, a patch, faults or a decision, or with the set rate no JSON at all."""
        turn = f"{request.kind} {request.round} {request.sample} {request.complaint}"
        chance = self._chance(request, turn)
        if chance.random() < self._rates.format_error:
            return Reply(text="I am not sure what to say.", prompt=render(request, "full"), usage=Usage(calls=1))
        truth = self._truths[request.image.name]
        tokens: tuple[Token, ...] = ()
        match request.kind:
            case "describe":
                tokens = self._told(self._seen(request, truth), truth, chance)
            case "revise":
                tokens = self._told(self._rewritten(request, truth, chance), truth, chance)
            case "correct":
                known = _Known(truth)
                text = write_patch({c.number: self._answer(c, known, chance) for c in request.claims})
            case "verify":
                true = _Known(truth).holds(request.question)
                look = self._chance(request, f"{request.question} {request.negated}")
                mistaken = look.random() < (self._rates.blind or 0.0)
                text = "yes" if (true != request.negated) != mistaken else "no"
            case "critique":
                text = _notes(self._faults(request.drafts[0], truth, chance))
            case "decide":
                scores = [_Known(truth).score(draft) for draft in request.drafts]
                better = scores.index(max(scores)) if chance.random() < self._rates.look else chance.randrange(2)
                text = f'{{"better":"{("first", "second")[better]}"}}'
        if tokens:
            text = "".join(token.text for token in tokens)
        return Reply(text=text, prompt=render(request, "full"), tokens=tokens, usage=Usage(calls=1))

    # --- seeing ---

    def _chance(self, request: Request, what: str) -> Random:
        return Random(f"nesy perceiver {self._seed} {request.image.name} {what}")

    def _error(self, request: Request, slot: str, rate: float) -> Random | None:
        """Return what the error of a slot is drawn from, or None where there is none in this answer."""
        chance = self._chance(request, slot)
        if chance.random() >= self._rates.shared:
            chance = self._chance(request, f"{slot} {request.kind} {request.round} {request.sample}")
        return chance if chance.random() < rate else None

    def _seen(self, request: Request, truth: Scene) -> Scene:
        entities, relations = list(truth.entities), list(truth.relations)
        for entity in truth.entities:
            error = self._error(request, f"beside {entity.id}", self._rates.hallucination)
            if error:
                more = self._imagined(entities, error)
                entities.append(more)
                who = [e for e in truth.entities if e.category == "person"]
                verbs = sorted(self._verbs.get(more.category, ()))
                if who and verbs and error.random() < 0.5:
                    told = Relation(
                        id=f"x{len(relations)}",
                        subject=error.choice(who).id,
                        predicate=error.choice(verbs),
                        object=more.id,
                    )
                    relations.append(told)
        scene = truth.model_copy(update={"entities": tuple(entities)})
        update: dict[str, object] = {
            "relations": tuple(told for r in relations for told in self._perceived(request, r, scene)),
            "part_states": tuple(told for p in truth.part_states for told in self._perceived(request, p, scene)),
        }
        return self._sifted(request.image.name, scene.model_copy(update=update))

    def _sifted(self, name: str, scene: Scene) -> Scene:
        """Return a scene with counts, and without what the truth does not tell of."""
        open_ = frozenset(claim.id for claim in scene.claims() if not self._decided(name, claim))
        left = scene.without(open_)
        counts = tuple(one for one in _counted(list(left.entities)) if self._decided(name, one))
        return left.model_copy(update={"counts": counts})

    def _imagined(self, entities: list[Entity], chance: Random) -> Entity:
        category = chance.choice(self._categories)
        width, height = chance.uniform(0.1, 0.4), chance.uniform(0.1, 0.4)
        left, top = chance.uniform(0, 1 - width), chance.uniform(0, 1 - height)
        first, taken = 1 + sum(entity.category == category for entity in entities), {entity.id for entity in entities}
        name = next(name for n in count(first) if (name := f"{category}_{n}") not in taken)
        box = tuple(round(value, 2) for value in (left, top, left + width, top + height))
        return Entity.model_validate({"id": name, "category": category, "box": box})

    def _perceived(self, request: Request, claim: Claim, scene: Scene) -> tuple[Claim, ...]:
        error = self._error(request, claim.id, self._rates.relation_error)
        if error is None:
            return (claim,)
        beside = isinstance(claim, Relation) and error.random() < 0.5
        wrong = self._mistaken(claim, scene, error)
        return (claim, wrong.model_copy(update={"id": f"{claim.id}b"})) if beside else (wrong,)

    def _mistaken(self, claim: Claim, scene: Scene, chance: Random) -> Claim:
        others = [entity.id for entity in scene.entities]
        match claim:
            case Relation():
                update: dict[str, str] = chance.choice(
                    (
                        {"predicate": chance.choice(self._predicates)},
                        {"subject": claim.object, "object": claim.subject},
                        {"object": chance.choice([i for i in others if i != claim.subject] or others)},
                    )
                )
            case PartState():
                part, state = chance.choice(self._states)
                update = {"part": part, "state": state}
            case _:
                update = {}
        return claim.model_copy(update=update)

    # --- looking again ---

    def _answer(self, asked: NumberedClaim, known: "_Known", chance: Random) -> str:
        changes = [answer for answer in asked.answers if answer != "keep"]
        if chance.random() < self._rates.sycophancy:
            return chance.choice(changes)
        if known.holds(asked.text):
            return chance.choice(changes) if chance.random() < self._rates.doubt else "keep"
        if chance.random() >= self._rates.look:
            return "keep"
        return next((a for a in changes if known.holds(_with(asked.text, a))), "withdraw")

    def _rewritten(self, request: Request, truth: Scene, chance: Random) -> Scene:
        """Return a draft as it is written again: doubted claims looked at, the others copied with some drift."""
        draft, known = request.drafts[0], _Known(truth)
        gone: set[str] = set()
        update: dict[str, tuple[Claim, ...]] = {}
        for name in ("entities", "part_states", "relations"):
            kept: list[Claim] = []
            for claim in getattr(draft, name):
                now = self._again(claim, draft, request.notes, known, chance)
                kept += [] if now is None else [now]
                gone |= {claim.id} if now is None else set()
            update[name] = tuple(kept)
        revised = draft.model_copy(update=update).without(frozenset(gone))
        return revised.model_copy(update={"counts": _counted(list(revised.entities))})

    def _again(
        self, claim: Claim, draft: Scene, notes: tuple[str, ...], known: "_Known", chance: Random
    ) -> Claim | None:
        right = known.holds(in_words(claim))
        if any(set(_ends(claim)) <= set(re.findall(r"\w+", note)) for note in notes):
            if chance.random() < self._rates.sycophancy:
                return None
            found_wrong = chance.random() < (self._rates.doubt if right else self._rates.look)
            return None if found_wrong else claim
        if isinstance(claim, Entity) or chance.random() >= self._rates.drift:
            return claim
        if chance.random() < self._rates.relation_error:
            return self._mistaken(claim, draft, chance)
        return claim if right else None

    def _faults(self, draft: Scene, truth: Scene, chance: Random) -> list[str]:
        known, faults = _Known(truth), []
        claims: list[Relation | PartState | Entity] = [*draft.relations, *draft.part_states, *draft.entities]
        for claim in claims:
            if chance.random() < (self._rates.doubt if known.holds(in_words(claim)) else self._rates.look):
                if isinstance(claim, Entity):
                    faults.append(f"There is no {claim.id}.")
                else:
                    faults.append(accusation(claim, Ontology.default()).message)
        return faults[:MAX_NOTES]

    # --- telling ---

    def _told(self, scene: Scene, truth: Scene, chance: Random) -> tuple[Token, ...]:
        """Write a scene; each row is one token, and its probability is how sure the perceiver is of the claim."""
        known, text = _Known(truth), write_scene(scene)
        tokens, at = [], 0
        for claim, row in zip(scene.claims(), _ROW.finditer(text, 1), strict=True):
            sure = round(chance.uniform(*(TRUE if known.holds(in_words(claim)) else FALSE)), 3)
            tokens += [Token(text=text[at : row.start()], probability=1.0), Token(text=row.group(), probability=sure)]
            at = row.end()
        return (*tokens, Token(text=text[at:], probability=1.0))


def calibrated(error: float, model: ModelInfo) -> Calibration:
    """Return the calibration of looks that are mistaken with this probability, each polarity by itself.

    Both together say a share of 1, 1/2 or 0; of a true statement they say 1 with (1 - e)^2 and 0 with e^2, of a false
    one the other way round.
    """
    right = min(max(1.0 - error, _LEAST), 1.0 - _LEAST)
    both, none = (1.0 - error) ** 2, error**2
    split = 1.0 - both - none
    above = both * (split + both) + split * both  # P(a true one scores above a false one)
    level = 2 * both * none + split**2
    return Calibration(
        model=model, a=-2 * log_odds(right) / log_odds(1.0), b=0.0, auroc=min(1.0, above + level / 2), statements=0
    )


class _Known:
    """What is true of one picture, in words."""

    def __init__(self, truth: Scene) -> None:
        self._words = {_key(in_words(claim)) for claim in truth.claims()}
        self._words |= {_key(in_words(count)) for count in _counted(list(truth.entities))}

    def holds(self, text: str) -> bool:
        return _key(text) in self._words

    def score(self, scene: Scene) -> int:
        return sum(1 if self.holds(in_words(claim)) else -1 for claim in scene.claims())


def _key(text: str) -> str:
    return text.lower().replace(" ", "_")


def _with(text: str, answer: str) -> str:
    """Return a claim in words after an answer.

    >>> _with("person_1 ride horse_1", "swap"), _with("person_1 hip sit on horse_1", "sit in"), _with("2 dog", "3")
    ('horse_1 ride person_1', 'person_1 hip sit in horse_1', '3 dog')
    """
    words = text.split(" ")
    if answer == "swap":
        return " ".join((words[-1], *words[1:-1], words[0]))
    if words[0].isdigit():
        return " ".join((answer, *words[1:]))
    if words[1:3] == ["is", "a"]:
        return " ".join((*words[:3], answer))
    ends_in_id = [words[-1]] if re.search(r"_\d+$", words[-1]) else []
    if len(words) == 3 and ends_in_id:
        return " ".join((words[0], answer, words[2]))
    return " ".join((words[0], words[1], answer, *ends_in_id))


def _ends(claim: Claim) -> tuple[str, ...]:
    match claim:
        case Relation():
            return claim.subject, claim.object
        case PartState():
            return (claim.entity,) if claim.object is None else (claim.entity, claim.object)
        case _:
            return (claim.id,)


def _counted(entities: list[Entity]) -> tuple[Count, ...]:
    categories = sorted({entity.category for entity in entities})
    return tuple(
        Count(id=f"n{place}", category=category, value=sum(entity.category == category for entity in entities))
        for place, category in enumerate(categories, 1)
    )


def _notes(faults: list[str]) -> str:
    return '{"notes":[' + ",".join(f'"{fault}"' for fault in faults) + "]}"
