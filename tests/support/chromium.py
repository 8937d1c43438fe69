"""A real Chromium, driven by Playwright."""

from contextlib import contextmanager
from pathlib import Path

from parts import missing
from playwright.sync_api import sync_playwright

PROGRAM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium(*flags: str):
    """Run it as long as the block lasts."""
    if not PROGRAM.exists():
        missing("no chromium; apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=str(PROGRAM), headless=True, args=[*FLAGS, *flags]
        )
        yield running
        running.close()
