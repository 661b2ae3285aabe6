"""DVC's settings, read without importing DVC: where the cache lies and how to link from it."""

import configparser
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modelref.adapters.plainfile import read_plain
from modelref.errors import BadInput

_LINKS = ("reflink", "hardlink", "symlink", "copy")
_DEFAULT_LINKS = ("reflink", "copy")
CONFIG = ".dvc/config"
"""The settings that git keeps, from the top folder of a DVC repository."""


@dataclass(frozen=True, slots=True)
class CacheConfig:
    """Where DVC keeps bytes.

    Attributes:
        folder: the cache.
        links: how files are brought out of it, the first that works.
        shared: whether the group may write to it as well.
    """

    folder: Path
    links: tuple[str, ...]
    shared: bool = False


class Caches:
    """The caches of a checkout: each DVC repository in it, wherever it lies, has its own."""

    def __init__(self, root: Path) -> None:
        """Bind the top folder of a checkout; nothing is read yet."""
        self._root = root
        self._known: dict[Path, CacheConfig] = {}
        self._roots: dict[str, Path] = {}

    def of(self, path: str) -> CacheConfig:
        """The cache that keeps what lies at a repository path: that of the nearest ``.dvc``.

        Raises:
            BadInput: as :func:`read_cache_config`.
        """
        nearest = self.root_of(path)
        if nearest not in self._known:
            self._known[nearest] = read_cache_config(nearest)
        return self._known[nearest]

    def root_of(self, path: str) -> Path:
        """Top folder of the DVC repository that a repository path belongs to."""
        folder = str(PurePosixPath(path).parent)
        if folder not in self._roots:  # a version of many files asks for each of them
            above = [self._root / parent for parent in PurePosixPath(path).parents]
            nearest = next((one for one in above if (one / ".dvc").is_dir()), self._root)
            self._roots[folder] = nearest
        return self._roots[folder]


def read_cache_config(root: Path) -> CacheConfig:
    """Read the cache settings of a DVC repository: system, user, repository and local files.

    Args:
        root: folder that holds ``.dvc``.

    Raises:
        BadInput: a config file cannot be parsed, or names an unknown kind of link.
    """
    folder = root / ".dvc" / "cache"
    links: tuple[str, ...] = _DEFAULT_LINKS
    shared = False
    for path in _files(root):
        cache = _section(path, "cache")
        if "dir" in cache:
            folder = _folder(path, cache["dir"])
        if "type" in cache:
            links = _parse_links(path, cache["type"])
        shared = cache.get("shared", "group" * shared).lower() == "group"
    return CacheConfig(folder, links, shared)


def leads_to_same_remote(root: Path, kept: bytes, name: str) -> bool:
    """Whether a remote is where it is now once other settings stand in ``.dvc/config``.

    Those of another commit: that is what DVC goes by when it pushes what the commit has.

    Args:
        root: folder that holds ``.dvc``.
        kept: what stands in them.
        name: of the remote; ``""`` for whichever is the default.

    Raises:
        BadInput: a config file cannot be parsed.
    """
    then = _whereabouts(root, name, kept)
    return bool(then) and then == _whereabouts(root, name, _read(root / CONFIG))


def _whereabouts(root: Path, name: str, kept: bytes) -> tuple[str, ...]:
    """What the settings say of where a remote is; empty where they do not say it."""
    parsed = [
        _parsed(path, kept if path == root / CONFIG else _read(path)) for path in _files(root)
    ]
    found: list[str] = []
    name = name or _last(parsed, "core").get("remote", "")
    while True:
        settings = _last(parsed, f'remote "{name.lower()}"')
        url = settings.get("url", "")
        if not url or url in found:
            return ()
        found += [url, settings.get("endpointurl", "")]
        base = url.removeprefix("remote://")
        if base == url:
            return tuple(found)
        name = base.partition("/")[0]


def _last(parsed: Sequence[configparser.ConfigParser], section: str) -> Mapping[str, str]:
    """What a section says in several files, of which later ones win."""
    return {key: value for one in parsed for key, value in _options(one, section).items()}


def _files(root: Path) -> tuple[Path, ...]:
    system = Path(os.environ.get("DVC_SYSTEM_CONFIG_DIR") or "/etc/xdg/dvc")
    user = os.environ.get("DVC_GLOBAL_CONFIG_DIR")
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    own = root / ".dvc"
    return (
        system / "config",
        (Path(user) if user else base / "dvc") / "config",
        own / "config",
        own / "config.local",
    )


def _section(path: Path, name: str) -> Mapping[str, str]:
    return _options(_parsed(path, _read(path)), name)


def _read(path: Path) -> bytes:
    try:
        data = read_plain(path)
    except PermissionError:
        return b""
    if data is None and path.exists():
        raise BadInput(f"{path} is no DVC config: no plain file", kind="unreadable-file")
    return data or b""


def _parsed(path: Path, data: bytes) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(data.decode("utf-8"))
    except (configparser.Error, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise BadInput(f"{path} is no DVC config: {said}", kind="unreadable-file") from error
    return parser


def _options(parser: configparser.ConfigParser, name: str) -> Mapping[str, str]:
    """What a section says, however it is quoted."""
    names = (one for one in parser.sections() if one.strip("'") == name)
    return {k: v.strip("\"'") for one in names for k, v in parser.items(one)}


def _folder(path: Path, text: str) -> Path:
    try:
        return (path.parent / Path(text).expanduser()).resolve()
    except (RuntimeError, ValueError, OSError) as error:  # ~nobody, NUL, links in a circle
        raise BadInput(
            f"{path}: cache.dir {text!r} is no folder: {error}",
            kind="unreadable-file",
            hint="dvc config cache.dir DIR",
        ) from error


def _parse_links(path: Path, text: str) -> tuple[str, ...]:
    links = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [link for link in links if link not in _LINKS]
    if unknown or not links:
        raise BadInput(
            f"{path}: cache.type {text!r} is not a list of {', '.join(_LINKS)}",
            kind="unreadable-file",
            hint="dvc config cache.type reflink,copy",
        )
    return links
