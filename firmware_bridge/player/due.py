"""What a board is to be handed at an instant: a page that it moves by itself, or a picture."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from drivers.ports import Capabilities
from playlists.schedule import instant
from playlists.text.fields import Moment, next_change
from playlists.text.frame import Depth, Frame, data_bytes
from playlists.text.scene import BLINK_LIT_MS, Entry, Motion, Page, Scene
from playlists.text.scroll import Scroll
from playlists.text.strip import Strip

MAX_KEPT_BYTES: Final = 4 << 20
"""A line of some 400 letters on a board of 256x32 LEDs."""
KEPT_SCROLLS: Final = 8
"""A gateway drives a handful of boards, and each shows one line at a time."""
Picture = Frame | Page
"""What `Board.show` or `Board.scroll` takes."""


def picture(
    scene: Scene, since: datetime, now: datetime, able: Capabilities, moment: Moment | None
) -> tuple[Picture, datetime | None]:
    """Return what to hand to the driver, and when to look again; None = it stays.

    `since` is when the scene began; `moment` fills in live fields.
    """
    page, into_ms = scene.page_at(instant.ms_between(since, now))
    page_end = now + timedelta(milliseconds=page.duration_ms - into_ms)
    page = _within_reach(page, able)
    if is_native(page, able):
        return page, page_end if len(scene.pages) > 1 else None
    frame = _passing(page, into_ms, scene) or page.frame_at(
        into_ms, scene.geometry, scene.depth, moment=moment, where=scene.where
    )
    changes = _changes(page, into_ms, now, able, moment)
    if len(scene.pages) > 1 or not _is_timeless(page):
        changes.append(page_end)
    return frame, min(changes, default=None)


def _within_reach(page: Page, able: Capabilities) -> Page:
    """Leave out what the board is too slow for.

    An entry of one step would only delay the page, and what cannot go dark and come back within
    its second stands lit instead: some boards are dark all the while they receive.
    """
    if page.entry_ms < able.frame_interval_ms:
        page = replace(page, entry=Entry.CUT, entry_ms=0)
    if page.strip.blinks and able.frame_interval_ms > BLINK_LIT_MS:
        page = replace(page, strip=page.strip.steady())
    return page


def _passing(page: Page, into_ms: int, scene: Scene) -> Frame | None:
    """Return one step of a plain line that scrolls, from frames made all at once; or None.

    At 25 frames a second a line is cut some hundred times each time it passes.
    """
    board, strip = scene.geometry, page.strip
    is_plain_line = page.motion is Motion.SCROLL_LEFT and page.is_plain
    if not is_plain_line or scene.depth is not Depth.MONO or len(strip.planes) > 1:
        return None
    step = into_ms * page.speed_px_s // 1000
    frame_bytes = data_bytes(board.width_px, board.height_px, Depth.MONO)
    if (strip.width_px + board.width_px) * frame_bytes > MAX_KEPT_BYTES:
        return None
    frames = _scroll(strip, board.width_px).frames
    return Frame(board.width_px, board.height_px, frames[step].tobytes())


@lru_cache(maxsize=KEPT_SCROLLS)
def _scroll(strip: Strip, width_px: int) -> Scroll:
    return Scroll(strip.to_frame(Depth.MONO), width_px)


def is_native(page: Page, able: Capabilities) -> bool:
    """Say whether the board moves this page by itself."""
    fits = page.strip.width_px <= able.max_strip_px
    return page.motion in able.motions and fits and page.is_plain


def _is_timeless(page: Page) -> bool:
    """Say whether it does not matter when the page began."""
    return page.motion is Motion.HOLD and page.entry is Entry.CUT and not page.strip.blinks


def _changes(
    page: Page, into_ms: int, now: datetime, able: Capabilities, moment: Moment | None
) -> list[datetime]:
    """Return instants at which the page next looks different."""
    changes = []
    if page.motion is not Motion.HOLD or into_ms < page.entry_ms:
        changes.append(now + timedelta(milliseconds=able.frame_interval_ms))
    if page.strip.blinks:
        changes.append(now + timedelta(milliseconds=BLINK_LIT_MS - into_ms % BLINK_LIT_MS))
    if moment is not None:
        texts = (next_change(field.kind, field.target_s, moment.now) for field in page.fields)
        changes += [at for at in texts if at is not None]
    return changes
