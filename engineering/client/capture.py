"""`atocore capture`: exchanges are put on disk, then sent in order, and those that are refused are put aside.

Nothing that was handed in is lost: where the disk takes nothing it is sent at once, and where that fails too it is
printed again.
"""

import json
import time
from argparse import Namespace
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engineering.client import rest, spool, transcripts
from engineering.client.config import Config
from engineering.client.output import say
from engineering.client.rest import Refused, Unreachable
from engineering.client.transcripts import Exchange, Unreadable

#: A server forgets a key after 24 hours; from a little before, it is asked whether it has the exchange.
_FORGOTTEN = 23 * 3_600
COUNTS = ("read", "stored", "known", "waiting", "refused", "lost")


@dataclass
class Outcome:
    """What came of a call: counts, and why sending stopped."""

    counts: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    barred: bool = False
    ids: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: what only waits for a server is kept, and no failure."""
        return 1 if self.barred or self.counts["refused"] or self.counts["lost"] else 0

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        shown = {name: self.counts[name] for name in COUNTS}
        return {**shown, "ids": self.ids, "reason": self.stopped or None}


def capture(config: Config, text: str, options: Namespace) -> Outcome:
    """Keep what was handed in, and send it with whatever waits."""
    outcome = Outcome()
    try:
        found = _read(text, options)
    except Unreadable as fault:
        return _unreadable(config, text, str(fault), outcome)
    for exchange in found:
        _keep(config, _filled(exchange, config, options), options, outcome)
    flush(config, outcome, options.patience)
    return outcome


def flush(config: Config, outcome: Outcome, seconds: float) -> Outcome:
    """Send what waits, the oldest first.

    Args:
        config: where to.
        outcome: counts what comes of it.
        seconds: after which the rest waits for the next call.
    """
    try:
        left = spool.drain(config.spool, lambda file: _send_file(config, file, outcome), seconds)
    except spool.Busy:
        left = len(spool.waiting(config.spool))
        outcome.stopped = "another client is sending"
    except OSError as fault:
        left, outcome.stopped = len(spool.waiting(config.spool)), f"{config.spool} cannot be used: {fault}"
    if left and not outcome.stopped:
        outcome.stopped = f"{seconds:.0f} s were not enough"
    outcome.counts["waiting"] = left
    return outcome


def _read(text: str, options: Namespace) -> list[Exchange]:
    if options.prompt is None:
        return transcripts.read(text, every=options.all)
    if not text.strip():
        raise Unreadable("nothing came on standard input.")
    return [Exchange({"prompt": options.prompt, "response": text.strip()})]


def _filled(exchange: Exchange, config: Config, options: Namespace) -> Exchange:
    given = {"project": config.project, "client": options.client, "session_id": options.session}
    for name, value in given.items():
        if value and (not exchange.body.get(name) or (name != "project" and exchange.turn)):
            exchange.body[name] = value
    if exchange.cut:
        say(f"{exchange.cut:,} characters from the middle of a long text were left out.")
    return exchange


def _keep(config: Config, exchange: Exchange, options: Namespace, outcome: Outcome) -> None:
    outcome.counts["read"] += 1
    item = spool.new(exchange.body, exchange.key, again=options.all)
    try:
        spool.put(config.spool, item)
    except OSError as fault:
        say(f"{config.spool} takes nothing ({fault}); sending at once.")
        try:
            _send(config, item, outcome)
        except (Unreachable, Refused) as failed:
            _hand_back(exchange.body, str(failed), outcome)


def _hand_back(body: Any, why: str, outcome: Outcome) -> None:
    outcome.counts["lost"] += 1
    say(f"Neither kept nor sent, and printed on standard output instead: {why}")
    print(body if isinstance(body, str) else json.dumps(body))


def _unreadable(config: Config, text: str, why: str, outcome: Outcome) -> Outcome:
    outcome.counts["read"] += 1
    say(f"Not taken: {why}")
    if not text.strip():
        outcome.barred, outcome.stopped = True, why
        return outcome
    try:
        file = spool.put(config.spool / spool.REFUSED, spool.Item("", {"text": text}, time.time(), why=why))
    except OSError as fault:
        _hand_back(text, str(fault), outcome)
        return outcome
    outcome.counts["refused"] += 1
    say(f"Kept as {file}")
    return outcome


def _send_file(config: Config, file: Path, outcome: Outcome) -> bool:
    try:
        _send(config, spool.read(file), outcome)
    except FileNotFoundError:
        return True
    except ValueError as fault:
        return _put_aside(config, file, str(fault), outcome)
    except Unreachable as fault:
        outcome.stopped = str(fault)
        return False
    except Refused as refusal:
        if not refusal.later:
            return _put_aside(config, file, str(refusal), outcome)
        outcome.stopped, outcome.barred = str(refusal), refusal.number in (401, 404, 405, 407, 421)
        return False
    file.unlink(missing_ok=True)
    return True


def _put_aside(config: Config, file: Path, why: str, outcome: Outcome) -> bool:
    outcome.counts["refused"] += 1
    say(f"Refused: {why} Kept as {spool.aside(config.spool, file, why)}")
    return True


def _send(config: Config, item: spool.Item, outcome: Outcome) -> None:
    known = _stored_before(config, item)
    if not known:
        known = str(rest.post(config, "interactions", item.body, item.key).get("id") or "")
        if not known:
            raise Unreachable(f"{config.url} gave no id. Is that AtoCore's address?")
        outcome.counts["stored"] += 1
    else:
        outcome.counts["known"] += 1
    outcome.ids.append(known)


def _stored_before(config: Config, item: spool.Item) -> str:
    """Return the id under which the server has an exchange already; asked only where its key may be forgotten."""
    session = item.body.get("session_id")
    if not session or not (item.again or time.time() - item.at > _FORGOTTEN):
        return ""
    words = {name: item.body.get(name) or "" for name in ("prompt", "response")}
    page = rest.get(config, "interactions", session_id=session, limit=200)
    alike = (row for row in page["results"] if all((row.get(name) or "") == words[name] for name in words))
    return next((str(row["id"]) for row in alike), "")
