"""A server of chat completions on this machine: connections are kept, many requests at once, and a count of those."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Body = dict[str, Any]
Answers = Callable[[Body], "str | Body | tuple[int, Body] | tuple[int, Body, Mapping[str, str]]"]


def said(text: object, **more: object) -> Body:
    """Return an answer of the server that holds a text."""
    return {"choices": [{"message": {"role": "assistant", "content": text}, **more}]}


def words(body: Body) -> str:
    """Return what a request says beside its pictures."""
    return str(body["messages"][0]["content"][-1]["text"])


def picture(body: Body) -> bytes:
    """Return the first picture of a request, a PNG; empty where there is none."""
    first = body["messages"][0]["content"][0]
    return base64.b64decode(first["image_url"]["url"].partition(",")[2]) if first["type"] == "image_url" else b""


class ChatServer:
    """Answers each request as a function of its body says: a text, an answer, or a status with one (and headers).

    Args:
        answer: body -> what is answered.
        together: so many requests are waited for before any is answered.
    """

    def __init__(self, answer: Answers, together: int = 1) -> None:
        self.bodies: list[Body] = []
        self.connections = 0
        self.in_flight = self.most = 0
        self._lock = threading.Lock()
        self.heard = threading.Condition(self._lock)
        """Told of each request that comes in."""
        self._answer, self._barrier = answer, threading.Barrier(together)
        chat = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body go out together: apart, the second waits for a late acknowledgement
            disable_nagle_algorithm = True

            def setup(self) -> None:
                with chat.heard:
                    chat.connections += 1
                super().setup()

            def do_POST(self) -> None:
                chat._handle(self)

            def log_message(self, *_: object) -> None: ...

        class Http(ThreadingHTTPServer):
            request_queue_size = 128  # of 5 the sixth to come at once waits a second

        self.http = Http(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.block_on_close = False
        self.spec = f"http://127.0.0.1:{self.http.server_port}/v1#m"
        self._thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        with self.heard:
            self.bodies.append(body)
            self.in_flight += 1
            self.most = max(self.most, self.in_flight)
            self.heard.notify_all()
        self._barrier.wait()
        told = self._answer(body)
        status, answer, *headers = told if isinstance(told, tuple) else (200, told)
        data = json.dumps(said(answer) if isinstance(answer, str) else answer).encode()
        with self.heard:
            self.in_flight -= 1
        with suppress(ConnectionError):  # of who has hung up
            self._send(request, status, data, headers[0] if headers else {})

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def wait_for(self, requests: int) -> None:
        """Return when so many requests have come in."""
        with self.heard:
            self.heard.wait_for(lambda: len(self.bodies) >= requests)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._barrier.abort()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()
