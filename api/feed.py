"""A feed for citizens as Atom (RFC 4287)."""

import hashlib
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from lxml import etree
from pydantic import BaseModel

from api.forms import In
from controller.feed import Entry, Feed
from playlists.schedule import instant
from playlists.schedule.urgency import BroadcastClass

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
_SPACE: Final = UUID("6f0f3b52-5a3f-4f43-9d0c-7d0b8a1a5f10")
"""Ours, drawn once: names under it are the same for ever, and tell nothing."""
_NEVER: Final = instant.from_text("1970-01-01T00:00:00Z")
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CLASSES: Final = {
    BroadcastClass.NORMAL: "thông thường",
    BroadcastClass.PRIORITY: "ưu tiên",
    BroadcastClass.EMERGENCY: "khẩn cấp",
}


class FeedIn(In):
    """Whether an area has a feed for everybody; null = as the area above says."""

    on: bool | None


class FeedOut(BaseModel):
    """What holds in an area, its own or inherited."""

    area: str
    on: bool
    url: str


def atom(feed: Feed, tenant: str, url: str) -> bytes:
    """Return the document; the same feed gives the same bytes."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "vi")
    _add(root, "id", uuid5(_SPACE, f"{tenant}/feed/{feed.area.id}").urn)
    _add(root, "title", f"Thông báo đã phát: {feed.area.name}")
    _add(root, "updated", instant.to_text(updated(feed)))
    _add(root, "link", rel="self", type="application/atom+xml", href=url)
    _add(_add(root, "author"), "name", feed.area.name)
    for entry in feed.entries:
        _add_entry(root, entry, tenant, ZoneInfo(feed.tz))
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def updated(feed: Feed) -> datetime:
    """Return when the newest announcement was first on."""
    return max((entry.first_at for entry in feed.entries), default=_NEVER)


def stamps(document: bytes, feed: Feed) -> dict[str, str]:
    """Return the headers by which a reader sees that it has this document."""
    return {
        "ETag": f'"{hashlib.sha256(document).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(updated(feed).replace(microsecond=0), usegmt=True),
        "Cache-Control": "public, max-age=60",
    }


def _add_entry(root: etree._Element, entry: Entry, tenant: str, zone: ZoneInfo) -> None:
    one = _add(root, "entry")
    _add(one, "id", uuid5(_SPACE, f"{tenant}/broadcast/{entry.id}").urn)
    _add(one, "title", entry.title)
    at = instant.to_text(entry.first_at)
    _add(one, "published", at)
    _add(one, "updated", at)
    kind = CLASSES[entry.broadcast_class]
    _add(one, "category", term=entry.broadcast_class.value, label=kind)
    when = entry.first_at.astimezone(zone).strftime("%H:%M ngày %d/%m/%Y")
    where = ", ".join(entry.areas)
    _add(one, "summary", f"Phát lần đầu lúc {when}. Nơi phát: {where}. Loại: {kind}.")
    _add(one, "content", entry.text, type="text")


def _add(parent: etree._Element, name: str, text: str = "", **facts: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", facts)
    if text:
        element.text = _NO_XML.sub("", text)
    return element
