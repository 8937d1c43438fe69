"""Real office prose, sentence by sentence, over a real pseudo-terminal, against an independent
rendering of the same glyphs."""

import asyncio
import re
import threading
import time
from concurrent.futures import Future

import pytest
import reference

from drivers.am03127.driver import Am03127, max_strip_px
from drivers.dialect import Site
from drivers.transport.serial import SerialLink
from playlists.text import raster
from playlists.text.document import Document, Line, Sheet, Words
from playlists.text.frame import Depth, Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Style, lay_out
from playlists.text.scene import Motion
from simulator.boards.am03127 import Am03127Sign
from simulator.boards.wired import WiredBoard
from simulator.lines import PtyLine

GEOMETRY = Geometry(192, 32)
SITE = Site(GEOMETRY, Depth.MONO, address=1)
SLOT = 3
END_OF_SENTENCE = re.compile(r"(?<=[.:;!?])\s+")


@pytest.fixture
def board(tmp_path):
    """A simulated board that lives in an event loop on a thread of its own."""
    sign = Am03127Sign(SITE, time.monotonic)
    simulated = WiredBoard("bang", "am03127", sign, PtyLine(tmp_path / "line"))
    ready: Future[asyncio.AbstractEventLoop] = Future()

    async def live():
        task = asyncio.ensure_future(simulated.run())
        await asyncio.sleep(0)
        ready.set_result((asyncio.get_running_loop(), task))
        await asyncio.gather(task, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    loop, task = ready.result(10)
    yield simulated
    loop.call_soon_threadsafe(task.cancel)
    thread.join(10)


def sentences(shared_dir):
    text = (shared_dir / "samples" / "ke-hoach-trich.txt").read_text("utf-8")
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    return [one for paragraph in paragraphs for one in END_OF_SENTENCE.split(paragraph)]


def test_every_sentence_arrives_pixel_for_pixel(shared_dir, board):
    spoken = sentences(shared_dir)
    assert len(spoken) >= 30
    driver = Am03127(SerialLink(board.link), SITE)
    standing = scrolling = 0
    for sentence in spoken:
        text = normalise(sentence).text
        strip_px = max_strip_px(GEOMETRY.height_px)
        document = Document((Sheet((Line((Words(text),)),)),))
        setting = lay_out(document, GEOMETRY, Style(font=SLOT), max_strip_px=strip_px)
        told = []
        for page in raster.scene(setting).pages:
            if page.motion is Motion.HOLD:
                driver.show(page.strip.to_frame(Depth.MONO))
            else:
                driver.scroll(page)
            decoded = board.sign.strip()
            if page.motion is Motion.HOLD:
                lines = reference.wrap(text, SLOT, GEOMETRY.width_px)
                assert decoded.to_text() == reference.board(lines, SLOT, 192, 32)
                assert board.frame() == decoded
                told = text.split()
                standing += 1
            else:
                told += one_strip(text.split()[len(told) :], decoded)
                scrolling += 1
        assert told == text.split(), "no word is lost between pages"
    driver.close()
    assert standing > 5
    assert scrolling > 20


def one_strip(words, decoded):
    """Return the words a strip shows: the longest run of them that it holds, drawn exactly."""
    limit_px = max_strip_px(GEOMETRY.height_px)
    count = 1
    while count < len(words) and reference.width(" ".join(words[: count + 1]), SLOT) <= limit_px:
        count += 1
    expected = reference.strip(" ".join(words[:count]), SLOT, GEOMETRY.height_px).split("\n")
    drawn = decoded.to_text().split("\n")
    width_px = len(expected[0])
    assert [row[:width_px] for row in drawn] == expected
    assert all(set(row[width_px:]) <= {"."} for row in drawn), "padding is dark"
    return words[:count]
