"""Relays: stations of a higher level that loudspeakers receive by themselves."""

import secrets
from typing import Final
from urllib.parse import urlsplit

from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import ControllerError, Invalid, NotFound
from controller.library import Library
from controller.live.model import Content, Relay, RelayDraft
from controller.model import DeviceKind, Person
from controller.names import checked_name
from controller.store import live as rows
from controller.store.pages import page
from controller.store.store import Store
from playlists.schedule.asset import is_stream_url

PATIENCE_RANGE_S: Final = (3, 600)
"""Shorter is any hiccup of a line, longer than ten minutes is nobody's patience with silence."""


class NoStreamAddress(ControllerError):
    """An address that no stream can come from. Fact: `url`."""

    code = "no-stream-address"


class Relays:
    """The stations of a site."""

    def __init__(self, store: Store, clock: Clock, library: Library) -> None:
        self._store = store
        self._clock = clock
        self._library = library

    def create(self, draft: RelayDraft, person: Person) -> Relay:
        """Keep a station. Nobody calls it: it may be down now and up at its time.

        Raises Invalid, NoStreamAddress, NotFound (what replaces it).
        """
        _check_address(draft.url)
        least, most = PATIENCE_RANGE_S
        if not least <= draft.patience_s <= most:
            raise Invalid("no patience", field="patience_s", reason=f"{least} to {most}")
        if draft.fallback is not None:
            self._check_fallback(draft.fallback)
        relay = Relay(
            name=checked_name(draft.name),
            url=draft.url,
            patience_s=draft.patience_s,
            fallback=draft.fallback,
            id=secrets.token_hex(8),
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            rows.add_relay(tx, relay)
            after = content_of(relay)
            record(tx, relay.created_at, person, "create", f"relay:{relay.id}", after=after)
        return relay

    def get(self, name: str) -> Relay:
        """Return a station; NotFound."""
        with self._store.read() as tx:
            found = rows.relay(tx, name)
        if found is None:
            raise NotFound("relay", name[:80])
        return found

    def list(self, cursor: str | None, limit: int) -> tuple[list[Relay], str | None]:
        """Return one page of stations, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.relays(tx, at, count), cursor, limit)

    def _check_fallback(self, fallback: Content) -> None:
        if self._library.device_kind(fallback.kind) is not DeviceKind.SPEAKER:
            raise Invalid("not to be heard", field="fallback.kind", reason="a sound is needed")
        self._library.check_sound(fallback.kind, fallback.id)


def _check_address(url: str) -> None:
    """Raise unless a stream may come from there: the web, never the controller itself."""
    try:
        parts = urlsplit(url)
        may_be = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        may_be = False
    if not may_be or not is_stream_url(url) or " " in url:
        raise NoStreamAddress("no stream comes from there", url=url[:120])
