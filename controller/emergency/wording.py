"""The words of a template: its gaps are filled, and real and rehearsed never look or sound alike.
Pure.

A real alarm opens with a page that blinks red; a drill says "DIỄN TẬP" on a page of its own and
before and after its words, stands still and is yellow; an all clear is green. Boards of one colour
show the difference in words and in blinking. A drill has a gong instead of a siren, for the siren
comes before anybody could say that it is a drill.
"""

import re
from collections.abc import Mapping
from typing import Final

from controller.emergency.model import Mode, Said, Slot, TemplateDraft
from controller.errors import Invalid
from playlists.text import markup

MAX_SLOTS: Final = 10
MAX_CHOICES: Final = 50
MAX_SLOT_CHARS: Final = 80
"""What still passes on a moving line before people have gone by."""
MAX_SHOWN_CHARS: Final = 300
MAX_SPOKEN_CHARS: Final = 1_500
REHEARSED: Final = "DIỄN TẬP"
_REHEARSED_SPOKEN: Final = "Đây là diễn tập, không phải báo động thật."
_GAP: Final = re.compile(r"\{([^{}]*)\}")
_SLOT_NAME: Final = re.compile(r"\w{1,32}")
_DRILL_CHIME: Final = "gong"


def check(draft: TemplateDraft) -> None:
    """Raise Invalid where gaps and slots do not go together, or there are too many words."""
    _check_slots(draft.slots)
    known = {slot.name for slot in draft.slots}
    used: set[str] = set()
    for field, said in (("alarm", draft.alarm), ("all_clear", draft.all_clear)):
        if said is not None:
            used |= _gaps(field, said)
    if used - known:
        raise _invalid("slots", f"{{{min(used - known)}}} is no slot of the template")
    if known - used:
        raise _invalid("slots", f"{{{min(known - used)}}} stands nowhere in the words")


def filled(said: Said, slots: tuple[Slot, ...], values: Mapping[str, str]) -> Said:
    """Return the words with every gap filled; Invalid names the slot that cannot be."""
    if strange := sorted(values.keys() - {slot.name for slot in slots}):
        raise _invalid(f"slots.{strange[0][:40]}", "there is no such slot")
    told = {slot.name: _value(slot, values.get(slot.name, "")) for slot in slots}
    shown = _GAP.sub(lambda gap: markup.escape(told[gap[1]]), said.shown)
    return Said(shown, _GAP.sub(lambda gap: told[gap[1]], said.spoken))


def alarm(said: Said, mode: Mode) -> Said:
    """Return what is shown and said when it is pressed."""
    if mode is Mode.DRILL:
        return _rehearsed(said)
    return Said(f"[đỏ][nháy trang]KHẨN CẤP[trang]{said.shown}", said.spoken)


def all_clear(said: Said, mode: Mode) -> Said:
    """Return what is shown and said when it is over."""
    return _rehearsed(said) if mode is Mode.DRILL else Said(f"[xanh]{said.shown}", said.spoken)


def chime_of(draft: TemplateDraft, mode: Mode) -> str:
    """Return what is heard before the words of an alarm."""
    return _DRILL_CHIME if mode is Mode.DRILL else draft.chime


def _rehearsed(said: Said) -> Said:
    return Said(
        f"[vàng]{REHEARSED}[trang]{REHEARSED}: {said.shown} [vàng]{REHEARSED}",
        f"{_REHEARSED_SPOKEN} {said.spoken} {_REHEARSED_SPOKEN}",
    )


def _check_slots(slots: tuple[Slot, ...]) -> None:
    if len(slots) > MAX_SLOTS or len({slot.name for slot in slots}) != len(slots):
        raise _invalid("slots", f"at most {MAX_SLOTS}, each with a name of its own")
    for slot in slots:
        field = f"slots.{slot.name[:40]}"
        if not _SLOT_NAME.fullmatch(slot.name):
            raise _invalid(field, "a name is 1 to 32 letters and digits, without spaces")
        if not 1 <= slot.max_chars <= MAX_SLOT_CHARS:
            raise _invalid(field, f"max_chars is 1 to {MAX_SLOT_CHARS}")
        if len(slot.choices) > MAX_CHOICES or any(not _is_short(one) for one in slot.choices):
            reason = f"at most {MAX_CHOICES} choices of 1 to {MAX_SLOT_CHARS} characters"
            raise _invalid(field, reason)


def _gaps(field: str, said: Said) -> set[str]:
    limits = (("shown", said.shown, MAX_SHOWN_CHARS), ("spoken", said.spoken, MAX_SPOKEN_CHARS))
    for part, text, limit in limits:
        if not 0 < len(text.strip()) <= limit:
            raise _invalid(f"{field}.{part}", f"1 to {limit} characters")
        if "{" in _GAP.sub("", text) or "}" in _GAP.sub("", text):
            raise _invalid(f"{field}.{part}", "a brace stands alone; a slot is written {name}")
    # The words of a drill stand on one page, so that none of them is seen without its mark.
    if len(markup.parse(_GAP.sub("x", said.shown)).sheets) > 1:
        raise _invalid(f"{field}.shown", "one page; take [trang] away")
    return {gap[1] for text in (said.shown, said.spoken) for gap in _GAP.finditer(text)}


def _value(slot: Slot, value: str) -> str:
    field = f"slots.{slot.name}"
    value = " ".join(value.split())
    if slot.choices:
        if value not in slot.choices:
            raise _invalid(field, f"one of: {', '.join(slot.choices)}")
    elif not 0 < len(value) <= slot.max_chars or not value.isprintable():
        raise _invalid(field, f"1 to {slot.max_chars} characters")
    return value


def _is_short(text: str) -> bool:
    return 0 < len(text) <= MAX_SLOT_CHARS and text == " ".join(text.split())


def _invalid(field: str, reason: str) -> Invalid:
    return Invalid(reason, field=field, reason=reason)
