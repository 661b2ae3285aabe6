"""Files that a person names: written whole or not at all, and nothing else is ever replaced."""

import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from modelref.errors import BadInput, OutOfReach
from modelref.surfaces.cli.files import write_whole


def test_a_file_is_made_with_its_folder_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "page.html"
    write_whole(path, "ä")
    write_whole(path, "ö")
    assert path.read_text(encoding="utf-8") == "ö"
    assert [one.name for one in path.parent.iterdir()] == ["page.html"]


def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link, dangling = tmp_path / "elsewhere" / "a", tmp_path / "link", tmp_path / "dangling"
    target.write_text("old")
    link.symlink_to(target)
    dangling.symlink_to(tmp_path / "elsewhere" / "b")
    write_whole(link, "new")
    write_whole(dangling, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    assert (dangling.is_symlink(), (tmp_path / "elsewhere" / "b").read_text()) == (True, "new")


def test_what_is_no_file_is_refused_and_stays(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe", tmp_path / "loop"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path in (pipe, loop, tmp_path, Path("/dev/null")):
        with pytest.raises(BadInput, match="is not a regular file"):
            write_whole(path, "x")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert loop.is_symlink()


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(OutOfReach, match="Not a directory"):
        write_whole(tmp_path / "file" / "page", "x")
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "file", "half \ud800")
    assert (tmp_path / "file").read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "page"
    texts = [str(number) * 100_000 for number in range(8)]
    threads = [Thread(target=write_whole, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert [one.name for one in tmp_path.iterdir()] == ["page"]
