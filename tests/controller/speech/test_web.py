"""A service that speaks, and services that hang, lie or send too much: all over real sockets."""

import contextlib
import json
import threading
import time
import zlib

import numpy as np
import pytest
import tones
from voices import send, service

from controller.speech.settings import WebSettings, WebVoice
from controller.speech.web import WebEngine
from playlists.audio.speech.engine import EngineFault, EngineMissing, Utterance

WORDS = Utterance("Mời bà con ra nhà văn hóa", "http:lan", 120)
SPEECH = tones.as_wav(tones.tone(440.0, 2.0, -20.0))
MAX_BYTES = 1 << 20


def engine(url, **fields):
    fields = {"timeout_s": 5.0, "token": "s3cret"} | fields
    voices = (WebVoice("lan", "vi", "Lan"),)
    return WebEngine(WebSettings(url, voices, **fields), MAX_BYTES)


def test_a_service_is_asked_and_believed():
    asked = []

    def answer(handler, body):
        asked.append((json.loads(body), dict(handler.headers)))
        send(handler, SPEECH, Content_Type="audio/wav")

    with service(answer) as url:
        said = engine(url).speak(WORDS)
    assert np.abs(said.astype(int) - tones.from_wav(SPEECH)).max() <= 1
    ((document, headers),) = asked
    assert document == {
        "text": WORDS.words,
        "voice": "lan",
        "language": "vi",
        "speed_pct": 120,
    }
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Accept-Encoding"] == "identity"


def _drips(handler, _):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not STOP.wait(0.05):
        handler.wfile.write(b"R")


def _drips_headers(handler, _):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not STOP.wait(0.05):
        handler.wfile.write(b"X-More: yes\r\n")


def _hangs(_handler, _):
    STOP.wait(30)


STOP = threading.Event()


@pytest.mark.parametrize("answer", [_hangs, _drips, _drips_headers])
def test_a_service_that_takes_too_long_is_left(answer):
    STOP.clear()

    def tolerant(handler, body):
        with contextlib.suppress(OSError):  # we hung up, as we should
            answer(handler, body)
        handler.close_connection = True

    with service(tolerant) as url:
        began = time.monotonic()
        try:
            with pytest.raises(EngineFault, match="no whole answer within 1 s"):
                engine(url, timeout_s=0.6).speak(WORDS)
        finally:
            STOP.set()
    assert time.monotonic() - began < 5


def _endless(handler, _):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(bytes(1 << 16))
    except OSError:
        handler.close_connection = True


def _hangs_up(handler, _):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(SPEECH)))
    handler.end_headers()
    handler.wfile.write(SPEECH[: len(SPEECH) // 2])
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda on, _: send(on, b"", 500), "it answered 500"),
        (lambda on, _: send(on, SPEECH, 401), "it answered 401"),
        (lambda on, _: send(on, b"", 302, Location="http://127.0.0.1:1/"), "it answered 302"),
        (lambda on, _: send(on, b'{"error": "no credit"}', Content_Type="audio/wav"), "no sound"),
        (lambda on, _: send(on, b""), "no sound"),
        (lambda on, _: send(on, SPEECH[:44]), "no sound"),
        (lambda on, _: send(on, b"#EXTM3U\nfile:///etc/passwd\n"), "no sound"),
        (lambda on, _: send(on, tones.as_wav(np.zeros(96_000, np.int16))), "nothing"),
        (lambda on, _: send(on, tones.as_wav(tones.tone(440.0, 0.05, -20.0))), "only"),
        (lambda on, _: send(on, bytes(MAX_BYTES + 1)), "more than"),
        (lambda on, _: send(on, zlib.compress(bytes(1 << 24)), Content_Encoding="gzip"), "sound"),
        (_endless, "more than"),
        (_hangs_up, "peer closed connection"),
    ],
)
def test_a_service_that_lies_is_not_believed(answer, reason):
    with service(answer) as url, pytest.raises(EngineFault, match=reason):
        engine(url).speak(WORDS)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1", "https://nowhere.invalid/"])
def test_a_service_that_is_not_there(url):
    with pytest.raises(EngineFault) as caught:
        engine(url, timeout_s=2.0).speak(WORDS)
    assert "s3cret" not in str(caught.value)


def test_a_voice_that_nobody_named_is_not_asked_for():
    with pytest.raises(EngineMissing, match="minh"):
        engine("http://127.0.0.1:1/").speak(Utterance("a", "http:minh"))


def test_a_token_is_not_shown():
    assert "s3cret" not in repr(WebSettings("http://x", (), token="s3cret"))
