"""Stand-ins for speech engines: honest about being none."""

import http.server
import threading
from contextlib import contextmanager

# A first line cannot name a program whose path has a space in it; the second is for both readers.
STAND_IN_FOR_PIPER = '''#!/bin/sh
"exec" "{python}" "$0" "$@"
"""A stand-in for Piper, for tests: takes its options, reads a line, writes a WAV file of a tone."""

import sys
sys.path.insert(0, {support!r})
import tones

options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
assert options["--output_file"] == "-", options
open(options["--model"], "rb").close()
lines = sys.stdin.read().splitlines()
assert len(lines) == 1, lines
seconds = len(lines[0]) * 0.06 * float(options["--length_scale"])
sys.stdout.buffer.write(tones.as_wav(tones.tone(500.0, seconds, -20.0)))
'''


@contextmanager
def service(answer):
    """Run an HTTP server on a free port whose POST is `answer(handler, body)`; yield its URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            answer(self, self.rfile.read(int(self.headers["content-length"])))

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/say"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler, body, status=200, **headers):
    """Answer with a body and its length."""
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
