"""How a server is asked to hold a reply to its form: a grammar, a JSON schema or nothing; found out once where unsaid.

A grammar is vLLM's `structured_outputs` (0.12 and later), a schema the `response_format` of the OpenAI protocol.
"""

import threading
from typing import Any, Literal

from nesy.geometry import BoxForm
from nesy.perception.grammar import reply_grammar, reply_schema
from nesy.perception.grammar_match import fits
from nesy.turns import Reply, Request

Form = Literal["grammar", "schema", "none"]
_ORDER: tuple[Form, ...] = ("grammar", "schema", "none")
_TOLD = {"schema": "by a JSON schema", "none": "in words alone"}
NOT_HELD = "the reply is not in the grammar that the server was sent (structured_outputs): it does not hold to it"


class Constraint:
    """The form in which a server is asked; several threads may share one.

    Args:
        wanted: `auto` asks by a grammar, and where the server refuses that, or takes no notice, by what comes next.
    """

    def __init__(self, wanted: Literal["auto", "grammar", "schema", "none"] = "auto") -> None:
        self._forms = _ORDER if wanted == "auto" else (wanted,)
        self._at = 0
        self._taken = False
        self._lock = threading.Lock()
        self.told: tuple[str, ...] = ()
        """What was found out, one line each."""

    @property
    def form(self) -> Form:
        """By what the next request is asked first."""
        return self._forms[self._at]

    def after(self, refused: Form) -> Form | None:
        """Return in which form to ask a request again that was refused in another; None: it is wrong in itself.

        A form that the server has taken before is not what it refuses.
        """
        with self._lock:
            place = self._forms.index(refused)
            if self._taken and place >= self._at:
                return None
            return self._forms[max(place + 1, self._at)] if place + 1 < len(self._forms) else None

    def took(self, form: Form) -> None:
        """Remember that the server takes a form, for the requests to come."""
        with self._lock:
            self._taken = True
            self._move(form, "the server refuses a grammar")

    def ignored(self) -> None:
        """Remember that the server does not hold to a grammar."""
        with self._lock:
            if len(self._forms) > 1:
                self._move("schema", "the server takes no notice of a grammar")

    def _move(self, form: Form, why: str) -> None:
        place = self._forms.index(form)
        if place > self._at:
            self._at = place
            self.told = (*self.told, f"{why}: it is asked {_TOLD[form]} (perception.constrain)")


def part_of_body(form: Form, request: Request, boxes: BoxForm | None) -> dict[str, Any]:
    """Return what a body holds for a form; nothing for sentences, which are free."""
    schema = reply_schema(request, boxes)
    if schema is None or form == "none":
        return {}
    if form == "grammar":
        return {"structured_outputs": {"grammar": reply_grammar(request, boxes=boxes)}}
    named = {"name": request.kind, "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def is_held(reply: Reply, request: Request, boxes: BoxForm | None) -> bool:
    """Tell whether a reply, asked for by a grammar, is in it; one of sentences is free."""
    return reply_schema(request, boxes) is None or fits(reply_grammar(request, boxes=boxes), reply.text.strip())
