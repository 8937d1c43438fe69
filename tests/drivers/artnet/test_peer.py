"""PyPI's `stupidArtnet`, written by others: it reads what we send, and we show what it sends.

All of it over loopback: its server would listen on every interface, so here it gets a socket that
binds to 127.0.0.1, whatever it is told.
"""

import _thread
import socket
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from benches import on_a_line, picture
from stupidArtnet import StupidArtnet, StupidArtnetServer
from waiting import until

from drivers.artnet.driver import DIALECT, Artnet
from drivers.dialect import Carrier, Site
from drivers.transport.sockets import UdpLink
from playlists.text.frame import Depth, Frame, Geometry

FIRST = 0x1FE
SITE = Site(Geometry(64, 16), Depth.RGB, FIRST)
PORTS = range(FIRST, FIRST + 7)
LEVELS = 510


class Loopback(socket.socket):
    """A socket that binds to 127.0.0.1."""

    def bind(self, address):
        super().bind(("127.0.0.1", address[1]))


@pytest.fixture
def server(monkeypatch):
    module = sys.modules[StupidArtnetServer.__module__]
    names = {name: getattr(socket, name) for name in dir(socket) if name.isupper()}
    monkeypatch.setattr(module, "socket", SimpleNamespace(socket=Loopback, **names))
    monkeypatch.setattr(StupidArtnetServer, "listeners", [])
    server = StupidArtnetServer(port=0)
    listening = until(lambda: server.socket_server, why="the peer opens its socket")
    until(lambda: listening.getsockname()[1], why="the peer listens")
    yield server
    server.close()
    before = _thread._count()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
        bell.sendto(b"", listening.getsockname())
    until(lambda: _thread._count() < before, why="the peer stops listening")
    listening.close()


def test_it_reads_our_pictures_and_those_of_a_restarted_host(server):
    listeners = [server.register_listener(port) for port in PORTS]

    def heard():
        levels = b"".join(bytes(server.get_buffer(one)) for one in listeners)
        return Frame(64, 16, levels, Depth.RGB) if len(levels) == 64 * 16 * 3 else None

    link = UdpLink("127.0.0.1", server.socket_server.getsockname()[1])
    for start in range(3):
        board = Artnet(link, SITE)
        for number in range(start, start + 60 * start + 2):
            frame = picture(board, number)
            board.show(frame)
            until(lambda frame=frame: heard() == frame, why="the peer shows it")
    link.close()


def test_we_show_its_pictures():
    with on_a_line(DIALECT, Depth.RGB, Carrier.UDP) as bench:
        port = urlsplit(bench.board._link.name).port
        for number in range(3):
            frame = picture(bench.board, number)
            cuts = range(0, len(frame.data), LEVELS)
            for universe, start in enumerate(cuts):
                levels = frame.data[start : start + LEVELS]
                peer = StupidArtnet(
                    "127.0.0.1",
                    universe,
                    len(levels),
                    port=port,
                    artsync=universe == len(cuts) - 1,
                )
                peer.set(levels)
                peer.show()
                peer.close()
            until(lambda frame=frame: bench.frame() == frame, why="the board shows it")
