"""What is said of a remote that keeps no leases."""

from modelref.surfaces.cli.output import note


def warn_alone(remote: str | None, why: str) -> None:
    """Say on standard error that a remote took tags without their leases.

    Args:
        remote: its name.
        why: why it did; ``""`` where it took the leases too, of which nothing is said.
    """
    if why:
        note(f"warning: {remote} took the tags without their leases: {why}")
        note("hint: two who write at the same moment may both be recorded; docs/how-to/sharing.md")
