"""A web server for a folder, on this machine only, as GitHub Pages serves it."""

import gzip
import io
import threading
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
PACKED = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".txt", ".xml", ".wasm", ".woff"}


@cache
def packed(path: Path, changed: float) -> bytes:
    """What travels of a file when its server compresses it."""
    del changed  # part of the key
    return gzip.compress(path.read_bytes(), 6)


class Server:
    """Serves a folder until `close`; ``posts`` answers what a page sends to an address;
    ``headers`` go with every file.

    Attributes
    ----------
    url : str
        Ends in a slash.
    sent : list of (str, int)
        Path and bytes of the body of every file sent.
    """

    def __init__(
        self, folder: Path, *, compress: bool = False, headers: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.headers = dict(headers or {})
        self.compress = compress
        self.sent: list[tuple[str, int]] = []
        self.posts: dict[str, Callable[[bytes], bytes]] = {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def _handler(self) -> type[SimpleHTTPRequestHandler]:
        server = self

        class Handler(SimpleHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, directory=str(server.folder), **kwargs)

            def log_message(self, *_: Any) -> None:
                pass

            def send_head(self) -> Any:
                path = Path(self.translate_path(self.path))
                path = path / "index.html" if path.is_dir() else path
                if not path.is_file():
                    return super().send_head()
                small = server.compress and path.suffix in PACKED
                body = packed(path, path.stat().st_mtime) if small else path.read_bytes()
                server.sent.append((self.path, len(body)))
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", self.guess_type(str(path)))
                self.send_header("Content-Length", str(len(body)))
                if small:
                    self.send_header("Content-Encoding", "gzip")
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                return io.BytesIO(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = server.posts[self.path](body)
                self.send_response(HTTPStatus.OK if answer else HTTPStatus.INTERNAL_SERVER_ERROR)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        return Handler
