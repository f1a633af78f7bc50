import contextlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.accounts import ANN, CREATE
from tests.support.ports import free_port
from tests.support.process import ROOT, ServerProcess
from tests.support.traces import graph

HERE = Path(__file__).parent
DAPHNE = Path(sys.executable).parent / "daphne"
PRICING = graph(
    [
        ("start", "start", {}),
        ("price", "task:shop.price", {"net": "${ input.net }"}),
        ("finish", "end", {"output": {"price": "${ nodes.price }"}}),
    ],
    [("start", "price"), ("price", "finish")],
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A directory that holds what the wheel installs, and nothing else of this repository."""
    wheels, target = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)],
        cwd=ROOT,
        check=True,
    )
    (wheel,) = wheels.glob("flowdeck-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


@pytest.fixture
def shop(installed, production_servers, tmp_path):
    """The project's address, with a web and a worker process of its own."""
    shutil.copytree(HERE / "shop_project", tmp_path / "project" / "shop_project")
    environment = {
        "DJANGO_SETTINGS_MODULE": "shop_project.settings",
        "SHOP_DATABASE": str(tmp_path / "shop.sqlite3"),
        "SHOP_REDIS": production_servers.redis.url,
        "PYTHONPATH": os.pathsep.join([str(installed), str(tmp_path / "project")]),
    }
    for arguments in (["migrate", "--verbosity", "0"], ["shell", "--no-imports", "-c", CREATE]):
        subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env={**os.environ, **environment},
            cwd=tmp_path,
            check=True,
        )
    port = free_port()
    web, worker = (
        ServerProcess(
            name=f"shop {name}",
            command=(sys.executable, *command),
            log=tmp_path / f"{name}.log",
            environment=environment,
            directory=tmp_path,
        )
        for name, command in {
            "web": (str(DAPHNE), "-p", str(port), "shop_project.asgi:application"),
            "worker": ("-m", "celery", "-A", "shop_project.celery", "worker"),
        }.items()
    )
    web.start()
    worker.start()
    web.wait_until_ready(lambda: answers(f"http://127.0.0.1:{port}/shop"))
    yield f"http://127.0.0.1:{port}"
    web.kill()
    worker.kill()


def answers(url):
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=2).status_code == 200
    return False


@pytest.mark.production
def test_installed_apps_an_include_and_a_celery_app_are_enough(shop, person):
    assert httpx.get(f"{shop}/shop").text == "The shop"
    ann = person(shop, ANN)
    assert 'id="bootstrap"' in ann.client.get("/workflows").text
    assert "task:shop.price" in [kind["name"] for kind in ann.get("/palette")["types"]]

    run = ann.start(ann.publish("Pricing", PRICING), {"net": 100})

    assert ann.wait_for_run(run, "succeeded")["output"] == {"price": 119.0}
