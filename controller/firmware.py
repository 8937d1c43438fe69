"""Firmware files: uploaded by administrators, kept as they came, served to gateways by SHA-256.

The controller holds no firmware key and judges no signature: it looks whether a file is whole, and
gateways and boards look who signed it.
"""

import secrets
from hashlib import sha256

from controller.assets import Files
from controller.audit import record
from controller.clock import Clock
from controller.errors import BadFirmware, Forbidden, NotFound
from controller.fitting import Firmware
from controller.model import Person
from controller.store import firmware as rows
from controller.store.pages import page
from controller.store.store import Store, Tx
from firmware_bridge.errors import BadImage
from firmware_bridge.link.manifest import Image


class FirmwareShelf:
    """The firmware files of an installation."""

    def __init__(self, store: Store, clock: Clock, assets: Files) -> None:
        self._store = store
        self._clock = clock
        self._assets = assets

    def add(self, file: bytes, person: Person) -> Firmware:
        """Keep a firmware file; the same file is the same firmware. Forbidden, BadFirmware."""
        check_administrator(person)
        try:
            manifest = Image.read(file).manifest
        except BadImage as exc:
            raise BadFirmware(str(exc), reason=exc.reason, detail=exc.detail) from exc
        with self._store.read() as tx:
            known = rows.find_by_sha256(tx, sha256(file).hexdigest())
        if known is not None:
            return known
        firmware = Firmware(
            id=secrets.token_hex(8),
            version=str(manifest.version),
            hardware=manifest.hardware,
            key_id=manifest.key.hex(),
            sha256=self._assets.put(file),
            size_bytes=len(file),
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            known = rows.find_by_sha256(tx, firmware.sha256)
            if known is None:
                rows.add(tx, firmware)
                thing, after = f"firmware:{firmware.id}", firmware.sha256
                record(tx, firmware.created_at, person, "create", thing, after=after)
        return known or firmware

    def get(self, name: str) -> Firmware:
        """Return a firmware; NotFound."""
        with self._store.read() as tx:
            return existing(tx, name)

    def list(self, cursor: str | None, limit: int) -> tuple[list[Firmware], str | None]:
        """Return one page of firmware, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.listed(tx, at, count), cursor, limit)


def existing(tx: Tx, name: str) -> Firmware:
    """Return a firmware; NotFound."""
    found = rows.find(tx, name)
    if found is None:
        raise NotFound("firmware", name[:80])
    return found


def check_administrator(person: Person) -> None:
    """Raise Forbidden unless this person may change what boards run."""
    if not person.may_approve_alone:
        raise Forbidden("only administrators change firmware", action="firmware")
