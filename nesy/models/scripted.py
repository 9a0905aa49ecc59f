"""Written replies -> a model that gives them, in order or by a function of the request; for tests and examples."""

from collections.abc import Callable, Sequence

from nesy.errors import ModelError
from nesy.perception.prompt import render
from nesy.turns import ModelInfo, Reply, Request, Usage


class ScriptedModel:
    """Answers with texts that were written beforehand; `requests` holds everything it was asked.

    >>> import PIL.Image
    >>> from nesy.image import Image
    >>> image = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
    >>> ScriptedModel(['{"entities":[]}']).reply(Request(image=image, kind="describe")).text
    '{"entities":[]}'
    """

    def __init__(self, script: Sequence[str | Reply] | Callable[[Request], str | Reply]) -> None:
        """Take the replies in order, or a function that writes one for a request."""
        self._script = script
        self.requests: list[Request] = []
        self.info = ModelInfo(id="scripted")

    def reply(self, request: Request) -> Reply:
        """Give the next reply; ModelError when a sequence is used up."""
        self.requests.append(request)
        if callable(self._script):
            written = self._script(request)
        else:
            if len(self.requests) > len(self._script):
                raise ModelError(f"the script has {len(self._script)} replies and was asked for one more")
            written = self._script[len(self.requests) - 1]
        if isinstance(written, Reply):
            return written
        return Reply(text=written, prompt=render(request, "full"), usage=Usage(calls=1))
