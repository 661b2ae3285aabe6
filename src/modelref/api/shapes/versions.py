"""JSON shapes of a version's files."""

from collections.abc import Sequence
from typing import Any

from modelref.domain.outs import Out
from modelref.domain.target import Target
from modelref.usecases.resolve import Resolved


def resolved_shape(resolved: Resolved) -> dict[str, Any]:
    """``resolve --json``."""
    return {
        "model": resolved.name,
        "version": resolved.version,
        "tag": resolved.tag,
        "commit": resolved.commit,
        "outs": outs_shape(resolved.outs, resolved.cached),
        "forced": list(resolved.forced),
    }


def target_shape(ref: str, target: Target) -> dict[str, Any]:
    """One line of ``follow --json``."""
    return {
        "ref": ref,
        "model": str(target.artifact),
        "version": str(target.version) if target.version else None,
        "tag": target.event.tag,
        "commit": target.commit,
    }


def outs_shape(outs: Sequence[Out], cached: Sequence[bool]) -> list[dict[str, Any]]:
    """Outs, each with whether its bytes are here."""
    return [
        {
            "path": out.path,
            "hash": out.hash,
            "algorithm": out.algorithm,
            "size": out.size,
            "files": out.files,
            "cached": here,
        }
        for out, here in zip(outs, cached, strict=True)
    ]
