"""A small web server that answers well or badly, as a test says."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO, Self


class Web:
    """`files`: what is served, by path, with its type. `moved`: where else it is. `cut`: what
    breaks off in the middle. `spoken`: what is written while it is said. `folder`: files on disk.
    `seen`: the paths that were asked for."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.moved: dict[str, str] = {}
        self.cut: Mapping[str, tuple[str, bytes]] = {}
        self.spoken: dict[str, Callable[[BinaryIO], None]] = {}
        self.folder: Path | None = None
        self.seen: list[str] = []
        self.secrets: list[bytes] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.web = self
        serve = {"poll_interval": 0.01}
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        web: Web = self.server.web
        web.seen.append(self.path)
        if "Authorization" in self.headers:
            web.secrets.append(self.headers["Authorization"].encode("latin-1"))
        with suppress(OSError):
            self._answer(web)

    def _answer(self, web: Web) -> None:
        odd = {
            "/endless-headers": self._endless_headers,
            "/mute": self._mute,
            "/slow": self._slow,
        }
        file = None if web.folder is None else web.folder / self.path[1:]
        if self.path in web.moved:
            self.send_response(302)
            self.send_header("Location", web.moved[self.path])
            self.end_headers()
        elif self.path in web.files:
            self._send(*web.files[self.path])
        elif self.path in web.cut:
            kind, data = web.cut[self.path]
            self._send(kind, data, len(data) * 2)
        elif self.path in web.spoken:
            self._begin("audio/ogg")
            web.spoken[self.path](self.wfile)
        elif self.path in odd:
            odd[self.path](web)
        elif file is not None and file.is_file():
            self._send("application/octet-stream", file.read_bytes())
        else:
            self.send_error(404)

    def _endless_headers(self, web: Web) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not web.closing.is_set():
            self.wfile.write(b"X-Long: " + b"x" * 1_000 + b"\r\n")

    def _mute(self, web: Web) -> None:
        web.closing.wait(60)

    def _slow(self, web: Web) -> None:
        self._begin("audio/mpeg")
        while not web.closing.wait(0.2):
            self.wfile.write(b"\xff")

    def _begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def _send(self, kind: str, data: bytes, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: object) -> None:
        pass
