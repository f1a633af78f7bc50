"""Settings of the product, read from environment variables (docs/configuration.md lists them).

Without any variable this is the embedded stack: SQLite, an in-process broker and channel layer,
everything on the loopback interface. `DATABASE_URL` and `REDIS_URL` make it the production stack,
and then nothing is left to a default that would be unsafe on a network.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.secret_key import load_or_create_secret_key
from workflows_app.admin import theme

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATABASE_URL: str = env.str("DATABASE_URL", default="")
REDIS_URL: str = env.str("REDIS_URL", default="")
BROKER_URL: str = env.str("FLOWDECK_BROKER_URL", default=REDIS_URL)
IS_EMBEDDED = not DATABASE_URL and not REDIS_URL
VAR_DIR = Path(env.str("FLOWDECK_VAR_DIR", default=str(BASE_DIR / "var")))

# -- Security ---------------------------------------------------------------------------------

DEBUG: bool = env.bool("FLOWDECK_DEBUG", default=False)
SECRET_KEY: str = env.str("FLOWDECK_SECRET_KEY", default="")
if not SECRET_KEY:
    if not IS_EMBEDDED:
        raise ImproperlyConfigured(
            "FLOWDECK_SECRET_KEY is not set. With DATABASE_URL or REDIS_URL every process needs "
            "the same secret of at least 50 random characters."
        )
    SECRET_KEY = load_or_create_secret_key(VAR_DIR / "secret_key")
SECRET_KEY_FALLBACKS: list[str] = env.list("FLOWDECK_SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list(
    "FLOWDECK_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("FLOWDECK_TRUSTED_ORIGINS", default=[])

_HAS_HTTPS: bool = env.bool("FLOWDECK_HTTPS", default=not IS_EMBEDDED)
SECURE_SSL_REDIRECT = _HAS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = env.int("FLOWDECK_HSTS_SECONDS", default=31_536_000) if _HAS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HAS_HTTPS
SECURE_HSTS_PRELOAD = _HAS_HTTPS
SESSION_COOKIE_SECURE = _HAS_HTTPS
CSRF_COOKIE_SECURE = _HAS_HTTPS
if env.bool("FLOWDECK_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # React Flow places nodes through style attributes.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# -- Apps -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_vite",
    "workflows_app",
    "designer_ui",
    "examples",
    # Apps of your own, for their `workflows.py`.
    *env.list("FLOWDECK_APPS", default=[]),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.content_security_policy.PageAndAdminPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [path for path in (BASE_DIR / "templates",) if path.is_dir()],
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
UNFOLD = theme.UNFOLD

LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/workflows"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Failed log-ins are counted by name and address, so that nobody can lock others out from elsewhere.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT: int = env.int("FLOWDECK_LOGIN_FAILURES", default=10)
AXES_ENABLED = AXES_FAILURE_LIMIT > 0
AXES_COOLOFF_TIME = timedelta(minutes=env.float("FLOWDECK_LOGIN_LOCK_MINUTES", default=15.0))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "config.log_in_limit.user_name"
AXES_CLIENT_IP_CALLABLE = "config.log_in_limit.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Only the failures of the last minutes are kept, and nothing of those who log in.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Database ---------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {}
if DATABASE_URL:
    DATABASES["default"] = env.db_url_config(DATABASE_URL)
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["OPTIONS"] = {
            **DATABASES["default"].get("OPTIONS", {}),
            # A pool, because every ASGI request runs in a thread of its own.
            "pool": {
                "min_size": 1,
                "max_size": env.int("FLOWDECK_DATABASE_POOL", default=20),
                "timeout": 10,
            },
        }
        if env.bool("FLOWDECK_DATABASE_PREPARES", default=True):
            # 1.8 times the speed of the engine's statements; off behind a pooler that forgets them.
            DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5
else:
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "flowdeck.sqlite3",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
            "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864;"
        ),
    }
    # A file, because several threads of a test share it.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}

# -- Celery and channels ----------------------------------------------------------------------

CELERY_TASK_DEFAULT_QUEUE = "flowdeck"
CELERY_TASK_IGNORE_RESULT = True
# The sweep re-sends what was lost, so a publisher never waits for a broker that is away.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Nodes mostly wait for others; what computes gets more processes.
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_CONCURRENCY = env.int("FLOWDECK_WORKER_SLOTS", default=4)
CELERY_TIMEZONE = "UTC"
# Celery's fixup would otherwise close the connection around every task.
CELERY_DB_REUSE_MAX = 1_000_000
if BROKER_URL:
    CELERY_BROKER_URL = BROKER_URL
    if BROKER_URL.startswith(("redis:", "rediss:", "unix:")):
        CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
            # Publishers try once: kombu's default waits six seconds, which a request would feel.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        }
else:
    CELERY_BROKER_URL = "memory://localhost/"
    # The default of one second would be felt at every step.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02}

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": (
        # Subscriptions are renewed when the server comes back empty; stored groups would be gone.
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "flowdeck"},
        }
        if REDIS_URL
        else {"BACKEND": "workflows_app.realtime.memory_layer.ThreadSafeMemoryChannelLayer"}
    )
}

# -- Uploaded files: never served, only read by workers ------------------------------------------

MEDIA_ROOT = Path(env.str("FLOWDECK_MEDIA_ROOT", default=str(VAR_DIR / "media")))

# -- Static files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("FLOWDECK_STATIC_ROOT", default=str(VAR_DIR / "static")))
# A wheel carries these files inside of the app, which finds them itself.
STATICFILES_DIRS = [path for path in (BASE_DIR / "static",) if path.is_dir()]
STATIC_SOURCE = next(iter(STATICFILES_DIRS), BASE_DIR / "designer_ui" / "static")
if IS_EMBEDDED:
    # Also makes the database's directory, and stays empty.
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# The embedded stack serves straight from the sources; production from `collectstatic`.
WHITENOISE_USE_FINDERS = IS_EMBEDDED
_HASHED_BY_VITE = re.compile(r"^/static/ui/assets/.+-[0-9A-Za-z_-]{8}\.[0-9a-z.]+$")


def is_immutable_file(path: str, url: str) -> bool:
    """Tell whether a static file's name changes with its content."""
    return _HASHED_BY_VITE.match(url) is not None


WHITENOISE_IMMUTABLE_FILE_TEST = is_immutable_file
DJANGO_VITE = {
    "default": {
        "dev_mode": env.bool("FLOWDECK_VITE_DEV", default=False),
        "manifest_path": STATIC_SOURCE / "ui" / "manifest.json",
        "static_url_prefix": "ui",
    }
}

# -- Flowdeck ---------------------------------------------------------------------------------

FLOWDECK_COMMAND_USER: str = env.str("FLOWDECK_COMMAND_USER", default="")
FLOWDECK_HTTP_ALLOWED_HOSTS: list[str] = env.list("FLOWDECK_HTTP_ALLOWED_HOSTS", default=[])
FLOWDECK_UPLOAD_MAX_BYTES: int = env.int("FLOWDECK_UPLOAD_MAX_BYTES", default=100_000_000)
FLOWDECK_ENCRYPTION_KEYS: list[str] = env.list("FLOWDECK_ENCRYPTION_KEYS", default=[])
FLOWDECK_MCP_COMMANDS: list[str] = env.list("FLOWDECK_MCP_COMMANDS", default=[])
FLOWDECK_LEASE_SECONDS: float = env.float("FLOWDECK_LEASE_SECONDS", default=30.0)
FLOWDECK_SWEEP_SECONDS: float = env.float("FLOWDECK_SWEEP_SECONDS", default=2.0)
FLOWDECK_MAX_DEPTH: int = env.int("FLOWDECK_MAX_DEPTH", default=10)
FLOWDECK_WORKER_SLOTS: int = CELERY_WORKER_CONCURRENCY

# -- Logging ----------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("FLOWDECK_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        # Says when a worker is ready.
        "celery.apps.worker": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "google_genai": {"level": "WARNING"},
        "mcp": {"level": "WARNING"},
    },
}
