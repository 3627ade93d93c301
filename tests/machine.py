"""What this machine has: the browser, the PostgreSQL server; and whether CI is watching."""

import os
import shutil
from functools import cache

CHROMIUM = "/usr/bin/chromium"
DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/atocore"


def on_ci() -> bool:
    """Whether this is a CI run, in which nothing may be left out."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def on_postgres() -> bool:
    """Whether this run's database is PostgreSQL."""
    return bool(os.environ.get("DATABASE_URL"))


def second_database_url() -> str:
    """Where the second run looks for PostgreSQL."""
    return os.environ.get("ATOCORE_TEST_DATABASE_URL") or os.environ.get("DATABASE_URL") or DEFAULT_POSTGRES


def missing_chromium() -> str:
    """Why there is no browser; empty when there is one."""
    return "" if shutil.which(CHROMIUM) else f"no {CHROMIUM} (apt install chromium)"


@cache
def missing_postgres() -> str:
    """Why there is no PostgreSQL; empty when one answers."""
    import psycopg

    try:
        psycopg.connect(maintenance_url(), connect_timeout=3).close()
    except psycopg.OperationalError as fault:
        return f"no PostgreSQL answers at {second_database_url().rsplit('@')[-1]}: {str(fault).splitlines()[0]}"
    return ""


def maintenance_url() -> str:
    """The server's own database, from which others are made and dropped."""
    return second_database_url().rpartition("/")[0] + "/postgres"
