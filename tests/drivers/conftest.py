"""Boards under test: every dialect's driver and the simulated board at its other end."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random

import pytest
from benches import Bench, desk, on_a_line, recording_bench, thin_bench

from drivers.catalogue import DIALECTS
from playlists.text.frame import Depth
from simulator.wire import DatagramWire, Pieces


def _lines():
    for name, dialect in DIALECTS.items():
        for depth in dialect.depths:
            for carrier in dialect.carriers:
                yield f"{name} {depth.word} {carrier}", partial(on_a_line, dialect, depth, carrier)


def _desks():
    for name, dialect in DIALECTS.items():
        for depth in dialect.depths:
            yield f"{name} {depth.word}", partial(desk, dialect, depth)


OTHERS = {
    "thin mono": thin_bench,
    "thin tricolour": partial(thin_bench, Depth.TRICOLOUR),
    "thin rgb": partial(thin_bench, Depth.RGB),
    "recording mono": recording_bench,
    "recording rgb": partial(recording_bench, Depth.RGB),
}
LINES = dict(_lines())
DESKS = dict(_desks())
BENCHES = {**LINES, **OTHERS}


@pytest.fixture(params=BENCHES)
def bench(request) -> Iterator[Bench]:
    """Return a board on a real line: a pseudo-terminal, a TCP connection, UDP on loopback."""
    with BENCHES[request.param]() as bench:
        yield bench


@pytest.fixture(params=DESKS)
def desk_bench(request) -> Iterator[Bench]:
    """Return a board on the desk, in virtual time."""
    with DESKS[request.param]() as bench:
        yield bench


@pytest.fixture
def quick_replies():
    """Return a scope in which drivers wait shortly: silence is tested often here."""

    @contextmanager
    def quick():
        with pytest.MonkeyPatch.context() as patch:
            for name in DIALECTS.values():
                module = sys.modules[name.open.__module__]
                if hasattr(module, "REPLY_TIMEOUT_S"):
                    patch.setattr(module, "REPLY_TIMEOUT_S", 0.05)
            yield

    return quick


@pytest.fixture
def pieces():
    """Return what cuts a bench's bytes into pieces; it says no for datagrams, which are whole."""

    def cut(bench: Bench, seed: int) -> bool:
        if isinstance(bench.wire, DatagramWire):
            return False
        bench.wire.weather = Pieces(Random(seed))
        return True

    return cut


def pytest_terminal_summary(terminalreporter) -> None:
    # Tests run in several processes; what they record comes back with their reports.
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    told = (row for one in reports for row in getattr(one, "user_properties", ()))
    rows = sorted({text for name, text in told if name == "noise"})
    if rows:
        terminalreporter.section("damaged exchanges, and what the boards showed")
        for row in rows:
            terminalreporter.write_line(row)
