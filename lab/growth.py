"""This machine -> how the time of what must be linear grows, for four times the work (`make bench`).

The tests hold the same things by steps of Python, which no clock and no busy machine changes; what libraries in C do
inside a step is seen here alone. About 4 is linear, 16 quadratic.
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec

import nesy
from lab.other_engines import processor_seconds
from nesy.errors import ReplyError
from nesy.graph.store import Store
from nesy.image import Image
from nesy.language.annotator import load
from nesy.models.scripted import ScriptedModel
from nesy.perception.reply import parse_scene
from nesy.pipeline import Pipeline
from nesy.synthetic import draw
from nesy.turns import Reply

P = ParamSpec("P")

TEXTS = ("A man is riding a horse. The dog sees him. ", "word, and the dog ", "a", "<b ", "[a")
"""Repeated, they are: sentences, one that does not end, a word that does not end, brackets that do not close."""
RUNS = ('"', "(", "'s", "a-", "<b>", "http://a.", "\x07", "é")
"""Repeated, they are strings without a blank."""
_PERSON = '{"id":"person_1","box":[0.10,0.20,0.40,0.90],"attributes":["red"]}'
REPLIES = {
    "repeated rows": ('{"entities":[', f"{_PERSON},"),
    "deep rows": ('{"entities":[', '{"id":"a_1","x":[[['),
    "broken rows": ('{"entities":[' + _PERSON + ",", '{"id":,}'),
    "two open brackets": ("", '{"a":[{"b":['),
    "a brace": ("", "{"),
    "a letter of a string": ('{"entities":"', "x"),
}
"""How a reply that is no scene begins, and what it repeats."""
LETTERS, TOKENS, ROWS, ANALYSES, LAST = 6_000, 20_000, 5_000, 250, 100


def measured() -> Iterator[tuple[str, float, float]]:
    """Yield what was timed, the seconds of the processor that it took, and those of four times as much."""
    nesy.parse(TEXTS[0])  # what is loaded once does not count
    for text in TEXTS:
        once, four = (_seconds(nesy.parse, (text * many)[:many]) for many in (LETTERS, 4 * LETTERS))
        yield f"nesy.parse, {LETTERS} characters of {text!r}", once, four
    for text in RUNS:
        once, four = (_seconds(load().make_doc, (text * many)[:many]) for many in (TOKENS, 4 * TOKENS))
        yield f"tokens of {TOKENS} characters of {text!r}", once, four
    image = Image.from_pixels(draw(0, 0).image)
    _read(REPLIES["repeated rows"][0], image)
    for name, (begin, again) in REPLIES.items():
        once, four = (_seconds(_read, begin + again * many, image) for many in (ROWS, 4 * ROWS))
        yield f"a reply, {ROWS} times {name}", once, four
    once, four = _added(image)
    yield f"an analysis into a store that holds {ANALYSES}", once, four


def _read(text: str, image: Image) -> None:
    try:
        parse_scene(Reply(text=text), image)
    except ReplyError:
        return


def _added(image: Image) -> tuple[float, float]:
    """Return the median of the last additions, for a store and for one that holds four times as many."""
    analysis = Pipeline(ScriptedModel([_PERSON.join(('{"entities":[', "]}"))])).analyze(image)
    names = [analysis.image.model_copy(update={"name": f"{number}.png"}) for number in range(4 * ANALYSES)]
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store") as store:
        times = [_seconds(store.add, analysis.model_copy(update={"image": name})) for name in names]
        assert len(store) == len(names)
    once, four = (statistics.median(times[end - LAST : end]) for end in (ANALYSES, 4 * ANALYSES))
    return once, four


def _seconds(work: Callable[P, object], *given: P.args, **named: P.kwargs) -> float:
    start = processor_seconds()
    work(*given, **named)
    return processor_seconds() - start


def main() -> None:
    """Print every measurement as it is made."""
    for what, once, four in measured():
        sys.stdout.write(f"{what:<72}{once:9.4f} s{four:9.4f} s{four / max(once, 1e-9):7.1f} times\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
