"""Access: tokens, one-time sign-in codes, sessions, device secrets. No default password exists.

Every secret is 256 random bits and is stored as its SHA-256: there is nothing to guess, so slow
hashing would only slow us down.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from controller.clock import Clock
from controller.errors import NotAuthenticated
from controller.model import Person
from controller.store import credentials, places
from controller.store.store import Store, Tx

SIGN_IN_CODE_TTL: Final = timedelta(minutes=15)
SESSION_TTL: Final = timedelta(hours=12)
"""One working day; then the operator signs in again."""
_SECRET_BYTES: Final = 32

_TOKEN, _CODE, _SESSION = "token", "code", "session"


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
            return self._issue(tx, _TOKEN, name, None, alone=may_approve_alone)

    def create_sign_in_code(self, name: str, *, may_approve_alone: bool = True) -> str:
        """Return a code that opens one session, within a quarter of an hour."""
        with self._store.write() as tx:
            return self._issue(tx, _CODE, name, SIGN_IN_CODE_TTL, alone=may_approve_alone)

    def authenticate(self, token: str) -> Person:
        """Return whose token this is; NotAuthenticated when nobody's."""
        return self._person(_TOKEN, token)

    def sign_in(self, code: str) -> str:
        """Turn a code into a session; a code works once."""
        with self._store.write() as tx:
            sha256 = fingerprint(code)
            row = credentials.find(tx, _CODE, sha256, self._clock.now())
            if row is None:
                raise NotAuthenticated("the link has been used or has expired; ask for a new one")
            credentials.forget(tx, sha256)
            alone = bool(row["may_approve_alone"])
            return self._issue(tx, _SESSION, row["name"], SESSION_TTL, alone=alone)

    def session(self, session: str) -> Person:
        """Return whose session this is; NotAuthenticated when nobody's."""
        return self._person(_SESSION, session)

    def sign_out(self, session: str) -> None:
        """End a session."""
        with self._store.write() as tx:
            credentials.forget(tx, fingerprint(session))

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

    def _issue(self, tx: Tx, kind: str, name: str, ttl: timedelta | None, *, alone: bool) -> str:
        secret = new_secret()
        credentials.add(
            tx,
            kind,
            fingerprint(secret),
            name=name,
            may_approve_alone=alone,
            expires_at=None if ttl is None else self._clock.now() + ttl,
        )
        return secret

    def _person(self, kind: str, secret: str) -> Person:
        with self._store.read() as tx:
            row = credentials.find(tx, kind, fingerprint(secret), self._clock.now())
        if row is None:
            raise NotAuthenticated(f"no valid {kind} came with the request")
        return Person(row["sha256"][:12], row["name"], bool(row["may_approve_alone"]))
