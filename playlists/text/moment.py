"""The moment at which a scene is best looked at, when only one picture can be shown."""

from playlists.text.scene import Motion, Scene


def readable_ms(scene: Scene) -> int:
    """Return when the first page reads best: a scroll, when its first letter is at the left."""
    page = scene.pages[0]
    if page.motion is Motion.HOLD:
        return 0
    return -(-scene.geometry.width_px * 1000 // page.speed_px_s)
