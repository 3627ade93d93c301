"""What hooks and people hand over, read as exchanges: bodies of POST interactions.

Read are: the fields of POST interactions; what Claude Code's and Gemini CLI's hooks write to standard input; what Codex
hands its notify program; messages with role and content, as an array, one a line, or under `messages`; and text with
"User:" and "Assistant:" at the beginning of lines.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST = 200_000  # characters of a prompt or a response, as the server takes them
FIELDS = {"prompt", "response", "context_pack", "response_summary", "memories_used", "chunks_used", "client"}
_SPEAKER = re.compile(r"^(?:#+ *|\*\*)?(user|human|you|assistant|ai|model)(?:\*\*)? *(?::(?:\*\*)?|$)", re.I | re.M)
_ASKING = {"user", "human", "you"}
_UNFIT = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ASIDES = ("<command-", "<local-command", "<system-reminder>", "Caveat: The messages below", "[Request interrupted")


class Unreadable(ValueError):
    """What came is none of the formats."""


@dataclass
class Exchange:
    """One exchange.

    Attributes:
        body: as POST interactions takes it.
        turn: names the turn in its transcript, where it has names: the same turn handed in twice is one.
        cut: characters that were left out, since the server takes no more.
    """

    body: dict[str, Any]
    turn: str = ""
    cut: int = 0

    @property
    def key(self) -> str:
        """The Idempotency-Key of a turn that has a name; "" for others, since two may be alike."""
        if not self.turn:
            return ""
        whole = json.dumps([self.turn, self.body], sort_keys=True)
        return "turn-" + hashlib.sha256(whole.encode()).hexdigest()[:40]


@dataclass
class _Turn:
    prompt: str
    name: str = ""
    said: list[str] = field(default_factory=list)


def read(text: str, *, every: bool = False) -> list[Exchange]:
    """Return the exchanges in a text.

    Args:
        text: as it was handed over.
        every: all exchanges of a transcript that a hook names, instead of the last one.

    Raises:
        Unreadable: it is none of the formats, or the transcript that it names cannot be read.
    """
    whole = _json(text)
    if isinstance(whole, dict):
        return _object(whole, every)
    if isinstance(whole, list):
        return _conversation(whole)
    lines = [line for line in text.splitlines() if line.strip()]
    read_lines = [_json(line) for line in lines]
    if lines and all(isinstance(one, dict) for one in read_lines):
        return _lines([one for one in read_lines if isinstance(one, dict)], every)
    return _spoken(text)


def _object(sent: dict[str, Any], every: bool) -> list[Exchange]:
    session = str(sent.get("session_id") or "")
    if "prompt_response" in sent:  # Gemini CLI, AfterAgent
        return [_exchange(sent.get("prompt"), sent["prompt_response"], session, "gemini-cli")]
    if sent.get("transcript_path"):
        return _hook(sent, session, every)
    if "last-assistant-message" in sent:  # Codex, notify
        asked = "\n".join(str(one) for one in sent.get("input-messages") or [])
        turn = str(sent.get("turn-id") or "")
        return [_exchange(asked, sent["last-assistant-message"], str(sent.get("thread-id") or turn), "codex", turn)]
    if isinstance(sent.get("messages"), list):
        return _conversation(sent["messages"], session)
    if FIELDS & sent.keys():
        return [Exchange(sent)]
    raise Unreadable(f"an object with {', '.join(sorted(sent)[:8]) or 'nothing'} in it is no exchange.")


def _hook(sent: dict[str, Any], session: str, every: bool) -> list[Exchange]:
    try:
        text = Path(sent["transcript_path"]).expanduser().read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise Unreadable(f"the transcript cannot be read: {fault}.") from None
    rows = [row for row in map(_json, text.splitlines()) if isinstance(row, dict)]  # the last line may be half written
    turns = list(_turns(rows))
    last = sent.get("last_assistant_message")
    if turns and isinstance(last, str) and last.strip() and last not in turns[-1].said:
        turns[-1].said.append(last)  # the transcript may be behind its hook
    found = [_of(turn, session, "claude-code") for turn in turns if turn.said]
    if not found:
        raise Unreadable(f"{sent['transcript_path']} holds no answer yet.")
    return found if every else found[-1:]


def _lines(rows: list[dict[str, Any]], every: bool) -> list[Exchange]:
    if any("role" in row or isinstance(row.get("message"), dict) for row in rows):
        return _conversation(rows)
    return [one for row in rows for one in _object(row, every)]


def _conversation(rows: Iterable[Any], session: str = "") -> list[Exchange]:
    listed = [row for row in rows if isinstance(row, dict)]
    of_claude = any("sessionId" in row for row in listed)
    session = session or next((str(row["sessionId"]) for row in listed if row.get("sessionId")), "")
    found = [_of(turn, session, "claude-code" if of_claude else "atocore") for turn in _turns(listed)]
    if not found:
        raise Unreadable("no message of a user is among them; expected are objects with role and content.")
    return found


def _turns(rows: Iterable[dict[str, Any]]) -> Iterator[_Turn]:
    turn: _Turn | None = None
    for row in rows:
        if row.get("isMeta") or row.get("isSidechain"):
            continue
        inner = row.get("message")
        message = inner if isinstance(inner, dict) else row
        role, words = message.get("role"), _words(message.get("content"))
        if not words or (role == "user" and words.lstrip().startswith(_ASIDES)):
            continue
        if role == "user":
            if turn:
                yield turn
            turn = _Turn(words, str(row.get("uuid") or ""))
        elif role == "assistant" and turn:
            turn.said.append(words)
    if turn:
        yield turn


def _words(content: Any) -> str:
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list):
        return ""
    texts = [one.get("text") for one in content if isinstance(one, dict) and one.get("type") in ("text", "output_text")]
    return "\n\n".join(one for one in texts if isinstance(one, str)).strip()


def _spoken(text: str) -> list[Exchange]:
    parts = _SPEAKER.split(text)
    rows = [
        {"role": "user" if who.lower() in _ASKING else "assistant", "content": said}
        for who, said in zip(parts[1::2], parts[2::2], strict=True)
    ]
    if not rows:
        raise Unreadable(
            "it is no JSON, and no line begins with “User:” or “Assistant:”. With --prompt, what comes is the answer."
        )
    return _conversation(rows)


def _of(turn: _Turn, session: str, client: str) -> Exchange:
    name = f"{session}/{turn.name}" if turn.name else ""
    return _exchange(turn.prompt, "\n\n".join(turn.said), session, client, name)


def _exchange(prompt: Any, response: Any, session: str, client: str, turn: str = "") -> Exchange:
    asked, first = _fitting(prompt)
    said, second = _fitting(response)
    body = {"prompt": asked or "(no words)", "response": said, "session_id": session[:200], "client": client}
    return Exchange(body, turn, first + second)


def _fitting(text: Any) -> tuple[str, int]:
    clean = _UNFIT.sub("", str(text or "").replace("\r\n", "\n")).strip()
    if len(clean) <= MOST:
        return clean, 0
    half = MOST // 2 - 50
    cut = len(clean) - 2 * half
    return f"{clean[:half]}\n[… {cut:,} characters left out …]\n{clean[-half:]}", cut


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
