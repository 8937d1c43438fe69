"""Virtual time for one asyncio process: when nobody has anything to do, it is later.

    run(a_day())
        │
        ▼
    VirtualLoop      ready? do it. Nothing ready? Time jumps to the next timer.
        │            No timer either? `Standstill` says who waits for what.
        ├── VirtualClock   the gateway's `Clock`: wall-clock time, counted from an instant
        └── InlineHand     the gateway's `Hand`: work is done at once, and takes as long as it says

The same input gives the same order, always: there are no threads, no sockets and no other clock.
Who asks for one of those is refused by name, for a loop whose time jumps cannot wait for them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from threading import get_ident
from typing import Any, Final, NoReturn, TypeVar

from simulator.errors import NotVirtual, Standstill

T = TypeVar("T")

RESOLUTION_S: Final = 1e-7
"""Finer than instants are, coarser than a float's steps for the first 28 years: a timer that is due
must count as due."""
_REAL: Final = (
    "add_reader",
    "add_signal_handler",
    "add_writer",
    "connect_accepted_socket",
    "connect_read_pipe",
    "connect_write_pipe",
    "create_connection",
    "create_datagram_endpoint",
    "create_server",
    "create_unix_connection",
    "create_unix_server",
    "getaddrinfo",
    "getnameinfo",
    "run_in_executor",
    "sendfile",
    "sock_accept",
    "sock_connect",
    "sock_recv",
    "sock_recv_into",
    "sock_recvfrom",
    "sock_recvfrom_into",
    "sock_sendall",
    "sock_sendfile",
    "sock_sendto",
    "start_tls",
    "subprocess_exec",
    "subprocess_shell",
)
"""What waits for the world outside."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it in virtual time that begins at second 0. Raises Standstill, and what `work` raises."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop whose time stands still while anybody acts, and jumps while all wait."""

    def __init__(self) -> None:
        super().__init__()
        self._second = 0.0
        self._thread = get_ident()
        self._clock_resolution = RESOLUTION_S
        self._selector = self
        """Where other loops ask the operating system what has happened."""

    def time(self) -> float:
        """Return the virtual second."""
        return self._second

    def select(self, timeout_s: float | None) -> list[NoReturn]:
        """Let so much time pass: nothing is ready, and the next timer is that far away."""
        if timeout_s is None:
            raise Standstill(self._second, _waiting(self))
        self._second += timeout_s
        return []

    def call_soon_threadsafe(  # type: ignore[override]  # typeshed's type variables are its own
        self, callback: Callable[..., object], *args: Any, **more: Any
    ) -> asyncio.Handle:
        """Do it soon, for a signal's sake; NotVirtual in another thread."""
        if get_ident() != self._thread:
            raise NotVirtual("a callback from another thread")
        return self.call_soon(callback, *args, **more)

    def _process_events(self, _events: list[NoReturn]) -> None:
        """Nothing ever comes from outside."""


def _refusal(name: str) -> Callable[..., NoReturn]:
    def refuse(*_args: object, **_more: object) -> NoReturn:
        raise NotVirtual(name)

    return refuse


for _name in _REAL:
    setattr(VirtualLoop, _name, _refusal(_name))


def _waiting(loop: asyncio.AbstractEventLoop) -> list[str]:
    """Return who waits, and where: a line for each task."""
    return sorted(map(_place, asyncio.all_tasks(loop)))


def _place(task: asyncio.Task[Any]) -> str:
    """Say where a task waits, from the outermost function inwards."""
    steps = []
    awaited: object = task.get_coro()
    while (frame := getattr(awaited, "cr_frame", None)) is not None:
        steps.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
        awaited = getattr(awaited, "cr_await", None)
    return f"{task.get_name()} in {' > '.join(steps)}"


class VirtualClock:
    """Wall-clock time on the running loop, if it is virtual. A gateway's `Clock`."""

    def __init__(self, began: datetime) -> None:
        """`began` is what it said at the loop's second 0."""
        self._began = began
        self._loop = asyncio.get_running_loop()
        self.trusted = True

    def now(self) -> datetime:
        """Return the instant, to the microsecond."""
        return self._began + timedelta(seconds=self._loop.time())

    def second(self) -> float:
        """Return the loop's second: a clock that never steps."""
        return self._loop.time()

    def second_of(self, at: datetime) -> float:
        """Return the loop's second at an instant."""
        return (at - self._began).total_seconds()

    async def sleep_until(self, at: datetime | None) -> None:
        """Return exactly then; None = never."""
        if at is None:
            await self._loop.create_future()
        else:
            await asyncio.sleep(self.second_of(at) - self.second())

    def learn(self, past: datetime) -> None:
        """Know better: this clock is right."""


class InlineHand:
    """A `Hand` without a thread."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._owed_s = 0.0

    async def do(self, work: Callable[[], T]) -> T:
        """Do it at once, and return when all the pauses in it are over."""
        async with self._turn:
            try:
                return work()
            finally:
                owed_s, self._owed_s = self._owed_s, 0.0
                await asyncio.sleep(owed_s)

    def pause(self, for_s: float) -> None:
        """Take so long, in virtual time: what `time.sleep` is to work on a thread."""
        self._owed_s += for_s
