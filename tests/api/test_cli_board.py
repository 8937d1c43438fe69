"""`signcast board`: what an installer types, on a real line with a simulated board at its end."""

import sys
import time

import numpy as np
import pytest
from benches import COMMUNITY, Street
from typer.testing import CliRunner

from api.cli.app import app
from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier
from playlists.text import render
from playlists.text.frame import Frame, Geometry
from playlists.text.layout import Style
from simulator.boards.board import Fault
from simulator.boards.catalogue import SIGNS
from simulator.lines import PtyLine, TcpLine, UdpLine

SIZE = Geometry(128, 16)


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    for dialect in DIALECTS.values():  # silence is asked for often here
        module = sys.modules[dialect.open.__module__]
        if hasattr(module, "REPLY_TIMEOUT_S"):
            monkeypatch.setattr(module, "REPLY_TIMEOUT_S", 0.1)
    runner = CliRunner()

    def run(*words, status=0):
        result = runner.invoke(app, ["board", *map(str, words)])
        assert result.exit_code == status, result.output
        return result.output

    return run


@pytest.fixture
def hang(tmp_path):
    """Return what hangs a board on a line of its own."""
    streets = []

    def hang(name, address=None, carrier=Carrier.SERIAL):
        dialect = DIALECTS[name]
        site = dialect.site(SIZE, address=address, carrier=carrier, community=COMMUNITY)
        sign = SIGNS[name](site, time.monotonic)
        line = {
            Carrier.SERIAL: lambda: PtyLine(tmp_path / name),
            Carrier.TCP: lambda: TcpLine("127.0.0.1"),
            Carrier.UDP: lambda: UdpLine("127.0.0.1"),
        }[carrier]()
        line.join(sign.hear, sign.hang_up)
        street = Street()
        street.open(line)
        streets.append((street, line))
        return line.url, sign

    yield hang
    for street, line in streets:
        street.close(line)


def test_the_dialects_are_listed(run):
    listed = run("dialects")
    for dialect in DIALECTS.values():
        assert dialect.name in listed
    assert "9600 7E1" in listed, "alpha's line"
    assert "controls only" in listed


def test_a_board_is_found_at_its_address(run, hang):
    port, _ = hang("am03127", address=3)
    found = run("probe", port, "-d", "am03127")
    assert "am03127" in found
    assert " 3 " in found


def test_in_all_dialects_only_its_own_is_found(run, hang):
    port, _ = hang("alpha")
    found = run("probe", port, "--addresses", "0-1")
    rows = [line for line in found.splitlines() if "well" in line]
    assert len(rows) == 1
    assert "alpha" in rows[0]


def test_nobody_there_is_said(run, hang):
    port, sign = hang("am03127")
    sign.fail(Fault.SILENT)
    said = run("probe", port, "-d", "am03127", "--addresses", "1", status=1)
    assert "nobody answers in am03127" in said


def test_a_text_stands_and_is_cleared(run, hang):
    port, sign = hang("am03127")
    on = ("-d", "am03127", "--size", SIZE)
    assert "shown" in run("show", port, "Họp tổ 19g30", *on)
    wanted = render.scene("Họp tổ 19g30", SIZE, Style(), max_strip_px=SIZE.width_px).frame_at(0)
    assert sign.frame() == wanted
    assert "dark" in run("clear", port, *on)
    assert sign.frame() == Frame.blank(SIZE)


def test_brightness_clock_and_status(run, hang):
    port, sign = hang("alpha")
    assert "clock 20" in run("clock", port, "-d", "alpha")
    assert "well" in run("status", port, "-d", "alpha")
    sign.fail(Fault.SILENT)
    assert "not well" in run("status", port, "-d", "alpha", status=1)
    port, _ = hang("am03127")
    assert "brightness 50 %" in run("brightness", port, 50, "-d", "am03127")


def test_an_ntcip_sign_over_udp_needs_its_word(run, hang, monkeypatch):
    monkeypatch.delenv("SIGNCAST_COMMUNITY", raising=False)
    port, sign = hang("ntcip", carrier=Carrier.UDP)
    said = run("show", port, "Mưa to", "-d", "ntcip", "--size", SIZE, status=2)
    assert "--community" in said
    monkeypatch.setenv("SIGNCAST_COMMUNITY", COMMUNITY)
    run("show", port, "Mưa to", "-d", "ntcip", "--size", SIZE)
    assert np.any(sign.frame().to_bitmap())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "PORT", "Chào", "-d", "telnet", "--size", "64x16"), "--dialect telnet: one of"),
        (("show", "PORT", "Chào", "-d", "am03127", "--size", "64*16"), "--size 64*16: write it"),
        (("show", "PORT", "Chào", "-d", "am03127", "--size", "64x17"), "in steps of 8"),
        (("show", "PORT", "漢字", "-d", "am03127", "--size", "64x16"), "漢"),
        (
            ("show", "PORT", "Chào bà con " * 40, "-d", "am03127", "--size", "64x16"),
            "does not stand still on 64x16",
        ),
        (("status", "PORT", "-d", "am03127", "--address", "300"), "--address 300"),
        (("status", "PORT", "-d", "am03127", "--depth", "rgb"), "--depth rgb"),
        (("status", "udp://127.0.0.1:9", "-d", "am03127"), "travels over"),
        (("clock", "PORT", "-d", "am03127", "--zone", "Sao/Hoa"), "no such zone"),
        (("probe", "PORT", "--addresses", "a-b"), "write it as 1-16"),
        (("probe", "PORT", "-d", "thin"), "--dialect thin"),
        (("probe", "udp://127.0.0.1:9", "-d", "am03127"), "no dialect that answers"),
    ],
)
def test_what_is_mistyped_is_explained(run, hang, words, told):
    port, _ = hang("am03127")
    said = run(*(port if word == "PORT" else word for word in words), status=2)
    assert told in said


def test_a_line_that_is_not_there(run):
    said = run("clear", "/dev/ttyNOPE", "-d", "am03127", "--size", "64x16", status=1)
    assert "/dev/ttyNOPE" in said
