"""The moment at which a scene is best looked at, when only one picture can be shown."""

from playlists.text.scene import BLINK_LIT_MS, BLINK_PERIOD_MS, Motion, Page, Scene


def readable_ms(scene: Scene) -> int:
    """Return when the first page reads best: all there, its beginning at the edge, and lit."""
    page = scene.pages[0]
    at_ms = _all_there_ms(page, scene)
    if page.strip.blinks and at_ms % BLINK_PERIOD_MS >= BLINK_LIT_MS:
        at_ms += BLINK_PERIOD_MS - at_ms % BLINK_PERIOD_MS
    return min(at_ms, page.duration_ms - 1)


def _all_there_ms(page: Page, scene: Scene) -> int:
    """Return when a page has come; a scroll, when its first column or row is at the edge."""
    passed_px = {
        Motion.SCROLL_LEFT: scene.geometry.width_px,
        Motion.SCROLL_RIGHT: page.strip.width_px,
        Motion.SCROLL_UP: scene.geometry.height_px,
        Motion.SCROLL_DOWN: page.strip.height_px,
    }.get(page.motion)
    if passed_px is None:
        return page.entry_ms
    return -(-passed_px * 1000 // page.speed_px_s)
