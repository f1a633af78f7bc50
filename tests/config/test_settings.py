import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.support.process import ROOT

PRODUCTION = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "FLOWDECK_SECRET_KEY": "9b1c0a7e5d3f8842aa61c7f0de5b43927c1e0f6a8d4b2957e3c1",
    "FLOWDECK_ALLOWED_HOSTS": "flowdeck.example",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_tests_use_a_scratch_directory():
    assert "flowdeck-tests-" in str(settings.VAR_DIR)
    assert settings.DEBUG is False


def test_deploy_check_has_nothing_to_say_of_production_settings():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_without_a_secret_key_refuses_to_start(tmp_path):
    environment = {**PRODUCTION, "FLOWDECK_SECRET_KEY": "", "FLOWDECK_VAR_DIR": str(tmp_path)}
    done = manage("check", **environment)
    assert done.returncode == 1
    assert "FLOWDECK_SECRET_KEY is not set" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_embedded_makes_its_secret_key_once(tmp_path):
    file = tmp_path / "var" / "secret_key"
    keys = []
    for _ in range(2):
        done = manage("check", FLOWDECK_VAR_DIR=str(tmp_path / "var"))
        assert done.returncode == 0, done.stderr
        keys.append(file.read_text())
    assert keys[0] == keys[1]
    assert len(keys[0]) >= 50
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "url, is_immutable",
    [
        ("/static/ui/assets/main-Bx3k_9Qa.js", True),
        ("/static/ui/assets/main-Bx3k_9Qa.js.map", True),
        ("/static/ui/manifest.json", False),
        ("/static/flowdeck.svg", False),
        ("/static/admin/css/base.css", False),
    ],
)
def test_only_files_named_by_their_content_are_kept_for_ever(url, is_immutable):
    assert settings.WHITENOISE_IMMUTABLE_FILE_TEST("", url) is is_immutable
