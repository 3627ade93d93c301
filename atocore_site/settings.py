"""What the site is made of. Every value an operator may change is read through `env`; nothing else reads the
environment. Must not import an app: settings stand below everything.
"""

import os
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from atocore_site import SQLITE, database, datafolder
from atocore_site.env import Env
from atocore_site.logs import logging_config
from atocore_site.rest_settings import REST_FRAMEWORK as REST_FRAMEWORK
from atocore_site.rest_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent

# Variables with our prefix that only the tests read.
TEST_VARIABLES = ("ATOCORE_TEST_DATABASE_URL",)

# Lets annotations such as ModelAdmin[Memory] be evaluated while the program runs.
django_stubs_ext.monkeypatch()

env = Env(os.environ, prefix="ATOCORE_")

# -- the data folder -------------------------------------------------------------------------------------------------
ATOCORE_DATA = env.path("ATOCORE_DATA", BASE_DIR / "data", "folder of the database, secret key, spool and backups")
datafolder.ensure(ATOCORE_DATA)
SECRET_KEY = datafolder.secret_key(env, ATOCORE_DATA)

# -- where it answers ------------------------------------------------------------------------------------------------
DEBUG = env.flag("ATOCORE_DEBUG", False, "show tracebacks in the browser; never on a network")
ATOCORE_HTTPS = env.choice(
    "ATOCORE_HTTPS",
    "off",
    "who speaks HTTPS: nobody (this machine only), AtoCore itself or a proxy before it; `serve` sets it",
    among=("off", "direct", "proxy"),
)
ATOCORE_ALLOWED_HOSTS = env.listed("ATOCORE_ALLOWED_HOSTS", [], "host names people reach AtoCore by, with commas")
ATOCORE_TRUSTED_PROXIES = env.listed(
    "ATOCORE_TRUSTED_PROXIES", ["127.0.0.1", "::1"], "addresses whose X-Forwarded headers are believed"
)
ATOCORE_THREADS = env.whole("ATOCORE_THREADS", 8, "requests answered at the same time", low=1, high=64)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *ATOCORE_ALLOWED_HOSTS]
ENCRYPTED = ATOCORE_HTTPS != "off"
ATOCORE_URL = env.url(
    "ATOCORE_URL",
    f"https://{ATOCORE_ALLOWED_HOSTS[0]}" if ATOCORE_ALLOWED_HOSTS else "http://127.0.0.1:8000",
    "address people reach AtoCore by, as links printed by commands name it",
    schemes=("http", "https"),
)
ATOCORE_ACCESS_LOG = env.flag("ATOCORE_ACCESS_LOG", False, "log a line for every request")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ATOCORE_ALLOWED_HOSTS if ENCRYPTED and host != "*"]

# -- the database ----------------------------------------------------------------------------------------------------
DATABASE_URL = env.url(
    "DATABASE_URL", "", "PostgreSQL database; without it SQLite in the data folder", schemes=database.SCHEMES
)
ATOCORE_SYNCHRONOUS = env.choice(
    "ATOCORE_SYNCHRONOUS",
    "full",
    "SQLite: full keeps every commit over a power loss, normal may lose the last ones and is faster",
    among=("full", "normal"),
)
ATOCORE_SQLITE = SQLITE
DATABASES = {
    "default": database.from_url(DATABASE_URL)
    if DATABASE_URL
    else database.sqlite(ATOCORE_DATA / "atocore.sqlite3", SQLITE.journal_mode, ATOCORE_SYNCHRONOUS)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- apps and middleware ---------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "memories.apps.MemoriesConfig",
    "engineering.apps.EngineeringConfig",
    "memories.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]
MIDDLEWARE = [
    "atocore_site.middleware.RequestIdMiddleware",
    "atocore_site.middleware.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "atocore_site.urls"
WSGI_APPLICATION = "atocore_site.wsgi.application"
ASGI_APPLICATION = "atocore_site.asgi:application"
MCP_STDIO = "atocore_site.mcp_server.run_stdio"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- people ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "memories.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "sesame.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account:sign_in"
ATOCORE_LINK_MINUTES = env.whole(
    "ATOCORE_LINK_MINUTES", 15, "how long a sign-in link is valid, minutes", low=1, high=1440
)
ATOCORE_SIGN_IN_RATE = env.whole("ATOCORE_SIGN_IN_RATE", 10, "sign-in attempts a minute and address", low=1, high=1000)
SESAME_MAX_AGE = ATOCORE_LINK_MINUTES * 60
SESAME_ONE_TIME = True

# -- what a browser is told ------------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "atocore_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENCRYPTED
CSRF_COOKIE_NAME = "atocore_csrf"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "atocore_site.errors.csrf_failure"
SECURE_SSL_REDIRECT = ENCRYPTED
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
ATOCORE_HSTS_SECONDS = env.whole(
    "ATOCORE_HSTS_SECONDS", 30 * 24 * 3600, "how long browsers insist on HTTPS, seconds", low=1
)
SECURE_HSTS_SECONDS = ATOCORE_HSTS_SECONDS if ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENCRYPTED
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# -- limits ----------------------------------------------------------------------------------------------------------
ATOCORE_MAX_BODY_MB = env.whole("ATOCORE_MAX_BODY_MB", 10, "largest request body, megabytes", low=1, high=512)
DATA_UPLOAD_MAX_MEMORY_SIZE = ATOCORE_MAX_BODY_MB * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
ATOCORE_DOCUMENT_MB = env.whole("ATOCORE_DOCUMENT_MB", 5, "largest document taken in, megabytes", low=1, high=64)
ATOCORE_API_RATE = env.whole(
    "ATOCORE_API_RATE", 6000, "REST and MCP requests a minute for one person, token or address; 0 for no limit"
)

# -- assistants over MCP (manage.py mcp) -----------------------------------------------------------------------------
ATOCORE_TOKEN = env.text("ATOCORE_TOKEN", "", "token by which manage.py mcp acts", secret=True)
ATOCORE_TOKEN_FILE = env.text("ATOCORE_TOKEN_FILE", "", "file that holds this token instead; mode 0600")

# -- the graph -------------------------------------------------------------------------------------------------------
ATOCORE_WEAK_BELOW = env.number(
    "ATOCORE_WEAK_BELOW", 0.4, "a claim whose best evidence has less confidence than this counts as weak", high=1.0
)

# -- housekeeping (manage.py housekeep) --------------------------------------------------------------------------------
ATOCORE_AUTO_TRIAGE = env.flag(
    "ATOCORE_AUTO_TRIAGE", False, "housekeeping promotes memories that enough independent sessions repeated"
)
ATOCORE_AUTO_TRIAGE_CONFIDENCE = env.number(
    "ATOCORE_AUTO_TRIAGE_CONFIDENCE", 0.7, "least confidence of what auto-triage promotes", high=1.0
)
ATOCORE_AUTO_TRIAGE_SESSIONS = env.whole(
    "ATOCORE_AUTO_TRIAGE_SESSIONS", 3, "sessions of others that must have repeated it", low=2, high=1000
)
ATOCORE_STALE_DAYS = env.whole(
    "ATOCORE_STALE_DAYS", 14, "an assistant's memory that waits longer and nobody repeated expires", low=1, high=3650
)
ATOCORE_COLD_DAYS = env.whole(
    "ATOCORE_COLD_DAYS",
    90,
    "an active memory that nobody used for longer is listed as cold",
    low=1,
    high=3650,
)
ATOCORE_RUN_LOG_DAYS = env.whole(
    "ATOCORE_RUN_LOG_DAYS", 400, "how long the log of housekeeping runs is kept, days", low=1, high=36500
)

ATOCORE_PACK_DAYS = env.whole(
    "ATOCORE_PACK_DAYS",
    90,
    "how long the receipt of a context pack is kept, days (an exchange that used one keeps its text for good)",
    low=1,
    high=36500,
)

# -- capture ---------------------------------------------------------------------------------------------------------
ATOCORE_REINFORCE_SHARE = env.number(
    "ATOCORE_REINFORCE_SHARE",
    0.7,
    "share of a memory's distinct words that an answer has to repeat to reinforce it",
    low=0.3,
    high=1.0,
)
ATOCORE_EXTRACT_ON_CAPTURE = env.choice(
    "ATOCORE_EXTRACT_ON_CAPTURE",
    "rules",
    "what looks for candidates in an exchange as it is captured; with llm its sender waits for the model",
    among=("off", "rules", "llm", "both"),
)
ATOCORE_LLM_URL = env.url(
    "ATOCORE_LLM_URL",
    "",
    "base URL of an OpenAI-compatible chat API such as http://127.0.0.1:11434/v1; without it no model is asked",
    schemes=("http", "https"),
)
ATOCORE_LLM_MODEL = env.text("ATOCORE_LLM_MODEL", "", "name of the model there")
ATOCORE_LLM_KEY = env.text("ATOCORE_LLM_KEY", "", "key of that API, where it takes one", secret=True)
ATOCORE_LLM_TIMEOUT = env.number(
    "ATOCORE_LLM_TIMEOUT", 60.0, "how long one attempt to ask the model may take, seconds", low=1.0, high=600.0
)
ATOCORE_LLM_RETRIES = env.whole("ATOCORE_LLM_RETRIES", 2, "further attempts when the model cannot answer", high=10)

# -- search ----------------------------------------------------------------------------------------------------------
ATOCORE_SEMANTIC = env.flag(
    "ATOCORE_SEMANTIC", False, "compare meaning in searches, too; needs requirements-semantic.txt installed"
)
ATOCORE_RERANK = env.flag("ATOCORE_RERANK", True, "order the memories that a search found by fitted weights")

# -- figures, kept until something is written that they depend on (memories.queries.figures) --------------------------
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "figures",
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    },
}

# -- static files: from their source, or under hashed names with far expiry where `serve` has collected them ----------
ATOCORE_STATIC = env.choice(
    "ATOCORE_STATIC",
    "source",
    "where static files come from; `serve` sets it",
    among=("source", "hashed"),
)
STATIC_URL = "/static/"
STATIC_ROOT = ATOCORE_DATA / "static" if ATOCORE_STATIC == "hashed" else None
STATICFILES_DIRS = [BASE_DIR / "atocore_site" / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = ATOCORE_STATIC == "source"
STATIC_STORAGE = "ManifestStaticFilesStorage" if ATOCORE_STATIC == "hashed" else "StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": f"django.contrib.staticfiles.storage.{STATIC_STORAGE}"},
}

# -- the rest --------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = logging_config(
    as_json=env.choice("ATOCORE_LOG_FORMAT", "text", "how log lines look", among=("text", "json")) == "json",
    level=env.choice(
        "ATOCORE_LOG_LEVEL", "info", "least serious line logged", among=("debug", "info", "warning", "error")
    ),
)

ATOCORE_SETTINGS = env.finish(also_known=TEST_VARIABLES)
