"""`manage.py serve`: the one process that answers browsers and programs. Refuses to open to a network half-secured."""

import ipaddress
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from memories.errors import Blocked
from memories.services import presence, sign_in

# Seconds that requests under way get to finish after Ctrl-C.
PATIENCE = 10


class AnnouncingServer(uvicorn.Server):
    """uvicorn, which says so once it really answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open for requests, then announce."""
        await super().startup(sockets=sockets)
        self._announce()


def _end(*_: object) -> None:
    """End with 0, at once: the interpreter would wait for the thread of a request that was cut off."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class Command(BaseCommand):
    """Serves web, REST and static files from one address."""

    help = "Serve AtoCore. Anything but this machine alone needs an admin, ATOCORE_ALLOWED_HOSTS and TLS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to answer and who speaks TLS."""
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT", help="default: 127.0.0.1:8000")
        parser.add_argument("--behind-proxy", action="store_true", help="a proxy before AtoCore speaks TLS")
        parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain (PEM)")
        parser.add_argument("--tls-key", metavar="FILE", help="its private key (PEM)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C. Raises CommandError: exit 1 naming what is missing, 2 for wrong use."""
        host, port = parse_bind(options["bind"])
        https = self._https(options)
        self._refuse_unmigrated()
        self._refuse_half_secured(host, https)
        self._restart_under(https)
        call_command("collectstatic", interactive=False, verbosity=0)
        self._serve(host, port, options)

    def _https(self, options: dict[str, Any]) -> str:
        cert, key = options["tls_cert"], options["tls_key"]
        if bool(cert) != bool(key):
            raise CommandError("--tls-cert and --tls-key belong together.", returncode=2)
        if cert and options["behind_proxy"]:
            raise CommandError(
                "AtoCore speaks TLS (--tls-cert) or the proxy does (--behind-proxy): choose one.", returncode=2
            )
        for path in filter(None, (cert, key)):
            if not os.access(path, os.R_OK):
                raise CommandError(f"{path} cannot be read.", returncode=2)
        return "direct" if cert else "proxy" if options["behind_proxy"] else "off"

    def _refuse_unmigrated(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run: manage.py migrate")
        self.check(databases=["default"])  # the guards of the audit table are triggers, which a restore can lose

    def _refuse_half_secured(self, host: str, https: str) -> None:
        if is_loopback(host) and https != "proxy":
            return
        missing = []
        if sign_in.first_admin() is None:
            missing.append("an admin account (manage.py create_user NAME --role admin)")
        if not settings.ATOCORE_ALLOWED_HOSTS:
            missing.append("ATOCORE_ALLOWED_HOSTS, the host names people use")
        if https == "off":
            missing.append("TLS (--tls-cert and --tls-key) or --behind-proxy")
        if missing:
            raise CommandError("Opening to a network needs more first:\n  - " + "\n  - ".join(missing))

    def _restart_under(self, https: str) -> None:
        # Cookies, redirects and static names follow from these settings, and settings are read once: start over with
        # them in place.
        if https == settings.ATOCORE_HTTPS and settings.ATOCORE_STATIC == "hashed":
            return
        self.stdout.flush()
        environment = {**os.environ, "ATOCORE_HTTPS": https, "ATOCORE_STATIC": "hashed"}
        os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606 - the very command that is running

    def _serve(self, host: str, port: int, options: dict[str, Any]) -> None:
        listener = self._listen(host, port)
        config = uvicorn.Config(
            settings.ASGI_APPLICATION,
            http="h11",
            loop="asyncio",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=options["behind_proxy"],
            forwarded_allow_ips=settings.ATOCORE_TRUSTED_PROXIES,
            ssl_certfile=options["tls_cert"],
            ssl_keyfile=options["tls_key"],
            timeout_graceful_shutdown=PATIENCE,
        )
        address = self._address(host, listener.getsockname()[1], config.is_ssl)
        announcement = self._announcement(address, private=is_loopback(host) and not options["behind_proxy"])
        connections.close_all()
        # uvicorn raises a SIGTERM that it obeyed again when it has stopped; without this the exit code would be 143.
        signal.signal(signal.SIGTERM, _end)
        try:
            with presence.serving():
                AnnouncingServer(config, lambda: self._announce(announcement)).run(sockets=[listener])
        except Blocked as refusal:
            raise CommandError(refusal.message) from refusal
        except KeyboardInterrupt:
            self.stderr.write("AtoCore has stopped.")

    def _listen(self, host: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = socket.create_server((host, port), family=family, backlog=1024)
            # What is accepted inherits this. asyncio sets it only on sockets made for TCP by name; without it the body
            # of an answer waits up to 40 ms for the client to acknowledge the head.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return listener
        except OSError as fault:
            raise CommandError(f"Cannot answer at {host} port {port}: {fault.strerror}.") from fault

    def _address(self, host: str, port: int, tls: bool) -> str:
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if tls else 'http'}://{shown}:{port}"

    def _announcement(self, address: str, *, private: bool) -> list[str]:
        lines = [f"AtoCore answers at {address}/  (Ctrl-C stops it)"]
        if not private:
            return lines
        way_in = self._way_in(address)
        if way_in:
            lines += [f"Sign in once, within {settings.ATOCORE_LINK_MINUTES} minutes, by this link:", way_in]
        return lines

    def _way_in(self, address: str) -> str:
        if sign_in.needs_setup():
            return sign_in.setup_address(address)
        admin = sign_in.first_admin()
        return sign_in.link_address(address, admin) if admin else ""

    def _announce(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()


def parse_bind(text: str) -> tuple[str, int]:
    """HOST:PORT, with brackets round an IPv6 address. Port 0 takes any free one. Raises CommandError (exit 2)."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise CommandError(f"--bind {text}: must be HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000.", returncode=2)
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name other than localhost counts as a network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
