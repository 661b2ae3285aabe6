"""Real servers on the loopback, run by whoever runs the tests: sshd, and nginx for http-backend.

Each has a folder, keys and a free port of its own, and ends with the block that started it.
"""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 20.0


@dataclass(frozen=True)
class Server:
    """A server that hands out the repositories of a folder.

    Attributes:
        url: what stands before a repository's name.
        env: variables by which git reaches it.
    """

    url: str
    env: Mapping[str, str]


@contextmanager
def ssh_server(folder: Path, repositories: Path) -> Iterator[Server]:
    """Run an sshd that lets the owner of a new key in."""
    folder.mkdir()
    for name in ("host", "person"):
        _done("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
    shutil.copy(folder / "person.pub", folder / "authorized")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it, and is started by hand here
    port = _free_port()
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "MaxStartups 1000\nMaxSessions 1000\n"
    )
    host_key = (folder / "host.pub").read_text()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {host_key}")
    command = (
        f"ssh -F none -i {folder}/person -o IdentitiesOnly=yes -o UserKnownHostsFile={folder}/known"
    )
    with _running([_program("sshd"), "-D", "-e", "-f", str(folder / "config")], folder, port):
        url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{repositories}"
        yield Server(url, {"GIT_SSH_COMMAND": command})


@contextmanager
def https_server(folder: Path, repositories: Path) -> Iterator[Server]:
    """Run nginx with a certificate of its own before ``git http-backend``; who pushes is not asked.

    A repository takes pushes once ``http.receivepack`` is set in it.
    """
    folder.mkdir()
    _done(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
    )  # fmt: skip
    port = _free_port()
    (folder / "nginx.conf").write_text(_nginx(folder, port, repositories))
    wrap = [_program("fcgiwrap"), "-c", "16", "-s", f"unix:{folder}/socket"]
    nginx = [_program("nginx"), "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    with _running(wrap, folder, folder / "socket"), _running(nginx, folder, port):
        yield Server(f"https://127.0.0.1:{port}", {"GIT_SSL_CAINFO": str(folder / "cert.pem")})


def _nginx(folder: Path, port: int, repositories: Path) -> str:
    backend = f"{_done('git', '--exec-path')}/git-http-backend"
    owner = f"user {getpass.getuser()} root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    given = {
        "SCRIPT_FILENAME": backend,
        "GIT_PROJECT_ROOT": str(repositories),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": "$http_git_protocol",
        "PATH_INFO": "$uri",
        "QUERY_STRING": "$query_string",
        "REQUEST_METHOD": "$request_method",
        "CONTENT_TYPE": "$content_type",
        "CONTENT_LENGTH": "$content_length",
        "REMOTE_ADDR": "$remote_addr",
    }
    params = "".join(f"fastcgi_param {name} {value};" for name, value in given.items())
    return (
        f"{owner} daemon off; pid {folder}/pid; worker_processes 2;\n"
        f"events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port} ssl; client_max_body_size 0;\n"
        f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;\n"
        f"location / {{ fastcgi_pass unix:{folder}/socket; {params} }} }} }}\n"
    )


@contextmanager
def _running(argv: Sequence[str], folder: Path, place: int | Path) -> Iterator[None]:
    """Run a program until the block ends; it is there once its port or socket takes callers."""
    log = folder / f"{Path(argv[0]).name}.log"
    with log.open("wb") as said:
        child = subprocess.Popen(
            argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, process_group=0
        )
        try:
            deadline = time.monotonic() + _PATIENCE
            while not _listens(place):
                assert child.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a program and what it started, by its process group."""
    for number in (15, 9):
        try:
            os.killpg(child.pid, number)
            child.wait(5)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            break
    child.wait()


def _listens(place: int | Path) -> bool:
    with socket.socket(socket.AF_INET if isinstance(place, int) else socket.AF_UNIX) as caller:
        caller.settimeout(1)
        where = ("127.0.0.1", place) if isinstance(place, int) else str(place)
        return caller.connect_ex(where) == 0


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin:/sbin")
    assert found, f"{name} is not installed: .ci/run installs what make test-system needs"
    return found


def _done(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
