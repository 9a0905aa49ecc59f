"""The loop: image -> scene -> verdict -> question -> revised scene ... -> repair -> Analysis. Steps meet only here.

`nesy.loop.run` holds the loop itself, and `nesy.loop.policy` what is asked, taken and kept in it.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from nesy import answering
from nesy.analysis import Analysis, Round
from nesy.answering import Answered
from nesy.answering.pictures_together import PicturesTogether, opened
from nesy.checking import Rules, check, prepare
from nesy.errors import InputError, ModelError, ReplyError
from nesy.image import Image
from nesy.language.question_parser import read_question
from nesy.loop import policy
from nesy.loop.conclusion import conclude
from nesy.loop.dialogue import Dialogue
from nesy.loop.looks import share_beside
from nesy.loop.readings import Chances
from nesy.loop.run import Hooks, Parts, run
from nesy.loop.seeing import Seeing
from nesy.models.calibrated import calibrated
from nesy.models.registry import ready_model
from nesy.models.side_by_side import SideBySide, refuse_threads, side_by_side
from nesy.observations import TextLine, Witness
from nesy.ontology import Ontology
from nesy.repair import Named, Repaired, repair
from nesy.scene import Scene
from nesy.settings import ASKED, Settings
from nesy.turns import ModelInfo, VisionLanguageModel, info_of
from nesy.verdict import Finding, Verdict
from nesy.witness.roster import READER, load_all, reader

Check = Callable[[Scene], Verdict]
T = TypeVar("T")
R = TypeVar("R")


class Pipeline(PicturesTogether):
    """The whole chain for one model and one set of settings; model, rules and ontology are loaded once, when needed.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> described = '''{"entities": [{"id": "cup_1"}],
    ...     "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}'''
    >>> model = ScriptedModel([described, '{"1": "withdraw"}'])  # what a model says, and what it answers when asked
    >>> analysis = nesy.Pipeline(model).analyze("examples/images/tea.png")
    >>> len(analysis.rounds[0].scene.relations), len(analysis.scene.relations), analysis.consistent
    (1, 0, True)

    Args:
        model: `embedded`, `witness`, a hub id, a folder, `replay:FILE`, an address, or any object with
            `reply(request) -> Reply`; None takes the default model.
        settings: of every step; None takes the defaults.
        hooks: called while an image is analyzed.
        witness: looks beside the model: has `info` and `observe(image)`; or several; None: whom the settings name.
    """

    def __init__(
        self,
        model: str | VisionLanguageModel | None = None,
        settings: Settings | None = None,
        hooks: Hooks | None = None,
        witness: Witness | Sequence[Witness] | None = None,
    ) -> None:
        self._model = model
        self.settings = Settings() if settings is None else settings
        self.hooks = hooks or Hooks()
        self._witness = witness
        self._last: tuple[Image, Dialogue] | None = None
        self.given = model, self.settings, self.hooks, witness  # of which the same can be made elsewhere

    def analyze(self, image: str | Path | Image) -> Analysis:
        """Describe the image, check, ask again about what cannot be true, and repair what remains.

        An inconsistent result is a value, not an error.

        Raises:
            InputError: the image cannot be read.
            KnowledgeError: a rule or ontology file cannot be used.
            ModelError: the model cannot be loaded or cannot answer.
            ReplyError: the first reply is no scene, not even after the format-only retries.
        """
        picture = opened(image)
        return self.go_on(picture, self.describe(picture))

    def analyze_many(
        self, images: Iterable[str | Path | Image], concurrency: int = 1
    ) -> Iterator[Analysis | InputError | ModelError | ReplyError]:
        """Yield the analysis of each image, in order; in the place of one that fails stands its error.

        >>> import nesy
        >>> found = nesy.Pipeline("embedded").analyze_many(["examples/images/tea.png", "missing.png"])
        >>> [str(one) if isinstance(one, nesy.NesyError) else one.image.name for one in found]
        ['tea.png', 'missing.png: no such file']

        Args:
            images: pictures, or their paths; they are read as results are taken, a few ahead.
            concurrency: requests that a server has in flight at most, of all images; the results are those of 1.

        Raises:
            InputError: the settings cannot be used, or the model, as all of this machine, answers one at a time.
            KnowledgeError: a rule or ontology file cannot be used.
            ModelError: the model cannot be loaded.
        """
        refuse_threads(self._model, concurrency)
        if concurrency == 1:
            _ = self.ontology, self.rules
        _ = self.model, self.witnesses
        return self.map(_tried, images, concurrency)

    def map(self, work: "Callable[[Pipeline, T], R]", items: Iterable[T], concurrency: int = 1) -> Iterator[R]:
        """Yield `work(pipeline, item)` for each item, in order, side by side.

        >>> import nesy
        >>> def people(pipeline, path):
        ...     return len([one for one in pipeline.perceive(path).entities if one.category == "person"])
        >>> list(nesy.Pipeline("embedded").map(people, ["examples/images/ride.png"]))
        [2]

        Args:
            work: is given a pipeline of its own, which shares model and rules with the others. While it does not wait
                for the model nothing else is done, so what it does need not be made for threads; neither need hooks.
            items: any number of them; they are read as results are taken, a few ahead.
            concurrency: as `analyze_many` takes it.

        Raises:
            InputError, KnowledgeError, ModelError: as `analyze_many`; what the work raises is raised at its place.
        """
        refuse_threads(self._model, concurrency)
        if concurrency == 1:
            return (work(self, item) for item in items)
        if not self.settings.knows_what_is_shipped:
            _ = self.ontology, self.rules  # a mistake in it is told before anything is asked
        model, _ = SideBySide(self.loaded, concurrency), self.witnesses
        ready = partial(self.violations, Scene(entities=()))  # which loads the rules
        return side_by_side(model, lambda model, item: work(self.of(model), item), items, ready)

    def of(self, model: VisionLanguageModel) -> "Pipeline":
        """Return the same pipeline about another picture, with another model; rules and witness are shared."""
        other = copy.copy(self)
        for name in ("loaded", "model", "dialogue"):
            vars(other).pop(name, None)
        other._model, other._last = model, None
        return other

    def describe(self, image: Image) -> Round:
        """Return round 0: the image described and checked.

        Raises:
            NesyError: as `analyze`.
        """
        return self.dialogue_about(image).describe(image)

    def go_on(self, image: Image, first: Round, parts: Parts | None = None) -> Analysis:
        """Run the loop from a first round that is there already.

        Args:
            image: the picture that `first` describes.
            first: a round 0, from `describe` or from a record.
            parts: of another loop than that of the settings.

        Raises:
            KnowledgeError, ModelError: as `analyze`.
        """
        parts = parts or self.parts(image)
        rounds, stop = run(first, parts, self.hooks)
        dialogue = self.dialogue_about(image)
        return conclude(dialogue, image, rounds, stop, parts, partial(self.repair, check=dialogue.check))

    def parts(self, image: Image) -> Parts:
        """Return the parts of the loop as the settings have them.

        Raises:
            InputError, ModelError: as `model`.
        """
        return policy.parts(self.dialogue_about(image), image)

    def ask(
        self, image: str | Path | Image, question: str, *, checked: bool = True, analysis: Analysis | None = None
    ) -> Answered:
        """Analyze the image, ask the question in the same dialogue, and ask again while something speaks against it.

        What the question asks is read from its words; an answer of another kind (why something is done) is returned as
        it is, `unchecked`. What a sign says is held against the text that is read in the picture, with `nesy[ocr]`. A
        disagreement that stays is a value: `consistent` is False.

        Args:
            image: a picture, or the path of one.
            question: in the language of the settings.
            checked: False asks the bare model alone; nothing is described or checked.
            analysis: of this image, where there is one already: several questions then share it.

        Raises:
            InputError: the image or the question cannot be used.
            KnowledgeError, ModelError: as `analyze` does.
            ReplyError: the first reply is no scene or no answer, not even after the format-only retries.
        """
        asked = read_question(question, self.ontology, self.settings.language.code)
        picture = opened(image)
        if not checked:
            return answering.ask_unchecked(self.dialogue, picture, asked)
        read = self._read(picture) if asked.of_text else None
        analyzed = self.analyze(picture) if analysis is None else analysis
        return answering.ask(self.dialogue_about(picture), picture, asked, analyzed, read)

    def _read(self, image: Image) -> tuple[TextLine, ...] | None:
        """Return the lines of text in an image; None where nobody can read them."""
        seeing = self.dialogue_about(image).seeing
        if seeing is not None and any(one.name == READER for one in seeing.observations.witnesses):
            return seeing.observations.texts
        who = reader()
        return None if who is None else who.observe(image).texts

    def perceive(self, image: str | Path | Image) -> Scene:
        """Return what the model sees at first sight, unchecked.

        Raises:
            NesyError: as `analyze`.
        """
        picture = opened(image)
        return self.dialogue_about(picture).perceive(picture).parsed.scene

    def check(self, scene: Scene) -> Verdict:
        """Return what the rules of these settings say of a scene.

        Raises:
            InputError, KnowledgeError: as `rules`.
        """
        return check(scene, self.rules, self.ontology, settings=self.settings.checking)

    def violations(self, scene: Scene) -> tuple[Finding, ...]:
        """Return the violations alone, as `check` finds them, in half the time.

        Raises:
            InputError, KnowledgeError: as `rules`.
        """
        seconds = self.settings.checking.seconds_per_rule
        return prepare(scene, self.ontology, self.rules, seconds).findings(self.rules.grave)

    def repair(
        self,
        scene: Scene,
        verdict: Verdict,
        chances: Chances = MappingProxyType({}),
        named: Named = MappingProxyType({}),
        *,
        check: Check | None = None,
    ) -> Repaired:
        """Return the scene after the cheapest edits that leave no violation, given what the rules say of it.

        Args:
            scene: what is mended.
            verdict: what the rules say of it.
            chances: of the statements that were looked at.
            named: what the model named in place of a claim, by the claim's id.
            check: says what speaks against a scene; `self.check` if None.

        Raises:
            InputError, KnowledgeError: as `rules`.
        """
        return repair(
            scene,
            check or self.check,
            self.ontology,
            verdict=verdict,
            violations_of=self.violations,
            chances=chances,
            named=named,
            invent=self.settings.repair.invent,
            pack=self.rules,
        )

    @cached_property
    def dialogue(self) -> Dialogue:
        """The model with what checks it; what the steps of the loop are given.

        Raises:
            InputError, ModelError: as `model`.
        """
        return Dialogue(self.model, self.model_info, self.check, lambda: self.ontology, self.settings, self.hooks)

    def dialogue_about(self, image: Image) -> Dialogue:
        """Return the dialogue about one image, at which the witness has looked, if there is one: once an image.

        Raises:
            InputError: there is no such witness; or as `model`.
            ModelError: it cannot look; or as `model`.
        """
        if not self.witnesses:
            if self.settings.perception.describe == "grounded":
                raise InputError("a grounded description is about what a witness sees, and there is none (--witness)")
            return self.dialogue
        if self._last is None or self._last[0] is not image:
            share = share_beside(self.model, self.witnesses, self.settings.correction)
            self._last = image, self.dialogue.witnessed(Seeing(self.witnesses, image, self.ontology, share))
        return self._last[1]

    @cached_property
    def witnesses(self) -> tuple[Witness, ...]:
        """Who looks at the images beside the model; loaded when first asked for.

        Raises:
            InputError: there is none of a name.
            ModelError: it cannot be used here.
        """
        if self._witness is not None:
            return tuple(self._witness) if isinstance(self._witness, Sequence) else (self._witness,)
        return () if self.settings.witness is None else load_all(self.settings.witness)

    @cached_property
    def model(self) -> VisionLanguageModel:
        """The model, loaded when first asked for, with the calibration that is kept for it (`nesy calibrate`).

        Raises:
            InputError: there is no such model, folder or file, or the calibration of the settings is another's.
            ModelError: it cannot be used here, or the settings ask for more than it has learnt.
        """
        return calibrated(self.loaded, self.settings, lambda: self.ontology)

    @cached_property
    def loaded(self) -> VisionLanguageModel:
        """The model as it was loaded, not yet calibrated.

        Raises:
            InputError, ModelError: as `model`.
        """
        return ready_model(self._model, self.settings)

    @cached_property
    def model_info(self) -> ModelInfo:
        """Which model it is; an object that does not say is known by the name of its class.

        Raises:
            InputError, ModelError: as `model`.
        """
        return info_of(self.model)

    @cached_property
    def rules(self) -> Rules:
        """The shipped rules and those of the settings, less those switched off.

        Raises:
            InputError: the settings name a rule or a file that is not there.
            KnowledgeError: a rule file cannot be used.
        """
        chosen = self.settings.checking
        language = self.settings.language.code
        rules = Rules.load(chosen.rules, chosen.off, chosen.severity, chosen.shipped, language, self.ontology)
        rules.only(*(name for name in self.settings.correction.ask_also if name not in ASKED))
        return rules

    @cached_property
    def ontology(self) -> Ontology:
        """The shipped ontology, with the files of the settings.

        Raises:
            KnowledgeError: one of these files cannot be used.
        """
        return Ontology.with_own(*self.settings.ontology)


def analyze(
    image: str | Path | Image, model: str | VisionLanguageModel | None = None, settings: Settings | None = None
) -> Analysis:
    """Analyze one image: described, checked, corrected, repaired, with all of it on record.

    For several images make one `Pipeline`, which loads its model once.

    >>> import nesy
    >>> analysis = nesy.analyze("examples/images/ride.png", model="embedded")
    >>> analysis.consistent
    True

    Args:
        image: a picture, or the path of one.
        model: as `Pipeline` takes it.
        settings: of every step; None takes the defaults.

    Raises:
        InputError: the image cannot be read.
        KnowledgeError: a rule or ontology file cannot be used.
        ModelError: the model cannot be loaded or cannot answer.
        ReplyError: the first reply is no scene, not even after the format-only retries.
    """
    return Pipeline(model, settings).analyze(image)


def _tried(pipeline: Pipeline, image: str | Path | Image) -> Analysis | InputError | ModelError | ReplyError:
    try:
        return pipeline.analyze(image)
    except (InputError, ModelError, ReplyError) as error:
        return error
