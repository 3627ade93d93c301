"""The page of the commands, from their parsers.

argparse's own help is not used: it is wrapped to the width of the terminal.
"""

from argparse import SUPPRESS, Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator

from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from tests.reference.markdown import code, page, table, words

OURS = ("memories", "engineering")
ABOUT = """The commands of `manage.py` that are AtoCore's own, run as `.venv/bin/python manage.py NAME`. Exit codes: 0
done, 1 refused or failed, 2 wrong use. When to run which is told in [operators](../operators.md); the client for shells
and hooks, `atocore`, in [its own page](../client.md)."""


def commands() -> str:
    """Return the page."""
    held = {name: load_command_class(app, name) for name, app in sorted(get_commands().items()) if app in _apps()}
    rows = ((f"[{code(name)}](#{name})", words(str(command.help))) for name, command in held.items())
    lines = [*table(("command", "what it does"), rows), *_usual()]
    for name, command in held.items():
        lines += _command(name, command)
    return page("Reference: commands", ABOUT, lines)


def _apps() -> set[str]:
    return {apps.get_app_config(label).name for label in OURS}


def _usual() -> list[str]:
    options = (", ".join(code(word) for word in one.option_strings) for one in _parser(BaseCommand())._actions)
    return [f"Each takes Django's options as well: {'; '.join(options)}.", ""]


def _parser(command: BaseCommand) -> ArgumentParser:
    parser: ArgumentParser = command.create_parser("manage.py", "")
    return parser


def _command(name: str, command: BaseCommand) -> list[str]:
    parser, usual = _parser(command), {one.dest for one in _parser(BaseCommand())._actions}
    own = [one for one in parser._actions if one.dest not in usual and one.help != SUPPRESS]
    if any(isinstance(one, _SubParsersAction) for one in own):
        raise NotImplementedError(f"{name} has commands of its own, which this page cannot tell yet")
    # Places before options, as they are typed.
    own.sort(key=lambda one: bool(one.option_strings))
    usage = " ".join(["manage.py", name, *_usage(parser, own)])
    rows = ((code(_typed(one)), "yes" if one.required else "", _meaning(one, parser)) for one in own)
    lines = [f"## {name}", "", words(str(command.help)), "", f"    {usage}", ""]
    return [*lines, *table(("argument", "needed", "meaning"), rows)]


def _usage(parser: ArgumentParser, own: list[Action]) -> Iterator[str]:
    """Yield the parts of the usage line; of those that exclude each other, one."""
    groups = {id(one): group for group in parser._mutually_exclusive_groups for one in group._group_actions}
    told: set[int] = set()
    for one in own:
        group = groups.get(id(one))
        if group is None:
            yield _typed(one) if one.required else f"[{_typed(one)}]"
        elif id(group) not in told:
            told.add(id(group))
            either = " | ".join(_typed(other) for other in group._group_actions)
            yield f"({either})" if group.required else f"[{either}]"


def _typed(one: Action) -> str:
    """Return an argument as it is typed."""
    option = ", ".join(one.option_strings)
    if one.nargs == 0:
        return option
    named = one.metavar if isinstance(one.metavar, str) else one.dest.upper()
    value = f"{named}..." if one.nargs in ("+", "*") else named
    return f"{option} {value}" if option else value


def _meaning(one: Action, parser: ArgumentParser) -> str:
    said = words((one.help or "") % {**vars(one), "prog": parser.prog})
    parts = [said] if said else []
    if one.choices is not None:
        parts.append(f"one of {', '.join(code(choice) for choice in one.choices)}")
    if one.default not in (None, SUPPRESS, "", [], False) and str(one.default) not in said:
        parts.append(f"default {code(one.default)}")
    return "; ".join(parts)
