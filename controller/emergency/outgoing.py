"""Our own emergencies as alerts for others: one when it begins, one when it is ended. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from lxml import etree

from controller.emergency import bulletin, cap
from controller.emergency.alert import Alert, Reference
from controller.emergency.alert import Area as Place
from controller.emergency.bulletin import Bulletin, Text
from controller.emergency.model import Emergency, Mode
from controller.errors import NotFound
from controller.model import Area
from playlists.text import markup

MAX_IN_FEED: Final = 50
CLEAR: Final = "-clear"
"""What the name of a message that ends an emergency ends in."""
_ATOM: Final = "http://www.w3.org/2005/Atom"


def document(emergency: Emergency, name: str, sender: str, areas: Sequence[Area]) -> bytes:
    """Return a message about an emergency: its alert, or under its name with CLEAR its end;
    NotFound before it was ended."""
    said = Bulletin(
        texts=tuple(_texts(emergency)),
        areas=(Place(_place(emergency, areas)),),
        expires=emergency.ends_at,
        sender_name=sender,
    )
    exercise = emergency.mode is Mode.DRILL
    sent = emergency.created_at.replace(microsecond=0)
    first = bulletin.issue(said, Reference(sender, emergency.id, sent), exercise=exercise)
    return cap.write(_end(emergency, first) if name.endswith(CLEAR) else first)


def feed(emergencies: Iterable[Emergency], sender: str, base: str, now: datetime) -> bytes:
    """Return an Atom feed of alerts; `base` is the address below which they are."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _put(root, "id", f"{base}/feed")
    _put(root, "title", f"Signcast {sender}")
    entries = [it for one in emergencies for it in _messages(one)]
    _put(root, "updated", max((at for _, _, at in entries), default=now).isoformat())
    _put(_put(root, "author", None), "name", sender)
    for name, title, at in sorted(entries, key=lambda entry: entry[2], reverse=True):
        entry = _put(root, "entry", None)
        _put(entry, "id", f"{base}/{name}.xml")
        _put(entry, "title", title)
        _put(entry, "updated", at.isoformat())
        link = _put(entry, "link", None)
        link.set("href", f"{base}/{name}.xml")
        link.set("type", "application/cap+xml")
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _messages(emergency: Emergency) -> Iterable[tuple[str, str, datetime]]:
    title = emergency.name if emergency.mode is Mode.REAL else f"DIỄN TẬP: {emergency.name}"
    yield emergency.id, title, emergency.created_at
    if emergency.cleared_at is not None:
        yield f"{emergency.id}{CLEAR}", f"{title}: hết", emergency.cleared_at


def _end(emergency: Emergency, first: Alert) -> Alert:
    if emergency.cleared_at is None:
        raise NotFound("alert", f"{emergency.id}{CLEAR}")
    sent = emergency.cleared_at.replace(microsecond=0)
    return bulletin.cancel(first, f"{emergency.id}{CLEAR}", sent)


def _texts(emergency: Emergency) -> Iterable[Text]:
    drill = emergency.mode is Mode.DRILL
    yield Text("vi-VN", emergency.name, _plain(emergency.said.shown), emergency.said.spoken)
    if emergency.english:
        headline = f"EXERCISE: {emergency.english}" if drill else emergency.english
        yield Text("en", emergency.name, headline)


def _plain(shown: str) -> str:
    """Return what is read on a board, page after page."""
    sheets = markup.parse(shown).sheets
    pages = (
        " ".join(getattr(part, "text", "") for line in sheet.lines for part in line.parts)
        for sheet in sheets
    )
    return ". ".join(" ".join(one.split()) for one in pages if one.strip())


def _place(emergency: Emergency, areas: Sequence[Area]) -> str:
    names = {f"area:{area.id}": area.name for area in areas}
    return ", ".join(names.get(target, target.partition(":")[2]) for target in emergency.targets)


def _put(parent: etree._Element, tag: str, text: str | None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{tag}")
    child.text = text
    return child
