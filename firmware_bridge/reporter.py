"""The as-run journal of one device: append-only, synced, readable after any power cut.

Lines of a CRC-32 and JSON. An entry gets its sequence number when it ends, so that numbers have no
holes while something long is still on. What was started once is remembered here, so a sound
never airs twice.
"""

import json
import logging
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from firmware_bridge import disk
from firmware_bridge.aired import Aired, facts_of
from firmware_bridge.errors import LinkWireError
from firmware_bridge.link.messages import AsRun, EndReason, Where
from playlists.errors import BadBytes
from playlists.schedule import instant
from playlists.schedule.plan import Item
from playlists.schedule.sessions import Airing

logger = logging.getLogger(__name__)

ALIVE_EVERY: Final = timedelta(seconds=10)
"""How exactly the end of something is known that a power cut ended."""
REMEMBER_FOR: Final = timedelta(days=1)
"""An occurrence may be forgotten so long after its end: no arbiter lets it on again."""
MAX_JOURNAL_BYTES: Final = 256 << 10
"""Beyond this the journal is written anew with what still matters."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Something that is on now."""

    facts: Mapping[str, str]
    began_at: datetime


class Reporter:
    """The journal and what follows from it. Every method returns after the line is on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: dict[int, _Open] = {}
        self._pending: dict[int, AsRun] = {}
        self._known: dict[str, datetime] = {}
        self._aired = Aired()
        self._last_seq = 0
        self._stored_seq = 0
        self._last_mark = 0
        self._last_instant: datetime | None = None
        self._beat: datetime | None = None
        self._listener: Callable[[], None] = _nobody
        self._where: Callable[[], Where | None] = _nowhere
        for line in _lines(path):
            self._replay(line)
        self._close_after_power_cut()
        self._rewrite()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this whenever an entry is finished."""
        self._listener = listener

    def tell_where(self, where: Callable[[], Where | None]) -> None:
        """Ask this where the unit is, whenever something begins or ends; None = nobody knows."""
        self._where = where

    def begin(self, item: Item, at: datetime) -> int:
        """Note that something is on from `at`; return the mark that `end` asks for."""
        self._last_mark += 1
        facts = {**_item_facts(item), **self._here()}
        self._write("begin", at, mark=self._last_mark, item=facts)
        self._began(self._last_mark, facts, at)
        return self._last_mark

    def end(self, mark: int, at: datetime, reason: EndReason, detail: str = "") -> AsRun:
        """Note why and when it ended; return the finished entry."""
        here = self._here()
        self._write("end", at, mark=mark, reason=reason.value, detail=detail, **here)
        return self._ended(mark, at, reason, detail, here)

    def never(self, item: Item, at: datetime, reason: EndReason, detail: str = "") -> AsRun:
        """Note that something due was never on, and will not be."""
        facts = _item_facts(item)
        here = self._here()
        self._write("never", at, item=facts, reason=reason.value, detail=detail, **here)
        return self._finish(facts, None, at, reason, detail, here)

    def alive(self, at: datetime) -> None:
        """Note that we live; cheap to call often."""
        if self._open and (self._beat is None or abs(at - self._beat) >= ALIVE_EVERY):
            self._beat = at
            self._write("alive", at)

    def started(self, occurrence: str) -> bool:
        """Say whether an occurrence was ever begun, or given up for good."""
        return occurrence in self._known

    def started_any(self, prefix: str) -> bool:
        """Say the same of any occurrence whose name begins so."""
        return any(name.startswith(prefix) for name in self._known)

    def aired(self, zone: str = "") -> list[Airing]:
        """Return the newest sounds that were heard, for the hours policy to count: those of no
        zone, and of one."""
        return self._aired.airings(zone)

    def pending(self) -> list[AsRun]:
        """Return the finished entries that the controller has not confirmed, in order."""
        return list(self._pending.values())

    def stored(self, seq: int) -> None:
        """Forget the entries that the controller holds; numbers of the future are ignored."""
        if self._stored_seq < seq <= self._last_seq:
            self._append({"do": "stored", "seq": seq})
            self._forget_up_to(seq)
            if self._size_bytes() > MAX_JOURNAL_BYTES:
                self._rewrite()

    def continue_after(self, seq: int) -> None:
        """Never use a sequence number up to `seq`: the controller has entries under them."""
        if seq > self._last_seq:
            self._append({"do": "floor", "seq": seq})
            self._last_seq = seq

    def _began(self, mark: int, facts: Mapping[str, str], at: datetime) -> None:
        self._know(facts)
        self._open[mark] = _Open(facts, at)
        self._aired.begin(mark, facts, at)
        self._last_mark = max(self._last_mark, mark)

    def _here(self) -> dict[str, str]:
        where = self._where()
        return {} if where is None else {"lat": f"{where[0]:.6f}", "lon": f"{where[1]:.6f}"}

    def _ended(
        self, mark: int, at: datetime, reason: EndReason, detail: str, here: Mapping[str, Any]
    ) -> AsRun:
        one = self._open.pop(mark)
        self._aired.end(mark, at, reason)
        return self._finish(one.facts, one.began_at, at, reason, detail, here)

    def _finish(  # noqa: PLR0917 -- the facts of one line
        self,
        facts: Mapping[str, str],
        started_at: datetime | None,
        ended_at: datetime,
        reason: EndReason,
        detail: str,
        here: Mapping[str, Any],
    ) -> AsRun:
        self._know(facts)
        entry = AsRun(
            seq=self._last_seq + 1,
            broadcast=facts["broadcast"],
            occurrence=facts["occurrence"],
            asset=facts["asset"],
            planned_at=instant.from_text(facts["start"]),
            started_at=started_at,
            ended_at=ended_at,
            end_reason=reason,
            detail=detail,
            started_where=_where(facts),
            ended_where=_where(here),
        )
        self._last_seq = entry.seq
        self._pending[entry.seq] = entry
        self._listener()
        return entry

    def _know(self, facts: Mapping[str, str]) -> None:
        self._known[facts["occurrence"]] = instant.from_text(facts["end"])

    def _forget_up_to(self, seq: int) -> None:
        self._stored_seq = max(self._stored_seq, seq)
        self._pending = {number: one for number, one in self._pending.items() if number > seq}

    def _close_after_power_cut(self) -> None:
        for mark, one in sorted(self._open.items()):
            last_known = max(one.began_at, self._last_instant or one.began_at)
            self._ended(mark, last_known, EndReason.POWER_LOST, "", {})

    def _replay(self, line: bytes) -> None:
        """Take one line of an earlier life; one that has rotted or was torn is passed over."""
        checksum, _, text = line.partition(b" ")
        if checksum != _checksum(text):
            logger.warning("%s: a line is unreadable", self._path)
            return
        try:
            self._apply(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError, BadBytes, LinkWireError) as exc:
            logger.warning("%s: a line makes no sense: %s", self._path, exc)

    def _apply(self, doc: Mapping[str, Any]) -> None:
        kind = doc["do"]
        at = instant.from_text(doc["at"]) if "at" in doc else None
        if at is not None:
            self._last_instant = at
        if kind == "begin" and at is not None:
            self._began(int(doc["mark"]), doc["item"], at)
        elif kind == "end" and at is not None:
            self._ended(int(doc["mark"]), at, EndReason(doc["reason"]), str(doc["detail"]), doc)
        elif kind == "never" and at is not None:
            self._finish(doc["item"], None, at, EndReason(doc["reason"]), str(doc["detail"]), doc)
        elif kind == "stored":
            self._forget_up_to(int(doc["seq"]))
        elif kind == "floor":
            self._last_seq = max(self._last_seq, int(doc["seq"]))
        elif kind == "kept":
            self._restore(doc)

    def _restore(self, doc: Mapping[str, Any]) -> None:
        """Take the summary at the top of a journal that was written anew."""
        known = {name: instant.from_text(end) for name, end in doc["known"].items()}
        entries = [AsRun.decode(json.dumps(entry).encode()) for entry in doc["pending"]]
        last_seq, stored_seq = int(doc["last_seq"]), int(doc["stored_seq"])
        self._known, self._pending = known, {entry.seq: entry for entry in entries}
        self._last_seq, self._stored_seq = last_seq, stored_seq
        self._aired.restore(doc.get("aired", []))

    def _rewrite(self) -> None:
        """Write the journal anew, with what still matters."""
        if self._last_instant is not None:
            horizon = self._last_instant - REMEMBER_FOR
            self._known = {name: end for name, end in self._known.items() if end > horizon}
        kept = {
            "do": "kept",
            "last_seq": self._last_seq,
            "stored_seq": self._stored_seq,
            "known": {name: instant.to_text(end) for name, end in self._known.items()},
            "aired": self._aired.to_json(),
            "pending": [json.loads(entry.encode()) for entry in self._pending.values()],
        }
        begun = [_begin_line(mark, one) for mark, one in self._open.items()]
        try:
            disk.write_whole(self._path, b"".join(map(_line, [kept, *begun])))
        except OSError:
            logger.exception("%s cannot be written; as-run entries may be lost", self._path)

    def _write(self, kind: str, at: datetime, **facts: object) -> None:
        self._last_instant = at
        self._append({"do": kind, "at": instant.to_text(at), **facts})

    def _append(self, document: Mapping[str, object]) -> None:
        """Add a line. A disk that fails must not silence the district: we go on from memory."""
        try:
            with self._path.open("ab") as file:
                file.write(_line(document))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            logger.exception("%s cannot be written; as-run entries may be lost", self._path)

    def _size_bytes(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0


def _nobody() -> None:
    """Hear nothing."""


def _nowhere() -> None:
    """Know of no place: most loudspeakers never move."""


def _where(facts: Mapping[str, Any]) -> Where | None:
    if "lat" not in facts or "lon" not in facts:
        return None
    return float(facts["lat"]), float(facts["lon"])


def _lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().split(b"\n") if line]
    except FileNotFoundError:
        return []
    except OSError as exc:
        logger.warning("%s is lost: %s", path, exc)
        return []


def _line(document: Mapping[str, object]) -> bytes:
    """Spell a line with its break in front: what a power cut tore off never joins the next."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return b"\n" + _checksum(text) + b" " + text


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)


def _begin_line(mark: int, one: _Open) -> dict[str, object]:
    at = instant.to_text(one.began_at)
    return {"do": "begin", "at": at, "mark": mark, "item": dict(one.facts)}


def _item_facts(item: Item) -> dict[str, str]:
    return {
        "broadcast": item.broadcast,
        "occurrence": item.occurrence,
        "asset": item.asset.sha256,
        "start": instant.to_text(item.start),
        "end": instant.to_text(item.end),
        **facts_of(item),
    }
