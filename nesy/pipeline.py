"""The loop: image -> scene -> verdict -> question -> revised scene ... -> repair -> Analysis. Steps meet only here.

And the other one, for a user's question: analysis -> answer -> what speaks against it -> another answer -> Answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from nesy import answering
from nesy.analysis import Analysis, Answer, Failure, Round, StopReason, Withdrawal
from nesy.answering import Answered, Spoken
from nesy.checking import Rules, check, prepare
from nesy.correction import apply_patch, best, correct, stop_reason
from nesy.dialogue import ModelInfo, Reply, Request, Usage, VisionLanguageModel
from nesy.errors import ReplyError
from nesy.finding import Finding, Verdict
from nesy.image import Image
from nesy.language.questions import read_question
from nesy.ontology import Ontology
from nesy.perception.backends import load_model
from nesy.perception.reply import parse_answer, parse_patch, parse_scene
from nesy.repair import repair
from nesy.scene import Scene
from nesy.settings import Settings

T = TypeVar("T")


class Pipeline:
    """The whole chain for one model and one set of settings; model, rules and ontology are loaded once, when needed.

    Args:
        model: `embedded`, a hub id, a folder, `replay:FILE`, an address, or any object with
            `reply(request) -> Reply`; None takes the default model.
        settings: of every step; None takes the defaults.
    """

    def __init__(self, model: str | VisionLanguageModel | None = None, settings: Settings | None = None) -> None:
        self._model = model
        self.settings = Settings() if settings is None else settings

    def analyze(self, image: str | Path | Image) -> Analysis:
        """Describe the image, check, ask again about what cannot be true, and repair what remains.

        An inconsistent result is a value, not an error.

        Raises:
            InputError: the image cannot be read.
            KnowledgeError: a rule or ontology file cannot be used.
            ModelError: the model cannot be loaded or cannot answer.
            ReplyError: the first reply is no scene, not even after the format-only retries.
        """
        picture = _opened(image)
        settings = self.settings.correction
        rounds = [self._describe(picture)]
        while (stop := stop_reason(rounds, settings)) is None:
            last = rounds[-1]
            request = correct(picture, last.scene, last.verdict, self.ontology, settings, round=len(rounds))
            if request is None:
                return self._conclude(picture, rounds, "nothing_to_ask")
            rounds.append(self._revise(last, request))
        return self._conclude(picture, rounds, stop)

    def ask(
        self, image: str | Path | Image, question: str, *, checked: bool = True, analysis: Analysis | None = None
    ) -> Answered:
        """Analyze the image, ask the question in the same dialogue, and ask again while something speaks against it.

        What the question asks is read from its words; an answer of another kind (what a sign says, why something is
        done) is returned as it is, `unchecked`. A disagreement that stays is a value: `consistent` is False.

        Args:
            checked: False asks the bare model alone; nothing is described or checked.
            analysis: of this image, where there is one already: several questions then share it.

        Raises:
            InputError: the image or the question cannot be used.
            KnowledgeError, ModelError: as `analyze` does.
            ReplyError: the first reply is no scene or no answer, not even after the format-only retries.
        """
        asked = read_question(question, self.ontology)
        picture = _opened(image)
        if checked:
            said = answering.ask(
                picture,
                asked,
                self.analyze(picture) if analysis is None else analysis,
                self.model_info,
                self._speak,
                self.check,
                self.ontology,
                self.settings.correction,
            )
        else:
            said = answering.ask_unchecked(picture, asked, self.model_info, self._speak)
        if isinstance(said, Answered):
            return said
        raise self._unreadable("answer", said.failures)

    def perceive(self, image: str | Path | Image) -> Scene:
        """Return what the model sees at first sight, unchecked; raises as `analyze` does."""
        return self._look(_opened(image)).parsed[0]

    def check(self, scene: Scene) -> Verdict:
        """Return what the rules of these settings say of a scene."""
        return check(scene, self.rules, self.ontology)

    def violations(self, scene: Scene) -> tuple[Finding, ...]:
        """Return the violations alone, as `check` finds them, in half the time."""
        return prepare(scene, self.ontology, self.rules).findings(self.rules.grave)

    @cached_property
    def model(self) -> VisionLanguageModel:
        """The model, loaded when first asked for."""
        if self._model is None or isinstance(self._model, str):
            return load_model(self._model or "", self.settings.perception)
        return self._model

    @cached_property
    def model_info(self) -> ModelInfo:
        """Which model it is; an object that does not say is known by the name of its class."""
        info = getattr(self.model, "info", None)
        return info if isinstance(info, ModelInfo) else ModelInfo(id=type(self.model).__name__)

    @cached_property
    def rules(self) -> Rules:
        """The shipped rules and those of the settings, less those switched off."""
        chosen = self.settings.checking
        return Rules.load(chosen.rules, chosen.off, chosen.severity, chosen.shipped)

    @cached_property
    def ontology(self) -> Ontology:
        """The shipped ontology."""
        return Ontology.default()

    def _describe(self, image: Image) -> Round:
        exchange = self._look(image)
        scene, problems = exchange.parsed
        return Round(
            index=0,
            kind="describe",
            prompt=exchange.reply.prompt,
            reply=exchange.reply.text,
            scene=scene,
            verdict=self.check(scene),
            usage=exchange.usage,
            problems=problems,
            failures=exchange.failures,
        )

    def _look(self, image: Image) -> "_Exchange[tuple[Scene, tuple[str, ...]]]":
        def read(reply: Reply) -> tuple[Scene, tuple[str, ...]]:
            parsed = parse_scene(reply, image)
            return parsed.scene, tuple(parsed.problems)

        exchange = self._ask(Request(image=image, kind="describe"), read)
        if isinstance(exchange, _Unreadable):
            raise self._unreadable("scene", exchange.failures)
        return exchange

    def _unreadable(self, what: str, failures: tuple[Failure, ...]) -> ReplyError:
        tries = f"{len(failures)} tries" if len(failures) > 1 else "one try"
        first = f"{self.model_info.id} gave no readable {what} in {tries}"
        return ReplyError(failures[-1].reply, (first, *failures[-1].problems))

    def _speak(self, request: Request) -> Spoken:
        """Ask a question in one turn, format-only retries included."""
        ids = {entity.id for entity in request.entities}
        exchange = self._ask(request, lambda reply: parse_answer(reply, ids))
        if isinstance(exchange, _Unreadable):
            last = exchange.failures[-1]
            return Spoken(None, last.prompt, last.reply, exchange.usage, exchange.failures)
        return Spoken(exchange.parsed, exchange.reply.prompt, exchange.reply.text, exchange.usage, exchange.failures)

    def _revise(self, last: Round, request: Request) -> Round:
        """Ask about the disputed claims and patch the last round's scene with the answers."""
        exchange = self._ask(request, lambda reply: parse_patch(reply, request.claims))
        if isinstance(exchange, _Unreadable):
            return last.model_copy(
                update={
                    "index": request.round,
                    "kind": "correct",
                    "prompt": exchange.failures[-1].prompt,
                    "reply": exchange.failures[-1].reply,
                    "readable": False,
                    "usage": exchange.usage,
                    "problems": exchange.failures[-1].problems,
                    "failures": exchange.failures,
                    "notes": request.notes,
                    "asked": request.claims,
                    "answers": (),
                    "changed": (),
                    "withdrawn": (),
                }
            )
        patch = exchange.parsed
        result = apply_patch(last.scene, request, patch.answers, patch.confidences)
        return Round(
            index=request.round,
            kind="correct",
            prompt=exchange.reply.prompt,
            reply=exchange.reply.text,
            scene=result.scene,
            verdict=last.verdict if result.scene == last.scene else self.check(result.scene),
            usage=exchange.usage,
            problems=(*patch.problems, *result.ignored),
            failures=exchange.failures,
            notes=request.notes,
            asked=request.claims,
            answers=tuple(
                Answer(number=c.number, claim=c.claim, answer=patch.answers[c.number], confidence=sure)
                for c in request.claims
                if c.number in patch.answers
                for sure in (patch.confidences.get(c.number),)
            ),
            changed=result.changed,
            withdrawn=result.withdrawn,
        )

    def _ask(self, request: Request, parse: Callable[[Reply], T]) -> "_Exchange[T] | _Unreadable":
        """Ask, and ask again for the form alone when a reply cannot be read; bounded by `format_retries`."""
        failures: list[Failure] = []
        usage = Usage()
        for _ in range(1 + self.settings.perception.format_retries):
            complaint = "; ".join(failures[-1].problems[:3]) if failures else ""
            reply = self.model.reply(request.model_copy(update={"complaint": complaint}))
            usage += reply.usage
            try:
                return _Exchange(reply, parse(reply), tuple(failures), usage)
            except ReplyError as error:
                failures.append(Failure(prompt=reply.prompt, reply=reply.text, problems=error.problems))
        return _Unreadable(tuple(failures), usage)

    def _conclude(self, image: Image, rounds: list[Round], stop: StopReason) -> Analysis:
        """Keep the best round, repair its scene, and put everything on record."""
        kept = best(rounds)
        repaired = repair(
            kept.scene,
            self.check,
            self.ontology,
            verdict=kept.verdict,
            violations_of=self.violations,
            reach=self.rules.grave.reach,
        )
        return Analysis(
            image=image.info,
            model=self.model_info,
            settings=self.settings,
            rounds=tuple(rounds),
            kept_round=kept.index,
            scene=repaired.scene,
            verdict=repaired.verdict,
            edits=repaired.edits,
            repair_optimal=repaired.optimal,
            withdrawn=(
                *(gone for turn in rounds[: kept.index + 1] for gone in turn.withdrawn),
                *(
                    Withdrawal(claim=e.claim, round=kept.index, reason=e.reason, by="repair", was=e.was)
                    for e in repaired.edits
                    if e.now is None
                ),
            ),
            stop_reason=stop,
            consistent=repaired.verdict.consistent,
            usage=sum((turn.usage for turn in rounds), Usage()),
        )


@dataclass(frozen=True)
class _Exchange(Generic[T]):
    """A reply that could be read, what was read, and the replies before it that could not."""

    reply: Reply
    parsed: T
    failures: tuple[Failure, ...]
    usage: Usage


@dataclass(frozen=True)
class _Unreadable:
    """Every reply of a round, none of which could be read."""

    failures: tuple[Failure, ...]
    usage: Usage


def _opened(image: str | Path | Image) -> Image:
    return image if isinstance(image, Image) else Image.open(image)
