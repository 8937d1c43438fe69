"""Everything that can be said to an AM03127, for Hypothesis."""

from datetime import datetime, time

from hypothesis import strategies as st

from drivers.am03127.contents import (
    GRAPHIC_PAGES,
    Bell,
    Block,
    Colour,
    Column,
    European,
    Face,
    Moment,
    Words,
)
from drivers.am03127.packets import (
    PAGES,
    SCHEDULES,
    Addressed,
    Brightness,
    DeleteAll,
    DeletePage,
    DeleteSchedule,
    Glyph,
    Graphic,
    Lag,
    Lead,
    Level,
    Method,
    PageLine,
    RestoreGlyphs,
    RunPage,
    Schedule,
    SetAddress,
    SetClock,
    Speed,
    Style,
)

BLOCKS = st.builds(Block, st.sampled_from(GRAPHIC_PAGES), st.integers(1, 8))
LETTERS = st.characters(min_codepoint=0x20, max_codepoint=0x7F)
WORDS = st.builds(Words, st.text(LETTERS, min_size=1, max_size=40))
TAGS = st.one_of(
    BLOCKS,
    st.sampled_from([*Face, *Colour, *Moment]),
    st.builds(European, st.integers(0, 0x7F)),
    st.builds(Bell, st.integers(1, 26).map(lambda halves: halves / 2)),
    st.builds(Column, st.integers(0, 255)),
)


def _without_joints(parts):
    """Leave out words that follow words: on the wire they are one."""
    kept = []
    for part in parts:
        if not (kept and isinstance(part, Words) and isinstance(kept[-1], Words)):
            kept.append(part)
    return tuple(kept)


CONTENTS = st.lists(st.one_of(WORDS, TAGS), max_size=12).map(_without_joints)
LINES = st.builds(
    PageLine,
    st.integers(1, 8),
    st.sampled_from(PAGES),
    st.sampled_from(Lead),
    CONTENTS,
    st.builds(Method, st.sampled_from(Speed), st.sampled_from(Style)),
    st.sampled_from([0.5, *range(1, 26)]),
    st.sampled_from(Lag),
    st.booleans(),
    st.booleans(),
)
MINUTES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001 -- wall clock
    lambda at: at.replace(second=0, microsecond=0)
)
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
PAGE_LETTERS = st.text(st.sampled_from(PAGES), min_size=1, max_size=31)
LETTER = st.sampled_from(SCHEDULES)
SCHEDULED = st.one_of(
    st.builds(Schedule, LETTER, MINUTES, MINUTES, PAGE_LETTERS),
    st.builds(Schedule, LETTER, TIMES, TIMES, PAGE_LETTERS),
)
GLYPHS = st.builds(
    Glyph,
    st.sampled_from([Face.NORMAL, Face.BOLD, Face.NARROW]),
    st.integers(0, 63),
    st.binary(min_size=8, max_size=8),
)
PACKETS = st.one_of(
    st.builds(SetClock, MINUTES),
    LINES,
    SCHEDULED,
    st.builds(Graphic, BLOCKS, st.binary(min_size=64, max_size=64)),
    GLYPHS,
    st.builds(RunPage, st.sampled_from(PAGES)),
    st.builds(Brightness, st.sampled_from(Level)),
    st.builds(DeletePage, st.integers(1, 8), st.sampled_from(PAGES)),
    st.builds(DeleteSchedule, LETTER),
    st.sampled_from([DeleteAll(), RestoreGlyphs()]),
)
MESSAGES = st.one_of(
    st.builds(Addressed, st.integers(0, 255), PACKETS),
    st.builds(SetAddress, st.integers(0, 255)),
)
