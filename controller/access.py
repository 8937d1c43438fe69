"""Access: tokens, one-time sign-in codes, sessions, device secrets. No default password exists.

Every secret is 256 random bits and is stored as its SHA-256: there is nothing to guess, so slow
hashing would only slow us down.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Final, Protocol

from controller.audit import SYSTEM, content_of, record
from controller.chain import How
from controller.clock import Clock
from controller.errors import NotAuthenticated
from controller.model import Level, Person, Station
from controller.store import audit, credentials, places
from controller.store.store import Store, Tx

SIGN_IN_CODE_TTL: Final = timedelta(minutes=15)
SESSION_TTL: Final = timedelta(hours=12)
"""One working day; then the operator signs in again."""
_SECRET_BYTES: Final = 32
_ID_CHARS: Final = 12


class _Row(Protocol):
    """A credential as the store hands it out."""

    def __getitem__(self, name: str, /) -> Any: ...


REFUSALS_PER_H: Final = 30
"""Failed sign-ins that are entered in the audit log: nobody shall fill a disk by knocking."""
_HOUR: Final = timedelta(hours=1)
_REFUSED: Final = "refuse-sign-in"

_TOKEN, _CODE, _SESSION = How.TOKEN.value, How.CODE.value, How.SESSION.value


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def fingerprint(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Access:
    """Says who is asking."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create_token(self, name: str, *, may_approve_alone: bool) -> str:
        """Return a new token of a person; it is shown once and never stored."""
        with self._store.write() as tx:
            token = self._issue(tx, _TOKEN, name, None, alone=may_approve_alone)
            self._enter_issue(tx, _TOKEN, token, name, alone=may_approve_alone)
        return token

    def create_station_token(self, station: Station, person: Person) -> str:
        """Return a new token of a higher level's station, made by a person; it relays, no more."""
        with self._store.write() as tx:
            token = self._issue(tx, _TOKEN, station.name, None, alone=False, level=station.level)
            thing = _named(_TOKEN, fingerprint(token))
            record(tx, self._clock.now(), person, "issue", thing, after=content_of(station))
        return token

    def create_sign_in_code(self, name: str, *, may_approve_alone: bool = True) -> str:
        """Return a code that opens one session, within a quarter of an hour."""
        with self._store.write() as tx:
            code = self._issue(tx, _CODE, name, SIGN_IN_CODE_TTL, alone=may_approve_alone)
            self._enter_issue(tx, _CODE, code, name, alone=may_approve_alone)
        return code

    def authenticate(self, token: str) -> Person:
        """Return whose token this is; NotAuthenticated when nobody's."""
        return self._person(_TOKEN, token)

    def sign_in(self, code: str, address: str = "") -> str:
        """Turn a code into a session; a code works once. `address` is where the request is from."""
        sha256, now = fingerprint(code), self._clock.now()
        with self._store.write() as tx:
            row = credentials.find(tx, _CODE, sha256, now)
            if row is not None:
                credentials.forget(tx, sha256)
                person = _person_of(row, address)
                alone = person.may_approve_alone
                session = self._issue(tx, _SESSION, person.name, SESSION_TTL, alone=alone)
                record(tx, now, person, "sign-in", _named(_SESSION, fingerprint(session)))
                return session
            self._enter_refusal(tx, address)
        raise NotAuthenticated("the link has been used or has expired; ask for a new one")

    def session(self, session: str) -> Person:
        """Return whose session this is; NotAuthenticated when nobody's."""
        return self._person(_SESSION, session)

    def sign_out(self, session: str, address: str = "") -> None:
        """End a session; there may be none."""
        sha256, now = fingerprint(session), self._clock.now()
        with self._store.write() as tx:
            row = credentials.find(tx, _SESSION, sha256, now)
            if row is not None:
                credentials.forget(tx, sha256)
                record(tx, now, _person_of(row, address), "sign-out", _named(_SESSION, sha256))

    def authenticate_device(self, secret: str) -> str:
        """Return which device has this secret; NotAuthenticated when none has."""
        with self._store.read() as tx:
            device = places.device_by_secret(tx, fingerprint(secret))
        if device is None:
            raise NotAuthenticated("no device has this secret")
        return device

    def forget_expired(self) -> None:
        """Drop codes and sessions that have expired."""
        with self._store.write() as tx:
            credentials.forget_expired(tx, self._clock.now())

    def nobody_yet(self) -> bool:
        """Say whether this installation has never issued a credential."""
        with self._store.read() as tx:
            return credentials.count(tx) == 0

    def _issue(
        self,
        tx: Tx,
        kind: str,
        name: str,
        ttl: timedelta | None,
        *,
        alone: bool,
        level: Level | None = None,
    ) -> str:
        secret = new_secret()
        credentials.add(
            tx,
            kind,
            fingerprint(secret),
            name=name,
            may_approve_alone=alone,
            level=None if level is None else level.value,
            expires_at=None if ttl is None else self._clock.now() + ttl,
        )
        return secret

    def _enter_issue(self, tx: Tx, kind: str, secret: str, name: str, *, alone: bool) -> None:
        after = content_of({"name": name, "may_approve_alone": alone})
        thing = _named(kind, fingerprint(secret))
        record(tx, self._clock.now(), SYSTEM, "issue", thing, after=after)

    def _enter_refusal(self, tx: Tx, address: str) -> None:
        now = self._clock.now()
        if audit.count_since(tx, _REFUSED, now - _HOUR, REFUSALS_PER_H) < REFUSALS_PER_H:
            nobody = Person("", "", may_approve_alone=False, how=How.NOBODY, address=address)
            record(tx, now, nobody, _REFUSED, "session:")

    def _person(self, kind: str, secret: str) -> Person:
        with self._store.read() as tx:
            row = credentials.find(tx, kind, fingerprint(secret), self._clock.now())
        if row is None:
            raise NotAuthenticated(f"no valid {kind} came with the request")
        return _person_of(row)


def _person_of(row: _Row, address: str = "") -> Person:
    alone, how = bool(row["may_approve_alone"]), How(row["kind"])
    station = None if row["level"] is None else Station(Level(row["level"]), row["name"])
    return Person(row["sha256"][:_ID_CHARS], row["name"], alone, how, address, station)


def _named(kind: str, sha256: str) -> str:
    """Return what the audit log calls a credential: never enough to use it."""
    return f"{kind}:{sha256[:_ID_CHARS]}"
