"""Request -> Reply by an OpenAI-compatible server (`http://HOST/v1#NAME`), such as vLLM."""

import base64
import io
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit
from weakref import WeakKeyDictionary

from nesy.errors import InputError, ModelError
from nesy.geometry import BoxForm
from nesy.image import Image
from nesy.models.allowed_answers import among_yes_and_no
from nesy.models.chat_endpoint import KEY, ChatEndpoint, RefusedError, without_user
from nesy.models.completion import CUT_OFF, alternatives, read_completion
from nesy.models.constraint import NOT_HELD, Constraint, Form, is_held, part_of_body
from nesy.models.picture_count import PictureCount
from nesy.perception.profile import profile_named, read_profile
from nesy.perception.prompt import render
from nesy.settings import PerceptionSettings
from nesy.turns import ModelInfo, Reply, Request


class ServerModel:
    """A vision-language model behind the chat completions interface; several threads may ask it at once.

    The reply is asked for under a grammar or a JSON schema (`perception.constrain`); the parser reads it all the same
    when the server ignores that. A key for the server is taken from the environment variable NESY_API_KEY; it goes to
    the named host alone and stands in no error and no record. A server that is busy (429) or fails (5xx) is asked
    again, a few times.
    """

    takes_threads = True
    """Whether several threads may ask it at once."""

    def __init__(
        self, spec: str, settings: PerceptionSettings | None = None, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        """Take `http://HOST/v1#NAME`; nothing is sent yet.

        Args:
            spec: the address with the model's name, which tells its profile where the settings name none.
            settings: the length of a reply, how long it may take and how it is held to its form, and the profile.
            sleep: waits so many seconds before a further try.

        Raises:
            InputError: the name is missing, the address holds a user, a password or a query, or there is no such
                profile.
        """
        address = _address(spec)
        place = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}"
        self._name = address.fragment
        self._asked = asked = settings or PerceptionSettings()
        self._profile = profile_named(address.fragment) if asked.profile is None else read_profile(asked.profile)
        self._endpoint = ChatEndpoint(place, address.fragment, asked.timeout_s, sleep)
        self._constraint = Constraint(asked.constrain)
        self._top_logprobs = asked.top_logprobs
        self._count = PictureCount(self._counted)
        self._unseen: dict[str, str] = {}
        self._written: WeakKeyDictionary[Image, str] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self.info = ModelInfo(id=f"{place}#{address.fragment}", profile=self._profile.name, logprobs=asked.logprobs)

    @property
    def told(self) -> tuple[str, ...]:
        """What was found out about the server that bears on its replies, one line each."""
        return self._constraint.told

    def misfit(self, image: Image) -> str:
        """Return why the server has not seen a picture that it described; empty where it has, or does not tell."""
        return self._unseen.get(image.sha256, "")

    @property
    def most_pictures(self) -> int:
        """How many pictures a turn may be about, as its profile says."""
        return self._profile.pictures

    @property
    def gives_boxes(self) -> bool:
        """Whether it can be asked where things are."""
        return self._profile.scale is not None

    def reply(self, request: Request) -> Reply:
        """Ask the server; ModelError when it cannot be reached or does not answer as agreed."""
        started = time.perf_counter()
        boxes = self._profile.form(*request.image.size_px)
        words = render(request, "full", boxes)
        answer, form = self._answer(request, words, boxes)
        reply = read_completion(answer, self._endpoint.url, words, time.perf_counter() - started)
        if form == "grammar" and CUT_OFF not in reply.problems and not is_held(reply, request, boxes):
            self._constraint.ignored()
            reply = reply.model_copy(update={"problems": (*reply.problems, NOT_HELD)})
        if request.kind == "verify":
            reply = among_yes_and_no(reply, alternatives(answer), exact=form != "none")
        if request.kind in ("describe", "identify", "ask") and request.image.sha256 not in self._unseen:
            unseen = self._count.unseen(reply.usage.prompt_tokens, words)
            if unseen:
                self._unseen[request.image.sha256] = unseen
        return reply if boxes is None else reply.model_copy(update={"boxes": boxes})

    def _answer(self, request: Request, words: str, boxes: BoxForm | None) -> tuple[dict[str, Any], Form]:
        """Return the server's answer and in which form it was asked for, the first of those that it takes."""
        shown = () if request.text_only else (*request.pictures, request.marked)
        content = [self._picture(image) for image in shown if image is not None]
        body = self._body([*content, {"type": "text", "text": words}]) | {
            "temperature": request.temperature,
            **({"seed": request.sample} if request.temperature else {}),
            "max_tokens": self._asked.max_new_tokens,
            "logprobs": True,
        }
        form = self._constraint.form
        while True:
            top = self._top_logprobs if request.kind == "verify" else 0
            likeliest = {"top_logprobs": top} if top else {}
            try:
                answer = self._endpoint.ask(body | likeliest | part_of_body(form, request, boxes))
            except RefusedError as error:
                if top and "logprobs" in str(error):
                    self._top_logprobs = 0  # it gives fewer, or none: not asked for again
                    continue
                after = self._constraint.after(form)
                if after is None:
                    raise
                form = after
            else:
                self._constraint.took(form)
                return answer, form

    def _body(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {"model": self._name, "messages": [{"role": "user", "content": content}]}

    def _counted(self, words: str) -> int:
        """Return how many tokens the server counts of words alone; 0 where it does not say."""
        body = self._body([{"type": "text", "text": words}]) | {"temperature": 0.0, "max_tokens": 1}
        try:
            answer = self._endpoint.ask(body)
            return read_completion(answer, self._endpoint.url, words, 0.0).usage.prompt_tokens
        except ModelError:
            return 0

    def _picture(self, image: Image) -> dict[str, Any]:
        """Return a picture as a part of a message; it is written once, and kept as long as it is in use."""
        with self._lock:
            url = self._written.get(image)
        if url is None:
            url = _data_url(image)
            with self._lock:
                self._written[image] = url
        named = {"uuid": image.sha256} if self._asked.image_uuids else {}
        return {"type": "image_url", "image_url": {"url": url}, **named}


def is_server(spec: str | None) -> bool:
    """Tell whether `--model` names a server."""
    return spec is not None and spec.lower().startswith(("http://", "https://"))


def _data_url(image: Image) -> str:
    data = io.BytesIO()
    image.pixels.save(data, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


def _address(spec: str) -> SplitResult:
    told = re.sub(r"\?[^#]*", "?***", without_user(spec))
    wrong = InputError(f"{told!r}: a server is given as http://HOST/v1#NAME, with the model's name after '#'")
    try:
        address = urlsplit(spec)
        usable = address.port != 0 and bool(address.hostname and address.fragment)
    except ValueError:  # a port that is no number, a bracket that is not closed
        raise wrong from None
    if "@" in address.netloc or "?" in spec.partition("#")[0]:
        raise InputError(
            f"{told!r}: a server is given as http://HOST/v1#NAME, without user, password and query; "
            f"its key goes into {KEY}"
        )
    if not usable:
        raise wrong
    return address
