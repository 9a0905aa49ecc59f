"""Request -> Reply by a vision-language model on this machine: grammar, probabilities, kept KV cache."""

import codecs
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import xgrammar

from nesy.assets.weights import inspect, weights_sha256
from nesy.errors import InputError, ModelError
from nesy.geometry import SHARES, BoxForm
from nesy.image import Image
from nesy.models.decoding import CachedDecoder, Generated, Turn
from nesy.models.loader import Loaded, device_of, load
from nesy.models.local_family import ANY, MODELS
from nesy.models.local_prompt import LocalPrompts
from nesy.models.picture_kind import is_drawn
from nesy.models.token_choice import Draw
from nesy.perception import prompt
from nesy.perception.calibration import Calibration, read_calibration
from nesy.perception.grammar import reply_grammar
from nesy.perception.profile import Profile, profile_of, read_profile
from nesy.perception.vocabulary import Vocabulary, read_vocabulary
from nesy.settings import PerceptionSettings
from nesy.turns import MOST_FRAMES, MOST_TOGETHER, ModelInfo, Reply, Request, Token, Usage

_CARD = "nesy_model.json"
_CALIBRATION = "calibration.json"
_VOCABULARY = "vocabulary.json"
_HUB = "llava-hf/llava-onevision-qwen2-{}-ov-hf"
_ROOM_GIB = {None: 20, "8bit": 12, "4bit": 9}
"""That the model of 7 billion takes, by the bits of its weights."""
_LEAST_ROOM = 16
_CACHE_BYTES = 256_000_000
"""Of compiled grammars: every correction has one of its own."""


class LocalModel:
    """LLaVA-OneVision, or any other that is asked in words for JSON; answers always fit the reply's grammar.

    The KV cache of the last image's dialogue is kept, so one instance serves one dialogue at a time.
    """

    def __init__(
        self,
        loaded: Loaded,
        info: ModelInfo,
        style: prompt.Style = "full",
        most_tokens: int | None = None,
        turns: tuple[str, ...] | None = None,
        calibration: Calibration | None = None,
        threads: int | None = None,
        vocabulary: Vocabulary | None = None,
        drawn: bool = False,
        profile: Profile | None = None,
    ) -> None:
        """Make a loaded model answer; ModelError when its template does not hold one image and one text.

        Args:
            loaded: what `loading.load` gives.
            info: id and revision; the digest of the weights is added when it is first asked for.
            style: `compact` for a model that was trained on the compact prompts.
            most_tokens: bound of a reply; the default of PerceptionSettings when None.
            turns: the kinds of turns that the model has learnt, where it was trained on these alone; None: any of which
                there is a prompt.
            calibration: what its yes and no are worth, where that was measured.
            threads: of the processor, while it answers; None: as many as torch is set to.
            vocabulary: the only words that it writes, where it was trained on a closed world.
            drawn: whether it was trained on drawings alone, in flat colours.
            profile: how it writes boxes and what it can be given; None: that of its class.
        """
        self._weights = loaded.weights
        self._info = info
        self._style: prompt.Style = style
        self._turns = turns
        self.calibration = calibration
        self._threads = threads
        self._vocabulary = vocabulary
        self._drawn = drawn
        self._profile = profile or profile_of(loaded.model_type)
        self._most = most_tokens or PerceptionSettings().max_new_tokens
        self.engine, self.dtype = "transformers", str(loaded.model.dtype).removeprefix("torch.")
        self._model = loaded.model
        self._prompts = LocalPrompts(loaded)
        self._decoder = CachedDecoder(loaded.model, loaded.stop_ids, loaded.cache)
        known = xgrammar.TokenizerInfo.from_huggingface(
            loaded.tokenizer,
            vocab_size=loaded.model.get_output_embeddings().weight.shape[0],  # padded beyond the tokenizer's words
            stop_token_ids=list(loaded.stop_ids),
        )
        self._compiler = xgrammar.GrammarCompiler(known, max_threads=1, cache_limit_bytes=_CACHE_BYTES)
        self._token_bytes: list[bytes] = known.decoded_vocab

    @cached_property
    def info(self) -> ModelInfo:
        """The model's id, revision and the sha256 of its weights (read once, when first asked for)."""
        if not self._weights:
            return self._info
        return self._info.model_copy(update={"weights_sha256": weights_sha256(self._weights)})

    @property
    def turns(self) -> tuple[str, ...] | None:
        """The kinds of turns that the model can take; None: any."""
        return self._turns or (prompt.COMPACT_TURNS if self._style == "compact" else None)

    @property
    def takes_templates(self) -> bool:
        """Whether it reads turns in other words than it has learnt."""
        return self._style != "compact"

    @property
    def takes_marks(self) -> bool:
        """Whether the model can be sent a second, marked picture."""
        return self._style != "compact" and self._profile.pictures > 1

    @property
    def most_pictures(self) -> int:
        """How many pictures a turn may be about; one for a model that has learnt turns of its own."""
        return 1 if self._style == "compact" or self._turns is not None else min(self._profile.pictures, MOST_TOGETHER)

    @property
    def takes_video(self) -> bool:
        """Whether it is shown the frames of a clip as video; else as so many pictures."""
        return self.most_pictures > 1 and self._profile.video and self._prompts.clips is not None

    @property
    def most_frames(self) -> int:
        """How many frames of a clip a turn may be about; one for a model that has learnt turns of its own."""
        return MOST_FRAMES if self.takes_video else self.most_pictures

    @property
    def takes_prose(self) -> bool:
        """Whether the model can be asked for a description in sentences."""
        return self._style != "compact"

    @property
    def keeps(self) -> str:
        """What a later turn about the same picture keeps of it, in a few words."""
        return {
            "fork": "the picture, for several turns at once",
            "row": "the picture, for one turn at a time",
            "none": "nothing: each turn is computed afresh",
        }[self._decoder.cache]

    @property
    def gives_boxes(self) -> bool:
        """Whether it can be asked where things are."""
        return self._profile.scale is not None

    def misfit(self, image: Image) -> str:
        """Return why the model cannot read this picture, in one sentence; empty where it can."""
        if not self._drawn or is_drawn(image):
            return ""
        return f"the picture is no drawing of the kind that {self._info.id} was trained on; what it says is a guess"

    def reply(self, request: Request) -> Reply:
        """Answer `request` under its grammar: greedily, or by a draw where it has a temperature.

        `Reply.prompt` holds the words of the turn, without image tokens and markup.

        Raises:
            ModelError: the model has not learnt such a turn, the prompt is too long for it, memory runs out, or it
                breaks down.
        """
        return self.replies([request])[0]

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer several requests, none of which needs the answer to another, in order; raises as `reply` does.

        Those about one image are answered in one batch, whatever their kinds: what their prompts share, the image above
        all, is computed once. Each is answered as `reply` would: under its own grammar, by its own temperature and
        seed. One of them pays for what is shared; to the others it is cached. The seconds are divided evenly.
        """
        started = time.perf_counter()
        for request in requests:
            if self.turns is not None and request.kind not in self.turns:
                raise ModelError(
                    f"{self._info.id} has learnt to {', '.join(self.turns)}, not to {request.kind}",
                    "name another model with --model",
                )
            if request.text_only:
                raise ModelError(
                    f"{self._info.id} is not asked without a picture", "give the picture, or name a server with --model"
                )
        boxes = [self._boxes(request.image) for request in requests]
        words = [prompt.render(request, self._style, form) for request, form in zip(requests, boxes, strict=True)]
        try:
            with _computing_with(self._threads):
                turns = [self._turn(request, text) for request, text in zip(requests, words, strict=True)]
                generated = self._generated(turns)
        except torch.OutOfMemoryError:
            self._decoder.forget()
            raise ModelError(
                f"the GPU ran out of memory on {requests[0].image.name}",
                "use a smaller model (llava-hf/llava-onevision-qwen2-0.5b-ov-hf) or a smaller image",
            ) from None
        seconds = (time.perf_counter() - started) / max(1, len(requests))
        return [self._reply(*of_one, seconds) for of_one in zip(words, turns, generated, boxes, strict=True)]

    def visual_tokens(self, image: Image) -> int:
        """Return how many tokens of a prompt an image takes."""
        return self._prompts.visual_tokens(image)

    def forget(self) -> None:
        """Drop what is kept of the last image: its pixels and the KV cache."""
        self._prompts.forget()
        self._decoder.forget()

    def _generated(self, turns: Sequence[Turn]) -> list[Generated]:
        """Generate for turns about any images: those about one image together."""
        about: dict[str, list[int]] = {}
        for place, turn in enumerate(turns):
            about.setdefault(turn.prompt.image_key, []).append(place)
        made: dict[int, Generated] = {}
        for places in about.values():
            made |= zip(places, self._decoder.generate_many([turns[place] for place in places]), strict=True)
        return [made[place] for place in range(len(turns))]

    def _turn(self, request: Request, words: str) -> Turn:
        if request.moments and len(request.moments) > self.most_frames:
            raise ModelError(f"{self._info.id} takes {self.most_frames} frames a turn, not {len(request.moments)}")
        if request.moments and self.takes_video:
            turn = self._prompts.of_clip(request.pictures, request.moments, words)
        elif request.others:
            turn = self._prompts.of_several(request.pictures, words)
        else:
            turn = self._prompts.of_one(request.image, words, request.marked)
        most = min(self._most, self._room(len(turn.ids)))
        draw = Draw(request.temperature, request.sample) if request.temperature else None
        grammar = reply_grammar(request, self._vocabulary, self._boxes(request.image))
        return Turn(turn, self._compiler.compile_grammar(grammar), most, draw)

    def _boxes(self, image: Image) -> BoxForm | None:
        """Return how the model writes the boxes of a picture; None: not at all."""
        shown = self._prompts.shown(image) if self._profile.frame == "resized" else None
        return self._profile.form(*image.size_px, shown)

    def _reply(self, words: str, turn: Turn, generated: Generated, boxes: BoxForm | None, seconds: float) -> Reply:
        texts = self._texts(generated.ids)
        return Reply(
            text="".join(texts),
            prompt=words,
            boxes=boxes or SHARES,
            tokens=tuple(
                Token(text=text, probability=probability)
                for text, probability in zip(texts, generated.probabilities, strict=True)
            ),
            usage=Usage(
                calls=1,
                prompt_tokens=len(turn.prompt.ids),
                cached_tokens=generated.cached_tokens,
                new_tokens=generated.new_tokens,
                seconds=seconds,
            ),
        )

    def _room(self, prompt_tokens: int) -> int:
        """Return how many tokens still fit behind the prompt."""
        limit = int(self._model.config.get_text_config().max_position_embeddings)
        if limit - prompt_tokens < _LEAST_ROOM:
            raise ModelError(
                f"the prompt has {prompt_tokens} tokens and the model holds {limit}",
                "use a smaller image, fewer findings per request, or a model with a longer context",
            )
        return limit - prompt_tokens

    def _texts(self, ids: Sequence[int]) -> list[str]:
        """Return the text of each token; a character of several tokens belongs to the last of them."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        texts = [decoder.decode(self._token_bytes[number]) for number in ids]
        if texts:
            texts[-1] += decoder.decode(b"", final=True)
        return texts


def load_folder(folder: Path, settings: PerceptionSettings, model_id: str = "", revision: str = "") -> LocalModel:
    """Load a model folder; its `nesy_model.json` may give id, revision, prompt style, turns learnt, threads, pictures.

    Raises:
        InputError: no such folder, no model of a known family in it, or no such profile.
        ModelError: its weights cannot be used.
    """
    profile = None if settings.profile is None else read_profile(settings.profile)
    files = inspect(folder, MODELS if profile is None else ANY)
    profile = profile or profile_of(files.model_type)
    card = _card(folder)
    style: prompt.Style = "compact" if card.get("prompt_style") == "compact" else "full"
    name = model_id or card.get("id") or folder.name
    if style == "compact" and settings.profile is not None:
        raise InputError(f"{name} writes boxes as it has learnt to; a profile (--profile) is for another model")
    info = ModelInfo(
        id=name,
        revision=revision or card.get("revision"),
        profile=None if style == "compact" else profile.name,
    )
    turns = card.get("turns")
    measured, closed = folder / _CALIBRATION, folder / _VOCABULARY
    return LocalModel(
        load(files, settings),
        info,
        style,
        settings.max_new_tokens,
        None if turns is None else tuple(turns),
        read_calibration(measured) if measured.exists() else None,
        card.get("threads"),
        read_vocabulary(closed) if closed.exists() else None,
        card.get("pictures") == "drawn",
        profile,
    )


def default_model(settings: PerceptionSettings) -> tuple[str, str]:
    """Return the hub id of the largest LLaVA-OneVision that fits this machine now, and why, in a few words.

    Raises:
        ModelError: this machine has no such device.
    """
    device = device_of(settings.device)
    if device.type != "cuda":
        return _HUB.format("0.5b"), f"computed on {device.type}"
    free = torch.cuda.mem_get_info(device)[0] / 2**30
    # 8 billion weights in bfloat16 are 15 GiB, in eight bits half of that; a large image with its cache is a few more.
    needed = _ROOM_GIB[settings.quantize]
    return _HUB.format("7b" if free >= needed else "0.5b"), f"{free:.0f} GiB are free on {device}; 7b takes {needed}"


@contextmanager
def _computing_with(threads: int | None) -> Iterator[None]:
    """Compute with so many threads, and then again with as many as before; None changes nothing.

    Where other processes keep the cores busy, the threads of a tiny model spend their time waiting for one another at
    the end of every small product.
    """
    before = torch.get_num_threads()
    if threads is None or threads == before:
        yield
        return
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _card(folder: Path) -> dict[str, Any]:
    path = folder / _CARD
    if not path.exists():
        return {}
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from None
    known = {"id", "revision", "prompt_style"}
    if not isinstance(card, dict) or not all(isinstance(card.get(key, ""), str) for key in known):
        raise InputError(f"{path}: an object with strings {', '.join(sorted(known))} was expected")
    if not isinstance(card.get("turns", []), list) or not all(isinstance(turn, str) for turn in card.get("turns", [])):
        raise InputError(f"{path}: turns: a list of strings was expected")
    threads = card.get("threads", 1)
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise InputError(f"{path}: threads {threads!r} is no number of threads; a whole number from 1 was expected")
    if card.get("pictures", "any") not in ("any", "drawn"):
        raise InputError(f"{path}: pictures {card['pictures']!r} is neither any nor drawn")
    if card.get("prompt_style", "full") not in ("full", "compact"):
        raise InputError(f"{path}: prompt_style {card['prompt_style']!r} is neither full nor compact")
    return card
