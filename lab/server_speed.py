"""A fake server that takes a second a reply -> how long many pictures take, one by one and side by side."""

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from nesy.errors import NesyError
from nesy.image import Image
from nesy.perception.reply_format import write_patch, write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Entity, Relation, Scene
from nesy.synthetic import draw

COMMAND = "python -m lab.server_speed"
PICTURES, REPLY_S = 16, 1.0
AT_ONCE = (1, 4, 8)
MOST = 1.3
"""So many times what the replies alone take is allowed."""
_THINGS = (
    Entity(id="person_1", category="person", box=(0.1, 0.1, 0.6, 0.9)),
    Entity(id="horse_1", category="horse", box=(0.3, 0.3, 0.9, 0.9)),
)
_BOTH_WAYS = Scene(
    entities=_THINGS,
    relations=(
        Relation(id="r1", subject="person_1", predicate="on", object="horse_1"),
        Relation(id="r2", subject="horse_1", predicate="on", object="person_1"),
    ),
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(REPLY_S)
        describes = '"entities"' in body["messages"][0]["content"][-1]["text"]
        text = write_scene(_BOTH_WAYS) if describes else write_patch({1: "keep", 2: "withdraw"})
        data = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)  # at once: in two packets the second waits for a delayed acknowledgement

    def log_message(self, *_: object) -> None: ...


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # of 5 the sixth to come at once waits a second


@contextmanager
def served() -> Iterator[str]:
    """Have the server answer for a while, and give what names it as a model."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1#fake"
    server.shutdown()


def measured(pictures: int = PICTURES) -> Iterator[tuple[int, int, float]]:
    """Yield for each concurrency how many turns an image took and how long all of them did, by the clock, in seconds.

    Rules and ontology are loaded before; a server would be waited for in the same way.
    """
    images = [Image.from_pixels(draw(0, index).image) for index in range(pictures)]
    with served() as spec:
        ready = Pipeline(spec)
        ready.violations(_BOTH_WAYS)
        for concurrency in AT_ONCE:
            start = time.perf_counter()
            found = list(ready.analyze_many(images, concurrency))
            seconds = time.perf_counter() - start
            failed = [one for one in found if isinstance(one, NesyError)]
            assert not failed, failed
            (turns,) = {one.usage.calls for one in found if not isinstance(one, NesyError)}
            yield concurrency, turns, seconds


def main() -> None:
    """Print every measurement as it is made."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--pictures", type=int, default=PICTURES, help=f"how many (default: {PICTURES})")
    pictures = parser.parse_args().pictures
    for concurrency, turns, seconds in measured(pictures):
        least = REPLY_S * turns * pictures / concurrency
        sys.stdout.write(
            f"{pictures} pictures, {turns} turns, {concurrency} at once: {seconds:.1f} s, {seconds / least:.2f} times "
            f"the replies alone ({'at most' if seconds <= MOST * least else 'MORE THAN'} {MOST})\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
