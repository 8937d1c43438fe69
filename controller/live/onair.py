"""On air: the pages that run now. Whatever becomes of a microphone, each of them ends."""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from controller.audit import SYSTEM
from controller.clock import Clock
from controller.errors import ControllerError
from controller.hub import bell
from controller.live.model import Page, PageDraft, Reason
from controller.live.pages import PageOver, Pages, check_may_steer
from controller.live.session import Seconds, Session
from controller.live.tape import Tapes
from controller.model import Person
from controller.store.store import Store

MAX_PAGES: Final = 8
"""Each has a process of its own and its share of a core; a district has fewer microphones."""
MAX_SOCKETS: Final = 4
"""Microphones of one person that are connected, or try to be."""
LOOK_EVERY_S: Final = 0.25

logger = logging.getLogger(__name__)


class BoothsTaken(ControllerError):
    """As many pages are on air as may be. Fact: `limit`."""

    code = "booths-taken"


class TooManySockets(ControllerError):
    """One person tries to connect too many microphones. Fact: `limit`."""

    code = "too-many-sockets"


class OnAir:
    """The pages of one controller, in one event loop."""

    def __init__(
        self,
        pages: Pages,
        store: Store,
        clock: Clock,
        tapes: Tapes,
        seconds: Seconds = time.monotonic,
    ) -> None:
        self._pages = pages
        self._store = store
        self._clock = clock
        self._tapes = tapes
        self._seconds = seconds
        self._sessions: dict[str, Session] = {}
        self._beginning: dict[str, asyncio.Event] = {}
        """Pages whose plans may be on their way already, and whose sessions are not there yet."""
        self._ending: dict[str, asyncio.Task[Page]] = {}
        self._sockets: dict[str, int] = {}
        self._changed = False
        self._tending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """End what an earlier run left open, and begin to watch; call inside the running loop."""
        await asyncio.to_thread(self._pages.end_left_open)
        self._store.on_commit(bell(self._look_again))
        self._tending = asyncio.create_task(self._tend(), name="pages")

    async def close(self) -> None:
        """End every page."""
        if self._tending is not None:
            self._tending.cancel()
        endings = [self._end(session, Reason.STOPPED) for session in self._sessions.values()]
        await asyncio.gather(*endings, *self._ending.values(), return_exceptions=True)

    async def begin(self, draft: PageDraft, person: Person) -> Page:
        """Let somebody speak from now on; raises as `Pages.begin`, BoothsTaken, BoothFailed."""
        if len(self._sessions) + len(self._beginning) >= MAX_PAGES:
            raise BoothsTaken("every booth is taken", limit=MAX_PAGES)
        name = secrets.token_hex(8)
        self._beginning[name] = asyncio.Event()
        try:
            page = await asyncio.to_thread(self._pages.begin, name, draft, person)
            tape = self._tapes.begin(page.id)
            session = Session(page, draft.max_s, tape, self._seconds)
            self._sessions[page.id] = session
        finally:
            self._beginning.pop(name).set()
        try:
            await session.open()
        except BaseException:
            await self._end(session, Reason.FAULT)
            raise
        return page

    async def release(self, name: str, person: Person) -> Page:
        """End a page; whoever made it may, and who may approve. Ending twice is ending once."""
        page = await asyncio.to_thread(self._pages.get, name)
        check_may_steer(page, person)
        session = self._sessions.get(name)
        if session is not None:
            return await self._end(session, Reason.RELEASED, person)
        now = self._clock.now()
        return await asyncio.to_thread(self._pages.end, name, Reason.RELEASED, now, person)

    async def join(self, page: Page) -> Session:
        """Return a page as soon as it is on air: units hear of it before it is; PageOver."""
        if page.id in self._beginning:
            await self._beginning[page.id].wait()
        return self.session(page)

    def session(self, page: Page) -> Session:
        """Return a page that is on air; PageOver."""
        session = self._sessions.get(page.id)
        if session is None or session.reason is not None:
            reason = session.reason if session is not None else page.reason
            raise PageOver("it is over", name=page.name, reason=reason or Reason.FAULT)
        return session

    @contextmanager
    def socket(self, person: Person) -> Iterator[None]:
        """Count a person's microphones as long as the block lasts; TooManySockets."""
        count = self._sockets.get(person.name, 0)
        if count >= MAX_SOCKETS:
            raise TooManySockets("that many at once", limit=MAX_SOCKETS)
        self._sockets[person.name] = count + 1
        try:
            yield
        finally:
            self._sockets[person.name] -= 1
            if not self._sockets[person.name]:
                del self._sockets[person.name]

    async def look(self) -> None:
        """End the pages whose time has come."""
        revoked: dict[str, Reason] = {}
        if self._changed and self._sessions:
            self._changed = False
            revoked = await asyncio.to_thread(self._pages.revoked, list(self._sessions))
        for name, session in list(self._sessions.items()):
            reason = revoked.get(name) or session.verdict()
            if reason is not None and session.reason is None:
                self._ending_of(session, reason, SYSTEM)

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except Exception:  # one look that failed must not leave microphones open
                logger.exception("looking after the pages failed")

    def _look_again(self) -> None:
        self._changed = True

    async def _end(self, session: Session, reason: Reason, person: Person = SYSTEM) -> Page:
        return await asyncio.shield(self._ending_of(session, reason, person))

    def _ending_of(self, session: Session, reason: Reason, person: Person) -> asyncio.Task[Page]:
        name = session.page.id
        if name not in self._ending:
            session.reason = reason
            self._ending[name] = asyncio.create_task(self._ended(session, reason, person))
        return self._ending[name]

    async def _ended(self, session: Session, reason: Reason, person: Person) -> Page:
        name, at = session.page.id, self._clock.now()
        try:
            await session.close()
            return await asyncio.to_thread(self._pages.end, name, reason, at, person)
        finally:
            session.over.set()
            del self._sessions[name], self._ending[name]
