"""The body of a chat completion, as OpenAI's interface has it -> what is asked, and what of it cannot be done."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.server.attended_model import Draw
from nesy.server.bodies import picture_data, read_as, shown
from nesy.server.refusal import Refusal

Form = Literal["text", "json_object", "nesy_scene", "nesy_answer"]
FORMS = ("nesy_scene", "nesy_answer")
"""Names of `response_format.json_schema` that are known: formats of nesy's own."""
_MOST_SEED = 2**31
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "max_tokens": (),
    "max_completion_tokens": (),
    "top_p": (1,),
    "top_k": (0, -1),
    "min_p": (0,),
    "stop": ("", []),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "repetition_penalty": (1,),
    "logit_bias": ({},),
    "reasoning_effort": ("none",),
    "verbosity": ("medium",),
    "prediction": (),
}
"""Parameters that are taken and change nothing -> the values that ask for nothing; a reply says so of the others."""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ImageUrl(_Body):
    """A picture in a message."""

    url: str
    """A data URL: `data:image/png;base64,...`; nothing is fetched."""


class Part(_Body):
    """A part of a message."""

    type: str
    """`text` or `image_url`."""
    text: str | None = None
    image_url: ImageUrl | str | None = None


class Message(_Body):
    """One message."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[Part, ...] | None = None


class JsonSchema(_Body):
    """Which form a reply is to have."""

    name: str
    """`nesy_scene` or `nesy_answer`."""


class ResponseFormat(_Body):
    """`text`, `json_object`, or `json_schema` with the name of a format of nesy's own."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class StreamOptions(_Body):
    """What a stream holds besides."""

    include_usage: bool | None = None


class ChatBody(_Body):
    """`POST /v1/chat/completions`; other fields than these are ignored, or named in `nesy.not_honoured`."""

    model: str
    """As `GET /v1/models` lists it, or `nesy`."""
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=1000)]
    """The last of the user says what is asked; the pictures are those of the last message that has any."""
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    temperature: Annotated[float, Field(ge=0.0, le=2.0)] | None = None
    """Of the turns in which the model speaks freely; 0 if it is left out."""
    seed: int | None = None
    """Of the draws."""


@dataclass(frozen=True)
class Asked:
    """What a chat completion asks for."""

    model: str
    pictures: tuple[str, ...]
    """As data URLs, not yet decoded."""
    text: str
    form: Form
    stream: bool
    with_usage: bool
    """Whether a stream ends with the usage."""
    draw: Draw
    not_honoured: tuple[str, ...]
    """What the body asks for and does not get: names of its fields."""

    def picture_data(self) -> list[bytes]:
        """Return the bytes of the pictures.

        Raises:
            Refusal: one is no data URL in base64 (400).
        """
        return [picture_data(url, f"image {number}") for number, url in enumerate(self.pictures, start=1)]


def read_chat(body: dict[str, Any]) -> Asked:
    """Read the body of a chat completion.

    Raises:
        Refusal: a field is missing or wrong, or asks for what this server cannot do (400).
    """
    _refuse_unsupported(body)
    read = read_as(ChatBody, body)
    asking = [place for place, message in enumerate(read.messages) if message.role == "user"]
    if not asking:
        raise Refusal(400, "messages: a message of the user is expected", "invalid_value", "messages")
    last = asking[-1]
    with_pictures = [place for place in asking if _pictures(read.messages[place], place)]
    if not with_pictures:
        raise Refusal(
            400,
            "messages: a picture is expected, as a content part of type image_url; every answer is about one",
            "no_picture",
            "messages",
        )
    ignored = [name for name, neutral in _NEUTRAL.items() if body.get(name) is not None and body[name] not in neutral]
    told = {last, with_pictures[-1]}
    if any(place not in told for place, message in enumerate(read.messages) if message.content):
        ignored.append("messages")
    return Asked(
        model=read.model,
        pictures=tuple(_pictures(read.messages[with_pictures[-1]], with_pictures[-1])),
        text=_text(read.messages[last]),
        form=_form(read.response_format),
        stream=bool(read.stream),
        with_usage=bool(read.stream_options and read.stream_options.include_usage),
        draw=Draw(read.temperature or 0.0, (read.seed or 0) % _MOST_SEED),
        not_honoured=tuple(ignored),
    )


def _refuse_unsupported(body: dict[str, Any]) -> None:
    """Refuse what would change the form of the answer and is not there."""
    number = body.get("n")
    if number is not None and (isinstance(number, bool) or number != 1):
        raise _unsupported("n", "one answer is given: n = 1")
    if body.get("logprobs") or body.get("top_logprobs"):
        raise _unsupported("logprobs", "the answer is not that of one reply, so it has no logprobs; nesy.findings tell")
    for name in ("tools", "functions"):
        if body.get(name):
            raise _unsupported(name, "this server calls no tools")
    for name in ("tool_choice", "function_call"):
        if body.get(name) not in (None, "none", "auto"):
            raise _unsupported(name, "this server calls no tools")
    if body.get("audio") or body.get("modalities") not in (None, ["text"]):
        raise _unsupported("modalities", "this server answers in text")


def _unsupported(param: str, why: str) -> Refusal:
    return Refusal(400, f"{param}: {why}", "unsupported_parameter", param)


def _pictures(message: Message, place: int) -> list[str]:
    """Return the data URLs of a message; a part of another kind is refused."""
    found: list[str] = []
    for number, part in enumerate(message.content if isinstance(message.content, tuple) else ()):
        where = f"messages.{place}.content.{number}"
        match part.type:
            case "text":
                if part.text is None:
                    raise Refusal(400, f"{where}.text: a text is expected", "invalid_value", where)
            case "image_url":
                if part.image_url is None:
                    raise Refusal(400, f"{where}.image_url: an object with url is expected", "invalid_value", where)
                found.append(part.image_url if isinstance(part.image_url, str) else part.image_url.url)
            case other:
                raise Refusal(
                    400, f"{where}: text and image_url are taken, got {shown(other)}", "unsupported_content", where
                )
    return found


def _text(message: Message) -> str:
    if isinstance(message.content, tuple):
        return "\n".join(part.text for part in message.content if part.type == "text" and part.text)
    return message.content or ""


def _form(asked: ResponseFormat | None) -> Form:
    if asked is None:
        return "text"
    if asked.type != "json_schema":
        return asked.type
    match asked.json_schema:
        case JsonSchema(name="nesy_scene"):
            return "nesy_scene"
        case JsonSchema(name="nesy_answer"):
            return "nesy_answer"
    raise Refusal(
        400,
        f"response_format: a reply is held to formats of nesy's own, by the name of json_schema: {' or '.join(FORMS)}; "
        "or json_object",
        "unsupported_response_format",
        "response_format",
    )
