"""Links over real lines: terminals, TCP, UDP, `socket://` and `rfc2217://`."""

import os
import socket
import termios
import threading
import time
import tty
from contextlib import closing, contextmanager

import pytest
import serial
import serial.rfc2217
from waiting import until

from drivers.errors import LinkLost
from drivers.transport.opening import open_link
from drivers.transport.serial import LineFormat, SerialLink

LINE = LineFormat()
ALL_BYTES = bytes(range(256))


@contextmanager
def terminal():
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave), slave
    finally:
        os.close(master)
        os.close(slave)


@contextmanager
def echo_server():
    """A TCP peer that says everything again until it is hung up on."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        try:
            peer, _ = server.accept()
        except OSError:
            return
        with peer:
            while data := peer.recv(4096):
                peer.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(5)


def read_all(link, count):
    got = b""
    while len(got) < count:
        data = link.read(5)
        assert data, "waited in vain"
        got += data
    return got


@pytest.mark.parametrize("scheme", ["tcp", "socket"])
def test_a_tcp_peer_hears_and_answers_every_byte(scheme):
    with (
        echo_server() as port,
        closing(open_link(f"{scheme}://127.0.0.1:{port}", LINE)) as link,
    ):
        link.write(ALL_BYTES)
        assert read_all(link, 256) == ALL_BYTES
        assert link.read(0) == b""
        assert str(port) in link.name


def test_a_peer_that_hangs_up_is_a_lost_link():
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = open_link(f"tcp://127.0.0.1:{server.getsockname()[1]}", LINE)
        server.accept()[0].close()
        with pytest.raises(LinkLost):
            link.read(5)
        link.close()
        link.close()
        with pytest.raises(LinkLost):
            link.write(b"x")


@pytest.mark.parametrize(
    "port",
    [
        "/dev/there-is-no-such-line",
        "tcp://127.0.0.1:1",
        "tcp://",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:99999",
        "udp://no.such.host.invalid:1",
        "socket://127.0.0.1:1",
        "rfc2217://127.0.0.1:1",
        "gopher://x",
    ],
)
def test_what_cannot_be_opened_is_a_lost_link_that_names_it(port):
    with pytest.raises(LinkLost) as caught:
        open_link(port, LINE)
    assert port.split("://")[-1].split(":")[0] in str(caught.value)


def test_a_board_s_usual_port_need_not_be_written():
    with echo_server() as port, closing(open_link("tcp://127.0.0.1", LINE, port)) as link:
        link.write(b"x")
        assert read_all(link, 1) == b"x"


def test_datagrams_stay_whole_and_strangers_are_not_heard():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(5)
        with closing(open_link(f"udp://127.0.0.1:{peer.getsockname()[1]}", LINE)) as link:
            link.write(b"one")
            link.write(b"two")
            first, where = peer.recvfrom(100)
            assert (first, peer.recv(100)) == (b"one", b"two")
            stranger.sendto(b"lie", where)
            peer.sendto(b"eins", where)
            peer.sendto(b"zwei", where)
            assert [link.read(5), link.read(5)] == [b"eins", b"zwei"]
            assert link.read(0) == b""


def test_nobody_at_a_udp_port_is_silence():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    with closing(open_link(f"udp://127.0.0.1:{port}", LINE)) as link:
        for _ in range(3):
            link.write(b"anyone?")
            assert link.read(0.05) == b""


def test_what_waits_is_forgotten_when_asked():
    with terminal() as (master, path, _), closing(SerialLink(path)) as link:
        os.write(master, b"old")
        until(lambda: link._port.in_waiting == 3, why="it has arrived")
        link.discard_input()
        os.write(master, b"new")
        assert read_all(link, 3) == b"new"


def test_a_line_is_set_as_its_dialect_wants_it():
    with (
        terminal() as (_, path, slave),
        closing(SerialLink(path, LineFormat(4_800, 8, "N", 2))),
    ):
        _, _, control, _, _, out_speed, _ = termios.tcgetattr(slave)
        assert out_speed == termios.B4800
        assert control & termios.CSTOPB
    assert str(LineFormat(4_800, 7, "E", 2)) == "4800 7E2"


def test_seven_bits_can_be_asked_of_a_terminal_again_and_again():
    with terminal() as (master, path, _):
        for _ in range(3):
            with closing(SerialLink(path, LineFormat(9_600, 7, "E"))) as link:
                link.write(b"x")
                assert os.read(master, 1) == b"x"


def test_two_programs_cannot_drive_one_line():
    with terminal() as (_, path, _), closing(SerialLink(path)), pytest.raises(LinkLost):
        SerialLink(path)


def test_a_two_wire_line_is_left_quiet_before_it_is_driven_again():
    quiet_s = 0.05
    with (
        terminal() as (master, path, _),
        closing(SerialLink(path, LineFormat(turnaround_s=quiet_s))) as link,
    ):
        link.write(b"one")
        os.write(master, b"answer")
        read_all(link, 6)
        heard_s = time.monotonic()
        link.write(b"two")
        assert time.monotonic() - heard_s >= quiet_s * 0.9


def test_an_unplugged_adapter_is_a_lost_link():
    master, slave = os.openpty()
    tty.setraw(slave)
    link = SerialLink(os.ttyname(slave))
    os.close(slave)
    os.close(master)
    with pytest.raises(LinkLost):
        until(lambda: link.read(0.05) or link.write(b"x"), why="the line is gone")
    link.close()


class Terminal(serial.Serial):
    """A pseudo-terminal has no modem lines; a server asks for them and sets them."""

    cts = dsr = ri = cd = False

    def _reconfigure_port(self, force_update=False):  # noqa: FBT002 -- pyserial's signature
        if force_update:  # at opening; later only what it was told is of interest here
            super()._reconfigure_port(force_update)

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


class Rfc2217Server:
    """A serial port on the network: pyserial's own server half, on a pseudo-terminal."""

    def __init__(self, path):
        self._serial = self.wire = Terminal(path, timeout=0.05)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._stop = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        peer, _ = self._server.accept()
        self._peer = peer
        manager = serial.rfc2217.PortManager(self._serial, self)
        peer.settimeout(0.05)
        with peer:
            while not self._stop:
                try:
                    data = peer.recv(4096)
                    if not data:
                        return
                    self._serial.write(b"".join(manager.filter(data)))
                except TimeoutError:
                    pass
                waiting = self._serial.read(self._serial.in_waiting)
                peer.sendall(b"".join(manager.escape(waiting)))

    def write(self, data):
        self._peer.sendall(data)

    def close(self):
        self._stop = True
        self._thread.join(5)
        self._server.close()
        self._serial.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
def test_a_serial_port_on_the_network_carries_every_byte():
    with terminal() as (master, path, _), closing(Rfc2217Server(path)) as server:
        link = open_link(f"rfc2217://127.0.0.1:{server.port}", LINE)
        with closing(link):
            link.write(ALL_BYTES)
            got = b""
            while len(got) < 256:
                got += os.read(master, 256)
            assert got == ALL_BYTES
            os.write(master, ALL_BYTES)
            assert read_all(link, 256) == ALL_BYTES


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
def test_seven_bits_and_even_parity_reach_a_port_with_a_wire():
    with terminal() as (_, path, _), closing(Rfc2217Server(path)) as server:
        url = f"rfc2217://127.0.0.1:{server.port}"
        with closing(open_link(url, LineFormat(4_800, 7, "E", 1))):
            wire = server.wire
            assert (wire.baudrate, wire.bytesize, wire.parity, wire.stopbits) == (4_800, 7, "E", 1)
