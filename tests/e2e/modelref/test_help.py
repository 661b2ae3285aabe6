"""Help that reads well on a terminal of 80 columns, with an example of every command."""

import pytest
from click.testing import CliRunner

from modelref.surfaces.cli.app import cli

_COMMANDS = cli.list_commands(None)  # type: ignore[arg-type]  # the list needs no context


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_fits_and_shows_itself_at_work(command: str) -> None:
    said = CliRunner().invoke(cli, [command, "--help"], prog_name="modelref").output
    usage, *rest = said.splitlines()
    assert usage.startswith(f"Usage: modelref {command}")
    assert max(len(line) for line in said.splitlines()) <= 80
    assert any(line.strip().startswith(f"modelref {command}") for line in rest)


def test_the_first_page_fits_and_lists_every_command() -> None:
    said = CliRunner().invoke(cli, ["--help"], prog_name="modelref").output
    assert max(len(line) for line in said.splitlines()) <= 80
    for command in _COMMANDS:
        assert f"\n  {command} " in said
