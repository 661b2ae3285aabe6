"""A web server that a stranger chose: asked with no login, and followed nowhere without TLS."""

from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass


class Redirected(Exception):
    """A server led away from TLS."""


def confine(files: Any, url: str) -> None:
    """Confine DVC's file system of https, before it is asked for anything.

    By itself it takes the person's proxy from the environment together with their ``.netrc``, and
    follows wherever a server leads. The proxy stays.

    Args:
        files: the file system.
        url: of the remote.
    """
    from aiohttp import TraceConfig

    following = TraceConfig()
    following.on_request_redirect.append(_refuse_unencrypted)
    client = files.fs_args["client_kwargs"]
    client.update(trust_env=False, trace_configs=[following])
    proxy = getproxies().get("https")
    if proxy and not proxy_bypass(urlsplit(url).hostname or ""):
        client["proxy"] = proxy


async def _refuse_unencrypted(_session: Any, _context: Any, asked: Any) -> None:
    headers = asked.response.headers  # the client follows either, the first that is there
    location = urljoin(str(asked.url), headers.get("Location") or headers.get("URI", ""))
    parts = urlsplit(location)
    if parts.scheme != "https":
        asked.response.close()
        raise Redirected(f"it leads to {parts.scheme}://{parts.hostname}, without TLS")
