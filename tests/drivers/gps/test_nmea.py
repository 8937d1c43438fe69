"""NMEA: sentences of other people's receivers, and whatever a line may bring."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.gps import nmea
from drivers.gps.driver import NmeaEar
from drivers.gps.lines import Lines
from drivers.gps.packets import Fix, Gga, Rmc

MILLISECOND = timedelta(milliseconds=1)
FIRST = datetime(1980, 1, 6, tzinfo=UTC)
INSTANTS = st.integers(0, 99 * 365 * 86_400_000).map(lambda ms: FIRST + ms * MILLISECOND)
FIXES = st.builds(
    Fix,
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.none() | st.floats(0, 300),
    st.none() | INSTANTS,
)
TALKERS = st.sampled_from(["GP", "GN", "GL", "GA", "GB", "BD"])
RMCS = st.builds(Rmc, FIXES, st.sampled_from("ADFRP"), TALKERS).map(
    lambda rmc: Rmc(rmc.fix, rmc.mode, rmc.talker, rmc.fix.at)
) | st.builds(Rmc, st.none(), st.just("N"), TALKERS, st.none() | INSTANTS)
GGAS = st.builds(
    Gga,
    st.builds(Fix, st.floats(-90, 90), st.floats(-180, 180)),
    st.integers(1, 5),
    st.integers(0, 99),
    TALKERS,
)


def like(fix):
    """What arrives of a fix: degrees to two centimetres, speeds to a thousandth of a knot."""
    if fix is None:
        return None
    return (
        pytest.approx(fix.lat_deg, abs=1e-7),
        pytest.approx(fix.lon_deg, abs=1e-7),
        None if fix.speed_m_s is None else pytest.approx(fix.speed_m_s, abs=0.001),
        fix.at,
    )


def told(fix):
    return None if fix is None else (fix.lat_deg, fix.lon_deg, fix.speed_m_s, fix.at)


# The first two stand in nearly every description of NMEA; the others were recorded from
# receivers: over France, and without sky.
READ = {
    "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A": Rmc(
        Fix(
            48.1173,
            11 + 31 / 60,
            22.4 * 1852 / 3600,
            datetime(1994, 3, 23, 12, 35, 19, tzinfo=UTC),
        ),
        at=datetime(1994, 3, 23, 12, 35, 19, tzinfo=UTC),
    ),
    "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47": Gga(
        Fix(48.1173, 11 + 31 / 60), 1, 8
    ),
    "$GNRMC,064607.000,A,4546.2282,N,00311.6590,E,0.76,0.00,230619,,,A*7D": Rmc(
        Fix(
            45.77047,
            3.1943166667,
            0.76 * 1852 / 3600,
            datetime(2019, 6, 23, 6, 46, 7, tzinfo=UTC),
        ),
        talker="GN",
        at=datetime(2019, 6, 23, 6, 46, 7, tzinfo=UTC),
    ),
    "$GNGGA,064607.000,4546.2282,N,00311.6590,E,1,05,2.6,412.0,M,0.0,M,,*77": Gga(
        Fix(45.77047, 3.1943166667), 1, 5, "GN"
    ),
    "$GNRMC,,V,,,,,,,,,,N,V*37": Rmc(None, "N", "GN"),
    "$GNZDA,074101.000,20,09,2022,,*42": None,
}


@pytest.mark.parametrize("line", READ)
def test_sentences_are_read_as_other_people_have_them(line):
    sentence, expected = nmea.decode(line.encode() + b"\r\n"), READ[line]
    if expected is None:
        assert sentence is None
        return
    assert told(sentence.fix) == like(expected.fix)
    assert type(sentence) is type(expected)
    assert sentence.talker == expected.talker


def test_a_checksum_is_that_of_the_books():
    assert (
        nmea.checksum(b"GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W") == 0x6A
    )


@given(RMCS | GGAS)
def test_what_is_written_is_read_again(sentence):
    line = nmea.encode(sentence)
    assert len(line) <= nmea.MAX_SENTENCE_BYTES
    again = nmea.decode(line)
    assert told(again.fix) == like(sentence.fix)
    assert again.talker == sentence.talker
    if isinstance(sentence, Rmc):
        assert (again.mode, again.at) == (sentence.mode, sentence.at)
    else:
        assert (again.quality, again.satellites) == (sentence.quality, sentence.satellites)


@given(RMCS, st.data())
def test_one_damaged_byte_is_no_sentence_or_not_this_one(sentence, data):
    line = bytearray(nmea.encode(sentence).rstrip())
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= data.draw(st.integers(1, 255))
    if line[-2:].upper() == nmea.encode(sentence).rstrip()[-2:] and at >= len(line) - 2:
        return  # a checksum in small letters is the same checksum
    with pytest.raises(PeerWireError):
        nmea.decode(bytes(line))


@given(st.binary(max_size=200))
def test_bytes_of_any_origin_are_a_sentence_or_refused(line):
    with contextlib.suppress(PeerWireError):
        nmea.decode(line)


@given(
    st.sampled_from(["RMC", "GGA", "GSV"]),
    st.lists(
        st.sampled_from(
            ["", "A", "V", "N", "E", "123519", "999999", "4807.038", "9959.9", "18000.0", "1", "9",
             "310299", "1e5", "nan", "-1", "007", "235960.999"]
        ),
        max_size=14,
    ),
)  # fmt: skip
def test_well_formed_nonsense_is_refused_as_such(kind, fields):
    body = ",".join(["GP" + kind, *fields]).encode()
    line = b"$%s*%02X" % (body, nmea.checksum(body))
    with contextlib.suppress(PeerWireError):
        nmea.decode(line)


@pytest.mark.parametrize("mode", "NEMS")
def test_estimates_and_typed_in_positions_are_no_fix(mode):
    at = datetime(2026, 11, 25, tzinfo=UTC)
    line = nmea.encode(Rmc(Fix(21.0, 105.8, 3.0, at), mode))
    assert nmea.decode(line).fix is None


@given(st.lists(RMCS, min_size=1, max_size=5), st.lists(st.integers(1, 40), max_size=60))
def test_any_split_gives_the_same_reports(sentences, cuts):
    stream = b"".join(map(nmea.encode, sentences))
    whole, pieces = NmeaEar(), NmeaEar()
    expected = whole.receive(stream)
    heard = []
    for cut in cuts:
        heard += pieces.receive(stream[:cut])
        stream = stream[cut:]
    heard += pieces.receive(stream)
    assert heard == expected
    assert len(heard) == len(sentences)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_noise_makes_the_ear_grow_or_fall(pieces):
    ear = NmeaEar()
    for piece in pieces:
        ear.receive(piece)
    ear.receive(b"\n")
    (report,) = ear.receive(nmea.encode(Rmc(Fix(21.0, 105.8))))
    assert report.fix.lat_deg == 21


def test_a_line_without_end_is_dropped_and_told_once():
    lines = Lines("nmea", 10)
    assert [type(one) for one in lines.receive(b"x" * 11)] == [PeerWireError]
    assert lines.receive(b"x" * 100_000) == []
    assert lines.receive(b"x\r\nabc\r\n") == [b"abc"]


def test_positions_come_from_gga_only_where_there_is_no_rmc():
    ear = NmeaEar()
    gga, rmc = nmea.encode(Gga(Fix(21.0, 105.0))), nmea.encode(Rmc(Fix(22.0, 106.0)))
    assert [one.fix.lat_deg for one in ear.receive(gga)] == [21]
    assert [one.fix.lat_deg for one in ear.receive(rmc + gga + rmc)] == [22, 22]


def test_seconds_of_a_leap_are_taken():
    at = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
    line = nmea.encode(Rmc(Fix(0.0, 0.0, None, at), at=at)).replace(b"235959", b"235960")
    body = line[1 : line.index(b"*")]
    taken = nmea.decode(b"$%s*%02X" % (body, nmea.checksum(body)))
    assert taken.at == at + timedelta(seconds=1)
