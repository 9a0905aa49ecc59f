"""`nesy.http_client`: what goes out, what comes back, and what happens where nothing usable does."""

import gzip
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nesy.http_client import Client, NoAnswerError, send

Handle = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server on this machine that does what it is told with a request, and keeps what it was sent."""

    def __init__(self) -> None:
        self.handle: Handle = lambda request: respond(request, b"")
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stub.seen.append((self.command, self.path, dict(self.headers.items()), body))
                stub.handle(self)

            do_GET = do_POST = _answer

            def log_message(self, *_: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


def respond(request: BaseHTTPRequestHandler, data: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in ({"Content-Length": str(len(data))} | headers).items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(data)


@pytest.fixture
def server() -> Iterator[Server]:
    stub = Server()
    thread = threading.Thread(target=stub.http.serve_forever, args=(0.01,))
    thread.start()
    yield stub
    stub.http.shutdown()
    stub.http.server_close()
    thread.join()


def get(url: str, most_bytes: int = 1000, timeout_s: float = 30.0) -> tuple[int, str, bytes]:
    answer = send("GET", url, {}, timeout_s=timeout_s, most_bytes=most_bytes)
    return answer.status, answer.kind, answer.data


def test_a_request_goes_out_and_the_answer_comes_back(server: Server) -> None:
    server.handle = lambda request: respond(request, b"{}", 404, Content_Type="Application/JSON; charset=utf-8")
    answer = send("POST", server.url + "/a?b=c+d%20e", {"X-Mine": "1"}, b"body", timeout_s=30, most_bytes=10)
    assert (answer.status, answer.reason, answer.kind, answer.data) == (404, "Not Found", "application/json", b"{}")
    method, path, headers, body = server.seen[0]
    assert (method, path, headers["X-Mine"], body) == ("POST", "/a?b=c+d%20e", "1", b"body")


def test_a_redirect_is_told_and_not_followed(server: Server) -> None:
    server.handle = lambda request: respond(request, b"", 307, Location="http://elsewhere.example/")
    answer = send("POST", server.url, {"Authorization": "Bearer abc"}, b"x", timeout_s=30, most_bytes=10)
    assert (answer.status, answer.location, len(server.seen)) == (307, "http://elsewhere.example/", 1)


def test_no_more_is_read_than_asked_for(server: Server) -> None:
    server.handle = lambda request: respond(request, b"x" * 1000)
    assert get(server.url, 1000) == (200, "", b"x" * 1000)
    assert get(server.url, 99) == (200, "", b"x" * 100)
    packed = gzip.compress(b"y" * 5_000_000)
    server.handle = lambda request: respond(request, packed, Content_Encoding="gzip")
    assert get(server.url, 99) == (200, "", b"y" * 100)


def test_this_machine_is_reached_without_a_proxy_and_others_through_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "no_proxy", "all_proxy", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # the discard port: nobody listens
    assert get(server.url)[0] == 200
    monkeypatch.setenv("HTTP_PROXY", server.url)
    assert get("http://elsewhere.example/x")[0] == 200
    assert server.seen[-1][1] == "http://elsewhere.example/x"


def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:9")
    with pytest.raises(NoAnswerError, match="proxy"):
        get("http://elsewhere.example/")


def break_off(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")


def garbage(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\x00\x01 hello\r\n\r\n")


def lie(request: BaseHTTPRequestHandler) -> None:
    respond(request, b"no gzip at all", Content_Encoding="gzip")


@pytest.mark.parametrize("handle", [break_off, garbage, lie], ids=lambda handle: handle.__name__)
def test_an_answer_that_is_none_is_told_on_one_line(server: Server, handle: Handle) -> None:
    server.handle = handle
    with pytest.raises(NoAnswerError) as caught:
        get(server.url)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://[::1", "http://127.0.0.1:9/" + "x" * 70_000, "ftp://h/"]
)
def test_nobody_there(url: str) -> None:
    with pytest.raises(NoAnswerError, match=r"."):
        get(url)


def test_silence_ends() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NoAnswerError, match="timed out"):
            get(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.2)


def test_httpx_is_loaded_by_who_asks() -> None:
    code = (
        "import sys, nesy.http_client, nesy.graph.endpoint, nesy.models.openai_server as server\n"
        "server.ServerModel('http://localhost/v1#x')\n"
        "print(*{'httpx', 'httpcore', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


# --- connections that are kept ---


class Talker:
    """A server that says of each connection, message by message, what `script` has for it; then it closes it.

    In a script stands what is sent for each request that comes; None: the connection is closed without a word.
    """

    def __init__(self, *script: list[bytes | None]) -> None:
        self.heard: list[tuple[int, bytes]] = []
        self.closed = threading.Event()
        self._script = script
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        for number, messages in enumerate(self._script):
            connection, _ = self._socket.accept()
            with connection:
                for message in messages:
                    heard = b""
                    while not heard.endswith(b"\r\n\r\n"):
                        piece = connection.recv(65536)
                        if not piece:
                            return
                        heard += piece
                    self.heard.append((number, heard))
                    if message is None:
                        break
                    connection.sendall(message)
        self.closed.set()

    def __enter__(self) -> "Talker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._thread.join()


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: who=me; Path=/\r\n\r\nok"


def ask(client: Client, url: str, **more: float) -> bytes:
    return client.send("GET", url, {}, timeout_s=30, most_bytes=1000, **more).data


def test_a_connection_is_used_again_and_no_cookie_is_kept() -> None:
    with Talker([FINE, FINE, FINE]) as talker, Client(talker.url) as client:
        assert [ask(client, talker.url) for _ in range(3)] == [b"ok"] * 3
    assert [number for number, _ in talker.heard] == [0, 0, 0]
    assert not any(b"cookie" in heard.lower() for _, heard in talker.heard)


def test_a_kept_connection_that_is_closed_as_the_request_goes_out_is_no_error() -> None:
    with Talker([FINE, None], [FINE]) as talker, Client(talker.url) as client:
        assert [ask(client, talker.url), ask(client, talker.url)] == [b"ok", b"ok"]
    assert [number for number, _ in talker.heard] == [0, 0, 1]


def test_it_is_asked_again_once_and_never_after_an_answer_began() -> None:
    with Talker([FINE, None], [None]) as talker, Client(talker.url) as client:
        ask(client, talker.url)
        with pytest.raises(NoAnswerError) as caught:
            ask(client, talker.url)
    assert caught.value.kind == "lost" and len(talker.heard) == 3
    for half in (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", b"\x00\x01 garbage\r\n\r\n"):
        with Talker([FINE, half], [FINE]) as talker, Client(talker.url) as client:
            ask(client, talker.url)
            with pytest.raises(NoAnswerError) as caught:
                ask(client, talker.url)
            assert caught.value.kind == "bad" and len(talker.heard) == 2
            with socket.create_connection(talker._socket.getsockname()):  # the second, which nobody has asked for
                pass


def test_a_first_connection_that_ends_without_a_word_is_lost() -> None:
    with Talker([None]) as talker, Client(talker.url) as client, pytest.raises(NoAnswerError) as caught:
        ask(client, talker.url)
    assert (caught.value.kind, len(talker.heard)) == ("lost", 1)
    with pytest.raises(NoAnswerError) as caught:
        get("http://127.0.0.1:9/")
    assert caught.value.kind == "lost"


def test_an_answer_that_goes_on_and_on_ends() -> None:
    ended = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not ended.wait(0.01):
            request.wfile.write(b".")

    stub = Server()
    stub.handle = drip
    thread = threading.Thread(target=stub.http.serve_forever, args=(0.01,))
    thread.start()
    try:
        with Client(stub.url) as client, pytest.raises(NoAnswerError, match="timed out") as caught:
            client.send("GET", stub.url, {}, timeout_s=30, most_bytes=10**9, within_s=0.2)
        assert caught.value.kind == "late"
    finally:
        ended.set()
        stub.http.shutdown()
        stub.http.server_close()
        thread.join()


def test_connections_are_closed_with_the_client_that_nobody_has_any_more() -> None:
    with Talker([FINE]) as talker:
        client = Client(talker.url)
        ask(client, talker.url)
        del client
        talker.closed.wait()
