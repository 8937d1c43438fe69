"""`signcast firmware`: keys, images and one board on a real line."""

import asyncio
import base64
import threading
from contextlib import contextmanager

import pytest
from firmware import FACTORY, HARDWARE, KEY, KEYS, image
from typer.testing import CliRunner

from api.cli.app import app
from drivers.bootloader import driver
from firmware_bridge.link.manifest import Image
from simulator.boards.bootloader import BoardBootloader
from simulator.lines import PtyLine

PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()


def signcast(*words):
    return CliRunner().invoke(app, ["firmware", *map(str, words)])


@pytest.fixture
def key(tmp_path):
    file = tmp_path / "maker.key"
    file.write_text(base64.b64encode(KEY.private_bytes_raw()).decode())
    return file


@contextmanager
def street(path, board):
    """A line with a board on it, in a thread of its own."""
    ready, done = threading.Event(), None
    loop = asyncio.new_event_loop()

    async def live():
        nonlocal done
        line, done = PtyLine(path), asyncio.Event()
        line.join(board.receive, lambda: None)
        await line.open()
        ready.set()
        await done.wait()
        line.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield str(path)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def board():
    return BoardBootloader(FACTORY, KEYS, lambda: 0.0, address=3)


def test_a_key_is_made_once_and_kept_private(tmp_path):
    file = tmp_path / "maker.key"
    made = signcast("keys", file)
    assert made.exit_code == 0
    assert len(base64.b64decode(made.output)) == 32
    assert file.stat().st_mode & 0o077 == 0
    secret = file.read_text()
    assert signcast("keys", file).exit_code == 2
    assert file.read_text() == secret
    assert made.output.strip() not in secret


def test_an_image_is_signed_and_shown(tmp_path, key):
    (tmp_path / "p10.bin").write_bytes(b"machine code")
    out = tmp_path / "p10.scfw"
    made = signcast(
        *("sign", tmp_path / "p10.bin", "--key", key, "--version", "1.2.0"),
        *("--hardware", HARDWARE, "--out", out),
    )
    assert (made.exit_code, "1.2.0 for p10-32x16-r2" in made.output) == (0, True)
    assert Image.read(out.read_bytes()).data == b"machine code"
    shown = signcast("show", out, "--key", PUBLIC)
    assert (shown.exit_code, "signed by" in shown.output) == (0, True)
    assert "not checked" in signcast("show", out).output
    other = base64.b64encode(bytes(range(32))).decode()
    assert signcast("show", out, "--key", other).exit_code == 1
    out.write_bytes(out.read_bytes()[:-1] + b"x")
    assert signcast("show", out, "--key", PUBLIC).exit_code == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--version": "1.2"}, "no version"),
        ({"--hardware": "P 10"}, "hardware"),
        ({"--key": "p10.bin"}, "no secret key"),
        ({"binary": "empty"}, "too-large"),
    ],
    ids=str,
)
def test_what_cannot_be_signed_is_said(tmp_path, key, change, says):
    (tmp_path / "p10.bin").write_bytes(b"machine code")
    (tmp_path / "empty").write_bytes(b"")
    options = {"--key": key, "--version": "1.2.0", "--hardware": HARDWARE, "--out": "x"} | change
    binary = tmp_path / options.pop("binary", "p10.bin")
    options["--key"] = tmp_path / options["--key"]
    options["--out"] = tmp_path / "out"
    made = signcast("sign", binary, *(word for pair in options.items() for word in pair))
    assert (made.exit_code, says in made.output) == (2, True), made.output
    assert not (tmp_path / "out").exists()


def test_a_board_is_asked_and_written(tmp_path, board):
    file = tmp_path / "new.scfw"
    file.write_bytes(image("1.1.0", 3_000).file)
    with street(tmp_path / "line", board) as port:
        asked = signcast("ask", port, "--address", 3)
        assert (asked.exit_code, "runs 1.0.0, idle" in asked.output) == (0, True)
        written = signcast("write", port, file, "--address", 3)
        assert (written.exit_code, "runs 1.1.0" in written.output) == (0, True)
        file.write_bytes(image("1.0.9").file)
        refused = signcast("write", port, file, "--address", 3)
        assert (refused.exit_code, "not-newer" in refused.output) == (1, True)
    assert str(board.running.manifest.version) == "1.1.0"


def test_an_update_that_fails_is_said_so(tmp_path, board):
    file = tmp_path / "new.scfw"
    file.write_bytes(image("1.1.0", begins=b"CRASH").file)
    with street(tmp_path / "line", board) as port:
        written = signcast("write", port, file, "--address", 3)
        assert (written.exit_code, "trial-restarts" in written.output) == (1, True)
        assert "an update failed: restarts" in signcast("ask", port, "--address", 3).output


def test_nobody_at_that_address(tmp_path, board, monkeypatch):
    monkeypatch.setattr(driver, "REPLY_TIMEOUT_S", 0.02)
    with street(tmp_path / "line", board) as port:
        asked = signcast("ask", port, "--address", 4)
    assert (asked.exit_code, "did not answer" in asked.output) == (1, True)
    assert signcast("ask", tmp_path / "nothing").exit_code == 1


def test_what_is_no_image_is_not_written(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(b"x")
    assert signcast("write", "/dev/null", file).exit_code == 2
