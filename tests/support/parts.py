"""Parts a test may lack: skip with the reason, but never in CI."""

import os

import pytest


def missing(reason: str) -> None:
    """Skip for want of a part; with CI set nothing may be skipped, so fail."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must have every part: {reason}")
    pytest.skip(reason)
