"""The rules of the house that no tool checks."""

import ast
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from drivers.catalogue import DIALECTS
from simulator.boards.catalogue import SIGNS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "controller", "drivers", "firmware_bridge", "playlists", "simulator")


@pytest.mark.parametrize("room", ROOMS)
def test_each_name_is_ours(room):
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).parent == ROOT / room
    assert set(packages_distributions()[room]) == {"signcast"}


@pytest.mark.parametrize("room", ROOMS)
def test_packages_open_with_a_docstring_and_hold_nothing_else(room):
    for path in (ROOT / room).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        if path.parent.name != "versions":
            assert ast.get_docstring(tree), path
        if path.name == "__init__.py":
            assert len(tree.body) == 1, f"{path} is more than a docstring"


@pytest.mark.parametrize("room", ROOMS)
def test_every_folder_with_modules_is_a_package(room):
    for path in (ROOT / room).rglob("*.py"):
        assert (path.parent / "__init__.py").exists() or path.parent.name in {
            "migrations",
            "versions",
        }, path


def test_systemd_is_no_package():
    assert not (ROOT / "systemd" / "__init__.py").exists()


def test_files_stay_short_enough_to_read():
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            assert len(path.read_text("utf-8").splitlines()) <= 500, path


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_has_its_folder_its_page_and_its_sign(name):
    folder = DIALECTS[name].open.__module__.split(".")[1]
    pages = ROOT / "docs" / "protocols"
    assert find_spec(f"drivers.{folder}.codec")
    assert (pages / f"{folder}.md").exists()
    assert f"({folder}.md)" in (pages / "README.md").read_text("utf-8")
    assert name in SIGNS
