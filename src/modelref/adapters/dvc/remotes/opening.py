"""From a remote's settings to its objects."""

from pathlib import Path

from modelref.adapters.dvc.remotes.settings import RemoteSettings
from modelref.adapters.dvc.remotes.stores import Folder, Store, unreachable
from modelref.domain.secrets import without_credentials
from modelref.errors import BadInput, ModelRefError, OutOfReach

_EXTRAS = {"gs": "gs", "azure": "azure", "ssh": "ssh", "webdavs": "webdav", "webdav": "webdav"}


def open_store(settings: RemoteSettings) -> Store:
    """Open a remote.

    Raises:
        OutOfReach: its folder is not there, or what reads such remotes is not installed.
        BadInput: DVC does not accept its settings.
    """
    if settings.is_folder:
        top = Path(settings.url.removeprefix("file://").removeprefix("local://"))
        if not top.is_dir():
            made = "if it is new, dvc push makes it; if not, " if settings.own else ""
            raise unreachable(settings.name, f"there is no folder {top}", first=made)
        return Folder(settings.name, top)
    try:
        return _open_cloud(settings)
    except ModelRefError:
        raise
    except Exception as error:  # noqa: BLE001  # every file system has errors of its own
        said = without_credentials(str(error), settings.secrets) or type(error).__name__
        raise unreachable(settings.name, said) from None


def _open_cloud(settings: RemoteSettings) -> Store:
    from dvc.config import ConfigError
    from dvc.fs import RemoteMissingDepsError, get_cloud_fs

    from modelref.adapters.dvc.remotes.cloud import Cloud
    from modelref.adapters.dvc.remotes.confined import confine

    try:
        kind, options, top = get_cloud_fs({}, **settings.options)
        files = kind(**options)
        if files.protocol == "https" and not settings.own:
            confine(files, settings.url)
        files.fs  # noqa: B018  # made here, by one thread
    except (ImportError, RemoteMissingDepsError) as error:
        raise _not_installed(settings) from error
    except ConfigError as error:
        raise BadInput(
            f"the DVC remote {settings.name!r}: "
            f"{without_credentials(str(error), settings.secrets)}",
            kind="unreadable-file",
            hint=f"dvc remote modify {settings.name} OPTION VALUE",
        ) from None
    return Cloud(settings.name, files, top, settings.secrets)


def _not_installed(settings: RemoteSettings) -> OutOfReach:
    scheme = settings.url.partition("://")[0]
    wanted = "modelref[s3]" if scheme == "s3" else f"dvc[{_EXTRAS.get(scheme, scheme)}]"
    return OutOfReach(
        f"the DVC remote {settings.name!r} is {scheme}://, and what reads such remotes is not "
        "installed",
        kind="missing-plugin",
        hint=f"pip install '{wanted}'",
    )
