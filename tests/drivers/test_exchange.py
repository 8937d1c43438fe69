"""Asking and hearing: the bounds that hold for every dialect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerSilent, PeerWireError
from drivers.exchange import MAX_REPLY_BYTES, ask, hear
from drivers.ports import DEFAULT_RETRIES


class Script:
    """A line that says what it was told to, piece by piece, then is silent."""

    name = "script"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.pieces = []
        self.sent = []

    def write(self, data):
        self.sent.append(data)
        self.pieces = list(self.answers.pop(0)) if self.answers else []

    def read(self, _timeout_s):
        return self.pieces.pop(0) if self.pieces else b""

    def discard_input(self):
        pass


def lines():
    """A decoder of lines that end in a newline; a bang is nonsense."""
    waiting = b""

    def listen(data):
        nonlocal waiting
        if b"!" in data:
            raise PeerWireError("lines", "a bang")
        waiting += data
        *whole, waiting = waiting.split(b"\n")
        return whole

    return listen


def asked(line, request=b"how?\n", **how):
    return ask(line, request, lines, device="board 1", timeout_s=5, **how)


def test_an_answer_in_pieces():
    assert asked(Script([b"we", b"ll\n"])) == b"well"


def test_silence_and_nonsense_are_asked_again_and_then_reported():
    assert asked(Script([], [b"!"], [b"well\n"])) == b"well"
    line = Script()
    with pytest.raises(PeerSilent) as caught:
        asked(line)
    assert caught.value.tries == DEFAULT_RETRIES == len(line.sent)
    assert "board 1" in str(caught.value)


def test_a_refusal_is_asked_again_and_returned_in_the_end():
    no = [b"no\n"]
    refused = {"again": lambda answer: answer == b"no"}
    assert asked(Script(no, [b"yes\n"]), **refused) == b"yes"
    line = Script(no, no, no, [b"yes\n"])
    assert asked(line, **refused) == b"no"
    assert len(line.sent) == DEFAULT_RETRIES
    assert asked(Script(no), **refused) == b"no", "a refusal says more than the silence after it"


def test_a_line_that_talks_for_ever_is_left():
    class Endless(Script):
        read_bytes = 0

        def read(self, _timeout_s):
            self.read_bytes += 65_536
            return b"U" * 65_536

    line = Endless()
    assert hear(line, lambda _data: [], 60) is None
    assert line.read_bytes == MAX_REPLY_BYTES


@given(st.lists(st.binary(max_size=5)), st.binary(max_size=20))
def test_an_echo_is_left_out_however_it_is_cut(cuts, answer):
    request = b"how are you?\n"
    wire = request + answer.replace(b"!", b".").replace(b"\n", b".") + b"\n"
    pieces = []
    for cut in cuts:
        pieces.append(wire[: len(cut)])
        wire = wire[len(cut) :]
    line = Script([piece for piece in [*pieces, wire] if piece])
    heard = asked(line, request)
    assert heard == answer.replace(b"!", b".").replace(b"\n", b".")


def test_an_answer_that_begins_like_the_question_is_heard():
    assert asked(Script([b"how well\n"])) == b"how well"
    assert asked(Script([b"how", b"ever\n"])) == b"however"
    assert asked(Script([b"how\n"]), b"how\nare\nyou\n") == b"how", "known only when it is silent"
