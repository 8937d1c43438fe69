"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from parts import missing

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "signcast",
    deadline=None,  # timings never decide a test
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", settings.get_profile("signcast"), max_examples=10_000)
settings.load_profile("nightly" if os.environ.get("SIGNCAST_NIGHTLY") else "signcast")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of golden vectors and samples that stands beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        missing("no folder 'shared' beside the repository")
    return folder
