"""DVC remotes for tests: objects in a folder, and web servers that serve one, well or badly."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import md5
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext

from modelref.adapters.dvc.config import Caches
from modelref.adapters.dvc.remotes.remotes import DvcRemotes
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.dvc.store.checked import Checked
from modelref.adapters.git.program import Git
from modelref.domain.outs import MD5, Out


def put(top: Path, data: bytes, suffix: str = "") -> tuple[str, Path]:
    """Keep an object below the top of a cache or remote; return its hash and its path."""
    digest = md5(data, usedforsecurity=False).hexdigest()
    path = top / "files" / "md5" / digest[:2] / f"{digest[2:]}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest + suffix, path


def put_folder(top: Path, path: str, files: dict[str, bytes]) -> Out:
    """Keep a folder's files and its manifest; return it as an out."""
    entries = [{"md5": put(top, data)[0], "relpath": name} for name, data in files.items()]
    digest, _ = put(top, json.dumps(entries).encode(), ".dir")
    return Out(path, MD5, digest, sum(map(len, files.values())), len(files))


def configure(root: Path, url: str | Path | None, *lines: str) -> None:
    """Write the settings of a DVC repository whose default remote, ``store``, is at a URL."""
    (root / ".dvc").mkdir(parents=True, exist_ok=True)
    text = "[cache]\n    type = copy\n"
    if url is not None:
        more = "".join(f"    {line}\n" for line in lines)
        text += f"[core]\n    remote = store\n['remote \"store\"']\n    url = {url}\n{more}"
    (root / ".dvc" / "config").write_text(text)


def outputs(root: Path, remotes: DvcRemotes | None = None) -> DvcOutputs:
    """The bytes of a DVC repository, its cache in ``.dvc/cache``."""
    note = Checked(root / "state" / "checked.db")
    return DvcOutputs(Caches(root), note, Git(root), remotes or DvcRemotes())


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, in silence, and as badly as its server wants."""

    server: "Server"

    def do_GET(self) -> None:
        server = self.server
        if server.stop_after is not None and len(server.asked) >= server.stop_after:
            server.reached.set()
            server.over.wait()
            return
        server.asked.append(self.path)
        server.logins.append(self.headers.get("Authorization", ""))
        if server.leads_to:
            self._lead()
        elif server.fault == "endless":
            self._send_endlessly()
        elif server.fault in ("truncate", "lie"):
            self._send_wrong(half=server.fault == "truncate")
        elif not self._refused():
            super().do_GET()

    def do_HEAD(self) -> None:
        if not self._refused():
            super().do_HEAD()

    def _refused(self) -> bool:
        if isinstance(self.server.fault, int):
            self.send_error(self.server.fault)
        elif self.server.fault == "hang":
            self.server.over.wait()
        else:
            return False
        return True

    def _lead(self) -> None:
        self.send_response(302)
        self.send_header(self.server.leads_by, f"{self.server.leads_to}{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_endlessly(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):
            while not self.server.over.is_set():
                self.wfile.write(bytes(1 << 20))
                self.server.sent += 1 << 20

    def _send_wrong(self, *, half: bool) -> None:
        data = Path(self.translate_path(self.path)).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if half else bytes(len(data)))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A web server on a free port of this machine.

    Attributes:
        fault: what it does instead of serving: an HTTP status, ``hang``, ``truncate``, ``lie`` or
            ``endless``.
        leads_to: URL that it leads to instead of serving.
        leads_by: name of the header that says so.
        asked: paths of the files that were asked for, and were answered.
        logins: of those who asked.
        sent: bytes of an endless answer.
        stop_after: how many it answers before it says no more, and that this was reached.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path, tls: SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.scheme = "https" if tls else "http"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.fault: int | str | None = None
        self.leads_to = ""
        self.leads_by = "Location"
        self.asked: list[str] = []
        self.logins: list[str] = []
        self.sent = 0
        self.stop_after: int | None = None
        self.reached, self.over = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"


@contextmanager
def serving(folder: Path, tls: SSLContext | None = None) -> Iterator[Server]:
    """Serve a folder while the context lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
