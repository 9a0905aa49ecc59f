"""Who may ask: a token, the host's name, pages of other origins; and what no answer lacks."""

import logging
from types import SimpleNamespace

import openai
import pytest

from nesy.errors import InputError
from nesy.server import Access
from nesy.server.running import access_for
from tests.served import png, served

TOKEN = "s3cret-token"


@pytest.fixture(scope="module")
def guarded():
    with served(access=Access(token=TOKEN)) as running:
        yield running


@pytest.mark.parametrize("path", ["/v1/models", "/nowhere"])
@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"]
)
def test_without_the_token_nothing_is_told(guarded, path: str, given: str | None) -> None:
    answer = guarded.get(path, headers={} if given is None else {"Authorization": given})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert TOKEN not in answer.text


def test_without_the_token_no_body_is_read(guarded) -> None:
    for path in ("/v1/chat/completions", "/analyze", "/ask", "/check"):
        assert guarded.post(path, content=b"x" * 100_000).status_code == 401


def test_with_the_token_all_is_open(guarded) -> None:
    with guarded.openai(TOKEN) as client:
        assert [model.id for model in client.models.list()] == ["talking"]
    with guarded.openai("wrong") as client, pytest.raises(openai.AuthenticationError):
        client.models.list()
    assert guarded.get("/v1/models", headers={"Authorization": f"bearer  {TOKEN}"}).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json", "/", "/page/live.js", "/page/view.css"])
def test_what_is_of_nobody_needs_no_token(guarded, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_a_page_that_points_its_own_name_here_is_kept_out() -> None:
    with served(access=access_for("127.0.0.1", None, ())) as running:
        port = running.url.rpartition(":")[2]
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", "LOCALHOST", f"[::1]:{port}"):
            assert running.get("/v1/models", headers={"Host": host}).status_code == 200, host
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "", "localhost.evil.example"):
            assert running.get("/v1/models", headers={"Host": host}).status_code == 421, host


def test_pages_of_other_origins_may_not_ask_unless_told() -> None:
    with served(access=Access(origins=("https://own.example",))) as running:
        answer = running.post("/analyze", files={"f": png()}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers
        assert running.get("/v1/models", headers={"Origin": "null"}).status_code == 403
        assert running.get("/v1/models", headers={"Origin": running.url}).status_code == 200
        told = running.get("/v1/models", headers={"Origin": "https://own.example"})
        assert told.headers["access-control-allow-origin"] == "https://own.example"
    with served() as running:
        assert running.get("/v1/models", headers={"Origin": "https://own.example"}).status_code == 403
        assert "access-control-allow-origin" not in running.get("/v1/models").headers


def test_answers_are_safe_to_look_at(guarded) -> None:
    for path in ("/health", "/docs", "/v1/models"):
        headers = guarded.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "server" not in headers or "nesy" not in headers["server"]


def test_the_page_of_the_interface_needs_no_network(guarded) -> None:
    page = guarded.get("/docs").text
    for path in ("/v1/chat/completions", "/v1/models", "/analyze", "/ask", "/check", "/health"):
        assert f'id="{path}"' in page
    assert "<script" not in page and "<link" not in page and 'src="' not in page
    assert "url(" not in page and "@import" not in page


def test_the_interface_is_described(guarded) -> None:
    told = guarded.get("/openapi.json").json()
    assert told["openapi"].startswith("3.")
    assert set(told["paths"]) == {
        *("/v1/chat/completions", "/v1/models", "/v1/models/{name}", "/analyze", "/ask", "/check", "/health"),
        *("/view", "/report"),
    }
    assert "multipart/form-data" in told["paths"]["/analyze"]["post"]["requestBody"]["content"]
    reference = told["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert reference["$ref"].rpartition("/")[2] in told["components"]["schemas"]


def test_the_log_holds_no_token_and_no_query(caplog: pytest.LogCaptureFixture) -> None:
    """A request is logged when its answer is out: all are when the server has ended."""
    with caplog.at_level(logging.INFO, logger="nesy.server.access"), served(access=Access(token=TOKEN)) as running:
        running.get(f"/v1/models?token={TOKEN}", headers={"Authorization": f"Bearer {TOKEN}"})
        running.get("/no%1b[31m%0awhere", headers={"Authorization": "Bearer wrong-one"})
    assert "GET /v1/models 200" in caplog.text
    assert TOKEN not in caplog.text and "wrong-one" not in caplog.text and "\x1b" not in caplog.text


def test_a_server_that_others_reach_needs_a_token() -> None:
    assert access_for("127.0.0.1", None, ()).token is None
    assert access_for("0.0.0.0", TOKEN, ()).hosts is None
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", ""):
        with pytest.raises(InputError, match="NESY_TOKEN"):
            access_for(host, None, ())
    for token in ("", "two words", "schlüssel", "line\nbreak"):
        with pytest.raises(InputError, match="--token"):
            access_for("127.0.0.1", token, ())


def test_nothing_of_a_token_is_logged_and_all_are_compared_in_one_time(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums of one length are compared, whatever the length of what was sent."""
    compared: list[tuple[int, int]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr("nesy.server.gate.hmac", SimpleNamespace(compare_digest=compare))
    with caplog.at_level(logging.DEBUG), served(access=Access(token=TOKEN)) as running:
        for given in ("a", TOKEN[:-1], TOKEN, "guess-" * 500):
            running.get("/v1/models/mine", headers={"Authorization": f"Bearer {given}"})
            running.get(f"/v1/models/mine?token={given}", headers={"Authorization": f"Bearer {given}"})
    assert set(compared) == {(32, 32)} and len(compared) == 8
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("nesy")]
    assert sum("/v1/models/mine" in line for line in ours) == 8 and not any(
        TOKEN[:-1] in line or "guess" in line or "Bearer" in line for line in ours
    )
