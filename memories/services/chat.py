"""Asks a language model over the OpenAI-compatible chat API. Knows nothing of what is asked.

The server is somebody else's: it may be slow, wrong, or gone. Time, size and number of attempts are bounded, nothing is
followed elsewhere, and every failure is one kind of error. Never called inside a transaction.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from django.conf import settings
from django.db import connection

from memories.errors import DomainError, StrayWrite

#: Largest answer that is read.
MOST_BYTES = 2_000_000
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT = 30.0
_WAIT = 0.5


class ChatFailed(DomainError):
    """The model could not be asked, or did not answer."""

    code = "llm_failed"


class _TryAgain(Exception):
    def __init__(self, words: str, wait: float = 0.0) -> None:
        super().__init__(words)
        self.wait = wait


def in_transaction() -> bool:
    """Tell whether a transaction is open; the one that a test is wrapped in does not count (as for durable ones)."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


class Sleep(Protocol):
    """Waits some seconds; tests put their own in its place."""

    def __call__(self, seconds: float, /) -> None: ...


@dataclass(frozen=True)
class Chat:
    """A server and a model.

    Attributes:
        url: base URL, such as http://127.0.0.1:11434/v1.
        model: the model's name there.
        key: sent as Bearer, where there is one.
        timeout: seconds that one attempt may take in all.
        retries: further attempts after a failure that may pass.
        sleep: waits between attempts.
    """

    url: str
    model: str
    key: str = ""
    timeout: float = 60.0
    retries: int = 2
    sleep: Sleep = time.sleep

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
        """Return the text of the model's answer.

        Args:
            messages: the chat so far.
            schema: what the answer has to be, sent where the server knows how; JSON mode elsewhere.

        Raises:
            ChatFailed: it could not be had, in words that hold nothing secret.
            StrayWrite: a transaction is open (a fault in the program: others would wait for it).
        """
        if in_transaction():
            raise StrayWrite("a model is asked inside a transaction")
        strict = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        try:
            return self._attempts(messages, strict)
        except _Unknown:
            return self._attempts(messages, {"type": "json_object"})

    def _attempts(self, messages: Sequence[Mapping[str, str]], form: Mapping[str, Any]) -> str:
        for attempt in range(self.retries + 1):
            try:
                return _text_of(self._once(messages, form))
            except _TryAgain as fault:
                last = fault
                if attempt < self.retries:
                    self.sleep(min(_LONGEST_WAIT, max(fault.wait, _WAIT * 2**attempt)))
        raise ChatFailed(f"{last} ({self.retries + 1} attempts)")

    def _once(self, messages: Sequence[Mapping[str, str]], form: Mapping[str, Any]) -> bytes:
        body = {"model": self.model, "messages": list(messages), "temperature": 0, "response_format": dict(form)}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        address = f"{self.url.rstrip('/')}/chat/completions"
        deadline = time.monotonic() + self.timeout
        try:
            with (
                httpx.Client(timeout=self.timeout, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", address, json=body, headers=headers) as response,
            ):
                read = _read(response, deadline)
                _check(response, read, form)
                return read
        except httpx.TimeoutException:
            raise _TryAgain(f"The model did not answer within {self.timeout:g} s.") from None
        except httpx.HTTPError as fault:
            raise _TryAgain(f"The model could not be reached: {type(fault).__name__}.") from None
        except (httpx.InvalidURL, UnicodeError) as fault:
            raise ChatFailed(f"ATOCORE_LLM_URL is no address that can be asked: {fault}") from None


class _Unknown(Exception):
    """The server does not know the form of answer that was asked for."""


def _read(response: httpx.Response, deadline: float) -> bytes:
    read = bytearray()
    for piece in response.iter_bytes():
        read += piece
        if len(read) > MOST_BYTES:
            raise ChatFailed(f"The model's answer is larger than {MOST_BYTES:,} bytes.")
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("dripping")
    return bytes(read)


def _check(response: httpx.Response, read: bytes, form: Mapping[str, Any]) -> None:
    status = response.status_code
    if status in _AGAIN:
        raise _TryAgain(f"The model's server answered {status}.", _asked_to_wait(response))
    if status in (400, 422) and form["type"] == "json_schema" and b"response_format" in read:
        raise _Unknown
    if status != 200:
        raise ChatFailed(f"The model's server answered {status}; nothing was taken from it.")


def _asked_to_wait(response: httpx.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0.0


def _text_of(read: bytes) -> str:
    try:
        text = json.loads(read)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise ChatFailed("The server's answer is none of a chat: no choices[0].message.content.") from None
    if not isinstance(text, str):
        raise ChatFailed("The server's answer holds no text.")
    return text


def configured() -> Chat | None:
    """Return the model that the settings name, or None where none is configured."""
    if not settings.ATOCORE_LLM_URL or not settings.ATOCORE_LLM_MODEL:
        return None
    return Chat(
        settings.ATOCORE_LLM_URL,
        settings.ATOCORE_LLM_MODEL,
        settings.ATOCORE_LLM_KEY,
        settings.ATOCORE_LLM_TIMEOUT,
        settings.ATOCORE_LLM_RETRIES,
    )
