"""`manage.py serve` in its own process: what it refuses, what it prints, how it stops, what it tells a browser."""

import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from memories.management.commands.serve import is_loopback, parse_bind
from tests.live import LiveApp, installation


def get(url: str, **headers: str) -> HTTPResponse:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer: HTTPResponse = urllib.request.urlopen(request, timeout=20)
    return answer


class Visitor:
    """A browser's worth of HTTP: cookies and form tokens."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, url: str) -> str:
        return str(self.opener.open(url, timeout=20).read().decode())

    def post(self, url: str, **fields: str) -> int:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "atocore_csrf") or ""
        body = urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        try:
            return int(self.opener.open(url, body, timeout=20).status)
        except urllib.error.HTTPError as refusal:
            return refusal.code

    @property
    def signed_in(self) -> bool:
        return any(cookie.name == "atocore_session" for cookie in self.cookies)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [("127.0.0.1:8000", ("127.0.0.1", 8000)), ("[::1]:0", ("::1", 0)), ("localhost:80", ("localhost", 80))],
)
def test_an_address_is_read(text: str, parsed: tuple[str, int]) -> None:
    assert parse_bind(text) == parsed
    assert is_loopback(parsed[0])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "atocore.lab"])
def test_anything_else_counts_as_a_network(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bind", "8000"),
        ("--bind", "127.0.0.1:eighty"),
        ("--bind", "127.0.0.1:99999"),
        ("--tls-cert", "only.pem"),
        ("--tls-cert", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem"),
    ],
)
def test_wrong_use_ends_with_2(stopped_app: LiveApp, arguments: tuple[str, ...]) -> None:
    done = stopped_app.manage("serve", *arguments, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_network_address_is_refused_naming_everything_missing(stopped_app: LiveApp) -> None:
    done = stopped_app.manage("serve", "--bind", "0.0.0.0:0", check=False)
    assert done.returncode == 1
    for words in ("admin account", "ATOCORE_ALLOWED_HOSTS", "TLS"):
        assert words in done.stderr
    behind_proxy = stopped_app.manage("serve", "--bind", "127.0.0.1:0", "--behind-proxy", check=False)
    assert behind_proxy.returncode == 1
    assert "admin account" in behind_proxy.stderr
    assert "TLS" not in behind_proxy.stderr


def test_an_old_database_is_refused_with_the_command_that_helps(stopped_app: LiveApp) -> None:
    stopped_app.manage("migrate", "sessions", "zero")
    done = stopped_app.manage("serve", "--bind", "127.0.0.1:0", check=False)
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr


@pytest.mark.needs_sqlite
def test_a_database_that_lost_its_guards_is_refused(stopped_app: LiveApp) -> None:
    import sqlite3

    with sqlite3.connect(stopped_app.folder / "data" / "atocore.sqlite3") as database:
        database.execute("DROP TRIGGER memory_audit_no_delete")
    done = stopped_app.manage("serve", "--bind", "127.0.0.1:0", check=False)
    assert done.returncode == 1
    assert "memory_audit_no_delete" in done.stderr


def test_a_taken_port_is_said_in_words(live_app: LiveApp, stopped_app: LiveApp) -> None:
    done = stopped_app.manage("serve", "--bind", live_app.base_url.removeprefix("http://"), check=False)
    assert done.returncode == 1
    assert "Cannot answer at" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_it_cleanly_and_it_starts_again(stopped_app: LiveApp) -> None:
    for _ in range(2):
        stopped_app.start()
        assert get(f"{stopped_app.base_url}/healthz").status == 200
        assert stopped_app.stop(signal.SIGINT) == 0
    assert "Traceback" not in stopped_app.log()


def test_sigterm_lets_a_request_finish_takes_no_other_and_ends_with_0(stopped_app: LiveApp) -> None:
    token = stopped_app.create_token("slow")
    stopped_app.start()
    address = stopped_app.base_url.removeprefix("http://")
    body = b'{"memory_type": "knowledge", "content": "Written while the server stopped."}'
    head = f"POST /api/v1/memories HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as slow, ThreadPoolExecutor(1) as pool:
        slow.sendall(head.encode() + body[:10])
        time.sleep(0.5)  # until it is under way
        ended = pool.submit(stopped_app.stop, signal.SIGTERM)
        time.sleep(1)
        with pytest.raises(urllib.error.URLError):
            get(f"{stopped_app.base_url}/healthz")
        slow.sendall(body[10:])
        assert slow.recv(100).startswith(b"HTTP/1.1 201")
        assert ended.result() == 0
    assert "Traceback" not in stopped_app.log()


def test_sigterm_does_not_wait_for_ever(stopped_app: LiveApp) -> None:
    token = stopped_app.create_token("stuck")
    stopped_app.start()
    address = stopped_app.base_url.removeprefix("http://")
    host, port = address.split(":")
    head = f"POST /api/v1/memories HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as stuck:
        stuck.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
        time.sleep(0.5)
        begun = time.monotonic()
        assert stopped_app.stop(signal.SIGTERM) == 0
        assert time.monotonic() - begun < 15


def test_the_first_link_makes_one_admin_even_when_two_post_at_once(stopped_app: LiveApp) -> None:
    stopped_app.start()
    visitors = [Visitor(), Visitor()]
    for visitor in visitors:  # looking does not use it up
        assert "Welcome" in visitor.get(stopped_app.link)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: pair[1].post(stopped_app.link, username=f"admin{pair[0]}"), enumerate(visitors)))
    assert sorted(visitor.signed_in for visitor in visitors) == [False, True]
    late = Visitor()
    with pytest.raises(urllib.error.HTTPError, match="410"):
        late.get(stopped_app.link)


def test_a_later_start_prints_a_link_for_the_admin_that_works_once(stopped_app: LiveApp) -> None:
    stopped_app.create_user("grace", "admin")
    stopped_app.start()
    visitors = [Visitor() for _ in range(4)]
    for visitor in visitors:
        assert "Sign in as grace" in visitor.get(stopped_app.link)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda visitor: visitor.post(stopped_app.link), visitors))
    assert sorted(visitor.signed_in for visitor in visitors) == [False, False, False, True]


def test_health_says_ok_and_nothing_else(live_app: LiveApp) -> None:
    answer = get(f"{live_app.base_url}/healthz")
    assert answer.read() == b'{"status": "ok"}'
    assert "no-store" in answer.headers["Cache-Control"]


def test_health_fails_when_the_database_cannot_be_written(stopped_app: LiveApp) -> None:
    stopped_app.start()
    if "DATABASE_URL" in stopped_app.environment:
        import psycopg

        with psycopg.connect(stopped_app.environment["DATABASE_URL"], autocommit=True) as server:
            server.execute("ALTER TABLE django_session RENAME TO away")
    else:
        import sqlite3

        with sqlite3.connect(stopped_app.folder / "data" / "atocore.sqlite3") as server:
            server.execute("ALTER TABLE django_session RENAME TO away")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(f"{stopped_app.base_url}/healthz")
    assert refusal.value.code == 503
    assert refusal.value.read() == b'{"status": "not ok"}'


def test_every_answer_carries_a_request_id(live_app: LiveApp) -> None:
    assert get(f"{live_app.base_url}/healthz", X_Request_ID="run-7.a_b").headers["X-Request-ID"] == "run-7.a_b"
    invented = get(f"{live_app.base_url}/healthz", X_Request_ID="no spaces; please").headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f-]{36}", invented)
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(f"{live_app.base_url}/no/such/page", X_Request_ID="lost")
    assert refusal.value.headers["X-Request-ID"] == "lost"
    assert "lost" in refusal.value.read().decode()


def test_an_unknown_host_is_refused_without_a_stack_trace(live_app: LiveApp) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(f"{live_app.base_url}/account/sign-in/", Host="evil.example")
    assert refusal.value.code == 400
    with pytest.raises(urllib.error.HTTPError) as refusal:
        get(f"{live_app.base_url}/api/v1/memories", Host="evil.example")
    assert refusal.value.headers["Content-Type"] == "application/problem+json"


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("path", "kind"), [("/account/sign-in/", "text/html"), ("/api/v1/memories", "application/problem+json")]
)
@pytest.mark.parametrize(("announced", "sent"), [(11 * MEGABYTE, 11 * MEGABYTE), (900 * MEGABYTE, 0)])
def test_too_large_a_body_is_refused_in_words(
    live_app: LiveApp, path: str, kind: str, announced: int, sent: int
) -> None:
    host, port = live_app.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        line.sendall(f"{head}Content-Length: {announced}\r\n\r\n".encode() + b"a" * sent)
        answer = line.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 413 ")
    assert kind in answer


def test_pages_allow_their_own_origin_only_and_files_are_kept_for_long(live_app: LiveApp) -> None:
    page = get(f"{live_app.base_url}/account/sign-in/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.read().decode())
    assert names
    for name in names:
        assert "immutable" in get(f"{live_app.base_url}{name}").headers["Cache-Control"]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    request = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1"
    subprocess.run([*request.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return str(cert), str(key)


def test_over_tls_cookies_are_secure_and_browsers_told_to_stay(tmp_path: Path, certificate: tuple[str, str]) -> None:
    import ssl

    cert, key = certificate
    with installation(tmp_path, ATOCORE_ALLOWED_HOSTS="localhost") as app:
        app.create_user("grace", "admin")
        app.start("--tls-cert", cert, "--tls-key", key)
        assert app.base_url.startswith("https://")
        unchecked = ssl._create_unverified_context()
        with urllib.request.urlopen(f"{app.base_url}/account/sign-in/", timeout=20, context=unchecked) as answer:
            assert "Secure" in answer.headers["Set-Cookie"]
            assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_behind_a_proxy_its_word_counts_and_plain_requests_are_redirected(tmp_path: Path) -> None:
    with installation(tmp_path, ATOCORE_ALLOWED_HOSTS="atocore.lab") as app:
        app.create_user("grace", "admin")
        app.start("--behind-proxy")
        assert not app.link
        secure = get(f"{app.base_url}/account/sign-in/", Host="atocore.lab", X_Forwarded_Proto="https")
        assert secure.status == 200
        assert get(f"{app.base_url}/healthz").status == 200

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args: object) -> None:
                return None

        opener = urllib.request.build_opener(Stay())
        with pytest.raises(urllib.error.HTTPError) as moved:
            opener.open(urllib.request.Request(f"{app.base_url}/account/sign-in/", headers={"Host": "atocore.lab"}))
        assert moved.value.code == 301
        assert moved.value.headers["Location"].startswith("https://atocore.lab/")


def test_a_proxy_header_counts_for_nothing_without_the_flag(tmp_path: Path) -> None:
    with installation(tmp_path, ATOCORE_SIGN_IN_RATE="3") as app:
        app.start()
        visitor = Visitor()
        visitor.get(f"{app.base_url}/account/sign-in/")
        statuses = []
        for number in range(4):  # a guesser who claims to be somebody else each time
            visitor.opener.addheaders = [("X-Forwarded-For", f"10.0.0.{number}")]
            statuses.append(visitor.post(f"{app.base_url}/account/sign-in/", username="grace", password="guess"))
        assert statuses == [200, 200, 200, 429]


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    with installation(tmp_path, ATOCORE_ALLOWED_HOSTS="atocore.lab", ATOCORE_HTTPS="proxy") as app:
        done = app.manage("check", "--deploy", "--fail-level", "WARNING")
        assert "no issues" in done.stdout
