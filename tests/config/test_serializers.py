"""Nothing that comes from outside is ever unpickled: it would run as code."""

from __future__ import annotations

import ast

from django.conf import settings

from config.celery import app

ROOMS = ("workflows_app", "designer_ui", "config", "examples")
UNSAFE_MODULES = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_YAML = {
    f"yaml.{name}" for name in ("unsafe_load", "full_load", "Loader", "UnsafeLoader", "FullLoader")
}
"""`yaml.load` needs a loader, and is as safe as that."""
SOURCES = [
    path for room in ROOMS for path in sorted((settings.BASE_DIR / room).rglob("*.py"))
    if "node_modules" not in path.parts
]  # fmt: skip


def unsafe_parts(source: str) -> list[str]:
    found = []
    for part in ast.walk(ast.parse(source)):
        match part:
            case ast.Import(names=names):
                found += [name.name for name in names]
            case ast.ImportFrom(module=str(module)):
                found.append(module)
            case ast.Call(func=ast.Name(id=name)) if name in UNSAFE_CALLS:
                found.append(name)
            case ast.Attribute(value=ast.Name(id="yaml"), attr=name):
                found.append(f"yaml.{name}")
    unsafe = UNSAFE_MODULES | UNSAFE_CALLS | UNSAFE_YAML
    return [name for name in found if {name, name.partition(".")[0]} & unsafe]


def test_no_module_unpickles_or_evaluates_text():
    found = {str(path): unsafe_parts(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert len(found) > 200
    assert {path: parts for path, parts in found.items() if parts} == {}


def test_the_search_finds_what_it_is_for():
    assert unsafe_parts(
        "import pickle\nfrom shelve import open\neval('1')\nyaml.load(x, yaml.UnsafeLoader)"
    ) == [
        "pickle",
        "shelve",
        "eval",
        "yaml.UnsafeLoader",
    ]


def test_messages_and_sessions_are_json():
    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.task_serializer == "json"
    assert app.conf.result_serializer == "json"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
