"""The command line of `atocore`. Exit codes: 0 done, 1 it failed or was refused, 2 wrong use."""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import Any

from engineering.client import asking, capture, config, spool
from engineering.client.asking import Unknown
from engineering.client.config import Config, WrongUse
from engineering.client.output import say
from engineering.client.rest import Refused, Unreachable, get

Command = Callable[[Config, Namespace], int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    options = parser().parse_args(arguments)
    try:
        read = config.read(options, os.environ)
        if not read.token and options.command is not _capture and options.command is not _login:
            raise WrongUse("There is no token: set ATOCORE_TOKEN or ATOCORE_TOKEN_FILE, or run `atocore login`.")
        code = options.command(read, options) or 0
        sys.stdout.flush()
        return int(code)
    except WrongUse as fault:
        say(str(fault))
        # A hook's exit code 2 would keep an assistant from ending its turn; and a capture is never the caller's fault.
        return 1 if options.command is _capture else 2
    except (Unreachable, Refused, Unknown) as fault:
        say(str(fault))
        return 1
    except BrokenPipeError:
        # Whoever read has had enough. What is buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def parser() -> ArgumentParser:
    """Return the parser of the command line."""
    top = ArgumentParser("atocore", description="Ask AtoCore, propose to it, and hand exchanges in.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    one = _command(commands, "context", asking.context, "what is true now about a prompt, within a budget")
    one.add_argument("prompt", nargs="+", metavar="PROMPT")
    one.add_argument("--tokens", type=int, help="budget, in tokens")
    one = _command(commands, "search", asking.search, "one ranked list of memories, entities and documents")
    one.add_argument("words", nargs="+", metavar="WORDS")
    one.add_argument("--limit", type=int, default=20)
    one.add_argument("--kind", action="append", default=[], help="memory, entity or chunk; may be repeated")
    _add_proposals(commands)
    _add_capture(commands)
    _command(commands, "gaps", asking.gaps, "what was forgotten in a project")
    _command(commands, "map", asking.system_map, "the system map of a project")
    _command(commands, "login", _login, "keep address and token (read from standard input) in the configuration file")
    return top


def _add_proposals(commands: Any) -> None:
    kinds = commands.add_parser("propose", help="propose a candidate").add_subparsers(required=True, metavar="KIND")
    one = _proposal(kinds, "memory", asking.propose_memory, "a statement")
    one.add_argument("content", nargs="+", metavar="TEXT")
    one.add_argument("--type", default="knowledge", help="memory type; knowledge unless said")
    one.add_argument("--tag", action="append", default=[], help="domain tag; may be repeated")
    one = _proposal(kinds, "entity", asking.propose_entity, "a thing: a component, a requirement, a decision …")
    one.add_argument("type", metavar="TYPE")
    one.add_argument("name", metavar="NAME")
    one.add_argument("--description", default="")
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="property; may be repeated")
    one = _proposal(kinds, "relationship", asking.propose_relationship, "a link between two entities")
    one.add_argument("source", metavar="SOURCE", help="id or name")
    one.add_argument("type", metavar="TYPE")
    one.add_argument("target", metavar="TARGET", help="id or name")


def _add_capture(commands: Any) -> None:
    one = _command(commands, "capture", _capture, "hand in an exchange, or the transcript that a hook names")
    one.add_argument("given", nargs="?", metavar="JSON", help="instead of standard input, as Codex's notify gives it")
    one.add_argument("--prompt", help="what was asked; standard input is the answer")
    one.add_argument("--client", default="", help="name of the program")
    one.add_argument("--session", default="", help="id of the session")
    one.add_argument("--all", action="store_true", help="every exchange of a hook's transcript, not the last alone")
    one.add_argument("--flush", action="store_true", help="send what waits, and nothing else")
    one.add_argument("--retry-refused", action="store_true", help="send what was refused again, too")
    one.add_argument("--patience", type=float, default=20, help="seconds after which the rest waits; 20, for hooks")


def _command(commands: Any, name: str, command: Command, words: str) -> ArgumentParser:
    made: ArgumentParser = commands.add_parser(name, help=words, description=words)
    made.set_defaults(command=command)
    made.add_argument("--url", default="", help=f"address of AtoCore; {config.USUAL} unless said")
    made.add_argument("--project", default="", help="name or alias")
    made.add_argument("--config", default="", help="configuration file")
    made.add_argument("--timeout", type=float, default=10, help="seconds that a request may take; 10 unless said")
    made.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    return made


def _proposal(kinds: Any, name: str, command: Command, words: str) -> ArgumentParser:
    made = _command(kinds, name, command, words)
    made.add_argument("--confidence", type=float)
    made.add_argument("--source-ref", action="append", default=[], help="where it stands; may be repeated")
    return made


def _capture(read: Config, options: Namespace) -> int:
    outcome = capture.Outcome()
    if options.retry_refused:
        spool.bring_back(read.spool)
    if options.flush or options.retry_refused:
        capture.flush(read, outcome, max(options.patience, 600))
        outcome.barred |= bool(outcome.counts["waiting"])
    else:
        text = options.given if options.given is not None else sys.stdin.buffer.read().decode("utf-8-sig", "replace")
        outcome = capture.capture(read, text, options)
    if options.json:
        print(json.dumps(outcome.as_json()))
    if outcome.counts["waiting"]:
        say(f"{outcome.counts['waiting']:,} exchanges wait in {read.spool}: {outcome.stopped}")
    return outcome.code


def _login(read: Config, options: Namespace) -> None:
    token = sys.stdin.readline().strip()
    if not token.startswith("atc_"):
        raise WrongUse("A token begins with atc_; it is read from standard input.")
    tried = Config(read.url, token, read.project, read.timeout, read.spool)
    get(tried, "stats")
    file = config.path(options, os.environ)
    try:
        config.write(file, {"url": read.url, "token": token, "project": read.project})
    except OSError as fault:
        raise Unknown(f"{file} cannot be written: {fault}") from None
    say(f"{read.url} takes the token; kept in {file}.")
