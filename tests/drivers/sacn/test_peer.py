"""PyPI's `sacn`, written by others: it reads what we send, and we show what it sends.

All of it over loopback: its own sockets would listen on every interface and send syncs to a
multicast group, so it gets one here that does neither.
"""

import socket
from urllib.parse import urlsplit

import pytest
from benches import on_a_line, picture
from sacn import sACNreceiver, sACNsender
from sacn.receiving.receiver_socket_base import ReceiverSocketBase
from sacn.sending.sender_socket_base import SenderSocketBase

from drivers.dialect import Carrier, Site
from drivers.sacn.driver import DIALECT, Sacn
from drivers.transport.sockets import UdpLink
from playlists.text.frame import Depth, Frame, Geometry

SITE = Site(Geometry(64, 16), Depth.RGB, 1)
UNIVERSES = range(1, 8)
LEDS = 170


class Ear(ReceiverSocketBase):
    """A socket on 127.0.0.1 that the peer listens on when it is told to."""

    def __init__(self):
        super().__init__(listener=None)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]

    def start(self):
        pass

    def listen(self, handler, datagrams, now_s):
        for _ in range(datagrams):
            handler.on_data(list(self._socket.recv(2048)), now_s)

    def stop(self):
        self._socket.close()


class Mouth(SenderSocketBase):
    """A socket that sends everything to one port of 127.0.0.1."""

    def __init__(self, port):
        super().__init__(listener=None)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._to = "127.0.0.1", port
        self.sent_bytes = 0

    def start(self):
        pass

    def send_unicast(self, data, _destination):
        self.sent_bytes += self._socket.sendto(bytes(data.getBytes()), self._to)

    def send_multicast(self, data, _destination, _ttl):
        self.send_unicast(data, _destination)

    def stop(self):
        self._socket.close()


class CountingLink(UdpLink):
    """A link that knows how many datagrams wait at its other end."""

    waiting = 0

    def write(self, data):
        super().write(data)
        self.waiting += 1


class Listener:
    """The peer as receiver: what it has heard, by universe."""

    def __init__(self):
        self.ear = Ear()
        self.link = CountingLink("127.0.0.1", self.ear.port)
        self._receiver = sACNreceiver(socket=self.ear)
        self.heard = {}
        self.gone = []
        for universe in UNIVERSES:
            self._receiver.register_listener("universe", self._hear, universe=universe)
        self._receiver.register_listener("availability", self._notice)

    def _hear(self, packet):
        self.heard[packet.universe] = packet

    def _notice(self, universe, changed):
        if changed == "timeout":
            self.gone.append(universe)

    def listen(self, now_s=0.0):
        self.ear.listen(self._receiver._handler, self.link.waiting, now_s)
        self.link.waiting = 0

    def frame(self):
        levels = b"".join(bytes(self.heard[one].dmxData)[: 3 * LEDS] for one in UNIVERSES)
        return Frame(64, 16, levels[: 3 * 64 * 16], Depth.RGB)


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.link.close()
    listener.ear.stop()


def test_it_reads_our_pictures(listener):
    board = Sacn(listener.link, SITE)
    for number in range(3):
        board.show(frame := picture(board, number))
        listener.listen()
        assert listener.frame() == frame
        packet = listener.heard[3]
        assert (packet.priority, packet.syncAddr, packet.sourceName) == (100, 1, "Signcast")
    board.show(frame := picture(board, 9), emergency=True)
    listener.listen()
    assert listener.frame() == frame
    assert listener.heard[3].priority == 200
    board.close()
    listener.listen()
    assert listener.gone == [*UNIVERSES] * 3


def test_it_lets_go_of_an_emergency_only_after_a_while(listener):
    # It remembers priorities without their sources, for 2.5 s; the standard's receivers need not.
    board = Sacn(listener.link, SITE)
    board.show(warning := picture(board, 1), emergency=True)
    listener.listen()
    ordinary = picture(board, 2)
    for now_s, seen in [(0.8, warning), (1.6, warning), (2.4, warning), (3.2, ordinary)]:
        board.show(ordinary)
        listener.listen(now_s)
        assert listener.frame() == seen


@pytest.mark.parametrize("shown_before", [0, 1, 2, 9, 40, 60, 86, 127])
def test_it_takes_the_first_picture_of_a_restarted_host(listener, shown_before):
    board = Sacn(listener.link, SITE)
    for number in range(shown_before):
        board.show(picture(board, number))
        listener.listen()
    board = Sacn(listener.link, SITE)
    for number in range(20, 23):
        board.show(frame := picture(board, number))
        listener.listen()
        assert listener.frame() == frame


def test_we_show_its_pictures():
    with on_a_line(DIALECT, Depth.RGB, Carrier.UDP) as bench:
        mouth = Mouth(urlsplit(bench.board._link.name).port)
        sender = sACNsender(
            universeDiscovery=False, sync_universe=1, socket=mouth, source_name="peer"
        )
        sender.manual_flush = True
        for universe in UNIVERSES:
            sender.activate_output(universe)
            sender[universe].priority = 120

        def shown():
            # What the peer sends the bench must have heard, too.
            bench.board._link.sent_bytes += mouth.sent_bytes
            mouth.sent_bytes = 0
            return bench.shown()

        def flush(frame):
            for at, universe in enumerate(UNIVERSES):
                levels = frame.data[3 * LEDS * at : 3 * LEDS * (at + 1)]
                sender[universe].dmx_data = tuple(levels)
            sender.flush()
            return frame

        for number in range(3):
            theirs = flush(picture(bench.board, number))
            assert shown() == theirs
        bench.board.show(picture(bench.board, 8))
        assert shown() == theirs
        bench.board.show(ours := picture(bench.board, 9), emergency=True)
        assert shown() == ours
        flush(theirs)
        assert shown() == ours
        bench.board.show(ours)
        assert shown() == theirs
        for universe in UNIVERSES:
            sender.deactivate_output(universe)
        assert shown() == ours
        sender.stop()
        mouth.stop()
