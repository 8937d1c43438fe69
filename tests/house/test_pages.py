"""What the documents say of tests is true: each test they name is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w/.…-]+\.(?:py|txt))?(?:::(\w+))?`")


def test_every_test_that_the_acceptance_page_names_is_there():
    folder, count = Path(), 0
    before = folder
    for path, test in NAMED.findall((ROOT / "docs/acceptance-sound.md").read_text("utf-8")):
        if path:
            before = before.parent / Path(path).name if path.startswith("…") else Path(path)
        if not (path or test):
            continue
        file = ROOT / "tests" / before
        assert file.exists(), f"{before} is named, and is not there"
        assert not test or f"def {test}(" in file.read_text("utf-8"), f"{before}::{test}"
        count += 1
    assert count > 40
