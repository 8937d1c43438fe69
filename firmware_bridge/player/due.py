"""What a board is to be handed at an instant: a page that it moves by itself, or a picture."""

from dataclasses import replace
from datetime import datetime, timedelta

from drivers.ports import Capabilities
from playlists.schedule import instant
from playlists.text.fields import Moment, next_change
from playlists.text.frame import Frame
from playlists.text.scene import BLINK_LIT_MS, Entry, Motion, Page, Scene

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
    if is_native(page, able):
        return page, page_end if len(scene.pages) > 1 else None
    if page.entry_ms < able.frame_interval_ms:  # it would only delay the page
        page = replace(page, entry=Entry.CUT, entry_ms=0)
    frame = page.frame_at(into_ms, scene.geometry, scene.depth, moment=moment, where=scene.where)
    changes = _changes(page, into_ms, now, able, moment)
    if len(scene.pages) > 1 or not _is_timeless(page):
        changes.append(page_end)
    return frame, min(changes, default=None)


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
