"""Frozen settings, one section per step; unknown keys are refused."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from nesy.errors import InputError
from nesy.settings.layers import layered
from nesy.settings.templates import template
from nesy.settings.toml_text import write_toml

LANGUAGES = ("en",)
"""The languages that nesy ships a model of, by their codes of ISO 639-1; the first is the default."""


def known_language(code: str) -> str:
    """Return the code of a language that nesy ships.

    Raises:
        InputError: for any other; it names those that there are.
    """
    if code not in LANGUAGES:
        raise InputError(f"no model for the language {code!r}; nesy ships: {', '.join(LANGUAGES)}")
    return code


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class PerceptionSettings(_Section):
    """How the model is asked.

    >>> PerceptionSettings(max_new_tokens=256).format_retries
    1
    """

    max_new_tokens: Annotated[int, Field(ge=16, le=8192)] = 1024
    """Length of a reply at most, in tokens."""
    describe: Literal["json", "prose", "sentences", "grounded"] = "json"
    """How the model describes an image: in JSON; in sentences (`prose`), and then is asked where the things are that it
    named (`sentences`); or by what the things are and do that a witness sees (`grounded`). Sentences and JSON are read
    in place of one another."""
    profile: str | None = None
    """How the model writes boxes and what it can be given: a name of `nesy models`, or the path of a TOML file; None:
    that of its family."""
    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:[0-9]{1,2})?)$")] = "auto"
    """Where a model of this machine computes: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """In which numbers: `auto` is bfloat16 on CUDA, float16 on Apple's GPUs, float32 on a CPU."""
    attention: Literal["sdpa", "flash_attention_2", "eager"] = "sdpa"
    """By which of transformers' implementations of attention."""
    quantize: Literal["8bit", "4bit"] | None = None
    """To how many bits its weights are rounded when they are loaded (bitsandbytes), tower and projector left out."""
    adapter: str | None = None
    """Path of a folder with a LoRA adapter (peft), merged into the weights."""
    timeout_s: Annotated[float, Field(gt=0.0, le=86400.0)] = 600.0
    """How long one reply of a server may take, in seconds."""
    constrain: Literal["auto", "grammar", "schema", "none"] = "auto"
    """How a server is asked to hold a reply to its form: by a grammar (`structured_outputs` of vLLM 0.12), by a JSON
    schema (`response_format`), or not. `auto`: the first of these that it takes."""
    logprobs: Literal["raw", "processed"] = "raw"
    """What a server's probabilities are: those before grammar and temperature (`raw_logprobs`, the default of vLLM), or
    after them (`processed_logprobs`). Only declared, and on record with the model."""
    top_logprobs: Annotated[int, Field(ge=0, le=20)] = 20
    """Of so many tokens a server is asked for the probability where it says yes or no; 0: not asked."""
    image_uuids: bool = False
    """Whether a server is sent a name with each picture (`uuid`), by which vLLM finds it in its cache."""
    format_retries: Annotated[int, Field(ge=0, le=5)] = 1
    """How often a reply that is no scene is asked for again; a retry costs no round."""


class CheckingSettings(_Section):
    """Which rules speak, and how loudly.

    >>> CheckingSettings(off=("RarePair",), severity={"BoxTiny": "info"}).off
    ('RarePair',)
    """

    rules: tuple[str, ...] = ()
    """Paths of further rule files, beside the shipped pack."""
    shipped: bool = True
    """Whether the shipped pack is checked; False: the files of `rules` replace it."""
    off: tuple[str, ...] = ()
    """IRIs of rules that are not checked, or their last part (`UnusualPair`)."""
    severity: dict[str, Literal["violation", "warning", "info"]] = {}
    """Rules that are graded otherwise than their file says, by IRI or its last part."""
    findings_per_rule: Annotated[int, Field(ge=1)] = 100
    """So many findings of one rule are told of a scene at most; the others are counted. All are found and repaired."""
    seconds_per_rule: Annotated[float, Field(gt=0.0, le=86400.0)] = 5.0
    """So much of the processor's time a rule may take for one scene; past it the rule is not decided."""


ASKED = ("HardlyDone", "SidewaysOfFront", "SidewaysDisagrees", "SeenOtherwise", "OtherText")
"""Warnings that are worth a question: each is broken by fewer than 0.1 % of labelled graphs (`nesy rules alarms`), but
for the last two, which are no rules: a witness sees it otherwise (`Settings.witness`), or read something else."""


class CorrectionSettings(_Section):
    """How long and how widely the model is asked to look again.

    >>> CorrectionSettings(rounds=0).evidence
    'blind'
    """

    rounds: Annotated[int, Field(ge=0, le=10)] = 2
    """Corrective rounds after round 0; 0 means describe once, then repair."""
    findings_per_request: Annotated[int, Field(ge=1, le=20)] = 3
    """So many findings are told in one corrective question at most."""
    ask: Literal["violation", "warning"] = "violation"
    """The least severity that is asked about. Only violations are ever forced."""
    ask_also: tuple[str, ...] = ASKED
    """Rules below that severity that are asked about all the same, by IRI or its last part; none is ever forced."""
    accept: Literal["lowering", "any"] = "lowering"
    """Which answers are taken: those that lower the potential (`nesy.loop.potential`), or any at all."""
    evidence: Literal["blind", "own", "none"] = "blind"
    """Whether disputed claims are looked at blindly (`nesy.loop.looks`), where the model can and is calibrated; `own`:
    they are weighed by what the words of the description are worth, and nobody looks again."""
    doubt: Annotated[float, Field(ge=0.0, le=1.0)] = 0.95
    """Claims of less belief than this are looked at before anything is corrected, where there is evidence; 0: none."""
    deny: Annotated[float, Field(ge=0.0, le=1.0)] = 0.45
    """A doubted relation or part state is withdrawn where less chance is left to it than this."""
    deny_thing: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    """Likewise a doubted entity, which takes along all that is said of it."""
    gate: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    """A claim is asked about where what a witness saw leaves it less chance than this: by itself where something seen
    contradicts it, else together with the model's own words; 0: none."""
    calibration: str | None = None
    """Path of a calibration.json, in place of that of the model's folder."""
    marks: bool = False
    """Whether a second picture is sent with a question: the image with numbered boxes of the entities it names."""


class RepairSettings(_Section):
    """What the repair may make of a claim.

    >>> RepairSettings().invent
    False
    """

    invent: bool = False
    """Whether a claim may come to say what nobody said (`hold` for `eat`), in place of being withdrawn; such an edit is
    marked `invented`."""


class VideoSettings(_Section):
    """Which frames of a clip are looked at, and what is taken for odd over time.

    >>> VideoSettings(every_s=0.5).frames
    32
    """

    sample: Literal["time", "scenes"] = "time"
    """Which frames: one every `every_s` seconds, or one wherever the picture changes much."""
    every_s: Annotated[float, Field(gt=0.0, le=86400.0, allow_inf_nan=False)] = 1.0
    """Seconds from one frame to the next; more, evenly, where a clip would give more than `frames`."""
    frames: Annotated[int, Field(ge=2, le=512)] = 32
    """So many frames of a clip are looked at, at most."""
    gap: Annotated[int, Field(ge=0, le=32)] = 2
    """For so many frames a thing that is not there is waited for, and is the same thing when it is there again."""
    fastest: Annotated[float, Field(gt=0.0, le=1000.0)] = 1.0
    """Nothing moves faster, in widths and heights of the picture a second."""
    shortly_s: Annotated[float, Field(ge=0.0, le=3600.0)] = 2.0
    """What stops and begins again within so many seconds flickers."""
    window: Annotated[int, Field(ge=1, le=16)] = 2
    """So many frames on either side have a say in what is so in a frame between them."""
    ask: bool = True
    """Whether the model is asked again about a frame that does not go with those around it."""
    mend: bool = True
    """Whether what still does not is mended by what most of the frames around it say."""
    context: bool = False
    """Whether the model is told what the frame before shows; the embedded model has not learnt to be told."""
    rules: tuple[str, ...] = ()
    """Paths of further files of rules over time, beside the shipped `rules/time.ttl`."""
    off: tuple[str, ...] = ()
    """Rules over time that are not checked: IRIs, or their last part (`SaidOnce`)."""
    severity: dict[str, Literal["violation", "warning", "info"]] = {}
    """Rules over time that are graded otherwise than their file says."""


class TogetherSettings(_Section):
    """What is checked across several pictures, and whether the model is asked about it.

    >>> TogetherSettings(off=("SameInAnotherColour",)).ask
    True
    """

    ask: bool = True
    """Whether the model is asked once more about identities that a rule objects to."""
    rules: tuple[str, ...] = ()
    """Paths of further files of rules across pictures, beside the shipped `rules/pictures.ttl`."""
    off: tuple[str, ...] = ()
    """Rules across pictures that are not checked: IRIs, or their last part (`SameInAnotherColour`)."""
    severity: dict[str, Literal["violation", "warning", "info"]] = {}
    """Rules across pictures that are graded otherwise than their file says."""


class LanguageSettings(_Section):
    """What texts are read as: questions about an image, and descriptions.

    >>> LanguageSettings().code
    'en'
    >>> LanguageSettings(code="tlh")
    Traceback (most recent call last):
    nesy.errors.InputError: no model for the language 'tlh'; nesy ships: en
    """

    code: Annotated[str, AfterValidator(known_language)] = LANGUAGES[0]
    """One of `LANGUAGES`; any other is an InputError."""


class PromptSettings(_Section):
    """What the model is told, in words of one's own; a template is a text, or the path of one.

    Of a path the text is read at once and kept, so that a record of the settings holds it. The embedded model has
    learnt its own turns and takes none.

    >>> PromptSettings(verify="Look. {statement}: {whether}? Answer with yes or no alone.").verify
    'Look. {statement}: {whether}? Answer with yes or no alone.'
    >>> PromptSettings(verify="Look. {statment}: {whether}?")
    Traceback (most recent call last):
    nesy.errors.InputError: the template has the unknown placeholder {statment}; did you mean {statement}?
    """

    describe: str | None = None
    """The first question: {format} says how to answer. In every template {categories}, {predicates}, {parts} and
    {attributes} are words of the ontology."""
    correct: str | None = None
    """The question after a finding: {claims} are numbered, {format} says how to answer; {notes} say what was found and
    {things} which entities are meant."""
    verify: str | None = None
    """A look at one statement: {statement}, and {whether}, which is `true` or `wrong`; {things} are its entities."""
    ask: str | None = None
    """A question about the image: {question}, {format}; {notes} of an earlier answer, {things} that it may name."""
    vocabulary: Literal["own", "all", "none"] = "own"
    """The words that a description is told to use: those of `ontology` alone, all there are, or none."""

    @field_validator("describe", "correct", "verify", "ask")
    @classmethod
    def _read(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else template(str(info.field_name), value)


class Settings(_Section):
    """All settings of one analysis.

    >>> settings = Settings(correction=CorrectionSettings(rounds=4))
    >>> settings.correction.rounds, settings.checking.shipped
    (4, True)
    """

    ontology: tuple[str, ...] = ()
    """Paths of ontology files beside the shipped ones: Turtle, RDF/XML, N-Triples or JSON-LD."""
    witness: str | None = None
    """Who looks at the picture beside the model, by its name, or several joined by commas (`nesy witness --witness`);
    None, or `none`: nobody. What it sees weighs like the looks, and what it sees otherwise is asked about."""
    perception: PerceptionSettings = PerceptionSettings()
    """How the model is asked."""
    prompts: PromptSettings = PromptSettings()
    """In which words."""
    checking: CheckingSettings = CheckingSettings()
    """Which rules speak."""
    correction: CorrectionSettings = CorrectionSettings()
    """How it is asked again."""
    repair: RepairSettings = RepairSettings()
    """What is made of what is still inconsistent."""
    language: LanguageSettings = LanguageSettings()
    """What texts are read as."""
    video: VideoSettings = VideoSettings()
    """Which frames of a clip are looked at, and what is odd over time."""
    together: TogetherSettings = TogetherSettings()
    """What is checked across several pictures."""

    @property
    def knows_what_is_shipped(self) -> bool:
        """Whether rules and words are those shipped: no file of one's own, and no rule that is off or graded anew."""
        return self.checking == CheckingSettings() and self.correction.ask_also == ASKED and not self.ontology

    @field_validator("witness")
    @classmethod
    def _nobody(cls, value: str | None) -> str | None:
        return None if value is None or value.strip() in ("", "none") else value.strip()

    @classmethod
    def from_toml(cls, path: str | Path) -> "Settings":
        """Read a TOML file of settings; what it leaves out is as by default, and its paths are beside it.

        Raises:
            InputError: it cannot be read, is no TOML, has an unknown key or a wrong value; file, line and key.
        """
        return layered(cls, Path(path))

    def to_toml(self) -> str:
        """Return all settings as TOML, each below what it means; `from_toml` reads them back."""
        notes = {}
        for name, field in type(self).model_fields.items():
            notes[name] = field.description
            section = getattr(self, name)
            if isinstance(section, BaseModel):
                notes |= {f"{name}.{key}": inner.description for key, inner in type(section).model_fields.items()}
        lines = {key: " ".join(note.split()) for key, note in notes.items() if note}
        return write_toml(self.model_dump(mode="json"), lines)
