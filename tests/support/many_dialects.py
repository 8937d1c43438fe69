"""A district whose every board speaks another dialect."""

from pathlib import Path

from drivers.catalogue import DIALECTS
from playlists.text.frame import Geometry

SIZE = Geometry(128, 16)
AREA = """
[[area]]
id = "khu"
name = "Khu thử"
tz = "Asia/Ho_Chi_Minh"
open = true
"""


def drawing_dialects() -> list[str]:
    """Return the dialects that carry pictures."""
    return [
        name for name, dialect in DIALECTS.items() if dialect.capabilities(dialect.site(SIZE)).route
    ]


def write_plan(path: Path) -> Path:
    """Write the district: one board for each dialect."""
    boards = [
        f"""
[[board]]
id = "bang-{name}"
name = "Bảng {name}"
area = "khu"
dialect = "{name}"
width_px = {SIZE.width_px}
height_px = {SIZE.height_px}
depth = "{DIALECTS[name].depths[0].word}"
idle = "Chào bạn"
"""
        for name in drawing_dialects()
    ]
    path.write_text(AREA + "".join(boards), "utf-8")
    return path
