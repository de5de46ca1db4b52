"""Copies of two files that are written all the while belong to one moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage import backup_sqlite
from storage.errors import SchemaMissing, StorageError
from storage.sqlite import connect

ROUNDS = 25


@pytest.fixture
def files(migrated_files: Path, tmp_path: Path) -> tuple[Path, Path]:
    copies = []
    for name in ("main.db", "main-inbox.db"):
        copies.append(tmp_path / name)
        copies[-1].write_bytes((migrated_files / name).read_bytes())
    return copies[0], copies[1]


def work_until(stop: threading.Event, main: Path, inbox: Path) -> None:
    """Do what a service does with each delivery: store, apply, mark as done."""
    with closing(connect(main)) as m, closing(connect(inbox)) as i:
        number = 0
        while not stop.is_set():
            number += 1
            i.execute(
                "insert into inbox values (?, ?, 'x', '', 1, ?, 0, 'pending', 0, '', 0, '')",
                (number, number.to_bytes(8), bytes(500)),
            )
            m.execute("insert into applied values (?, 0)", (number,))
            i.execute("update inbox set state = 'done' where id = ?", (number,))


@contextmanager
def writing(main: Path, inbox: Path) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work_until, args=(stop, main, inbox))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def ids(path: Path, sql: str) -> set[int]:
    with closing(connect(path)) as connection:
        return {row[0] for row in connection.execute(sql)}


def test_nothing_is_applied_that_did_not_come_in_and_nothing_done_that_was_not_applied(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    seen = set()
    with writing(*files):
        for number in range(ROUNDS):
            folder = tmp_path / f"copy{number}"
            folder.mkdir()
            main, inbox = backup_sqlite.copy_together(*files, folder)
            applied = ids(main, "select inbox_id from applied")
            assert applied <= ids(inbox, "select id from inbox")
            assert ids(inbox, "select id from inbox where state = 'done'") <= applied
            seen.add(len(applied))
    assert len(seen) > ROUNDS // 2, "the writer did not write meanwhile"


def test_a_copy_is_one_file_that_only_its_owner_reads(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for copy in backup_sqlite.copy_together(*files, folder):
        with closing(connect(copy)) as connection:
            connection.execute("create table more (id integer)")
        backup_sqlite.close_up(copy)
        assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["clew-inbox.db", "clew.db"]


def test_contents_name_every_table_and_migration(files: tuple[Path, Path]) -> None:
    rows, migrations = backup_sqlite.contents(*files)
    assert rows["person"] == rows["inbox"] == 0
    assert {"clew.0001_initial", "inbox.0001_initial"} <= set(migrations)


def test_where_a_file_is_missing_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(SchemaMissing):
        backup_sqlite.copy_together(tmp_path / "a.db", tmp_path / "b.db", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_not_taken_for_a_sound_one(files: tuple[Path, Path]) -> None:
    main, inbox = files
    content = bytearray(main.read_bytes())
    content[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    main.write_bytes(content)
    with pytest.raises(StorageError):
        backup_sqlite.contents(main, inbox)
    assert backup_sqlite.is_occupied(main, inbox)


def test_files_are_free_while_no_table_holds_a_row(files: tuple[Path, Path]) -> None:
    main, inbox = files
    assert not backup_sqlite.is_occupied(main, inbox)
    with closing(connect(main)) as connection:
        connection.execute("insert into applied values (1, 0)")
    assert backup_sqlite.is_occupied(main, inbox)
    inbox.unlink()
    assert backup_sqlite.is_occupied(main, inbox)
    main.unlink()
    assert not backup_sqlite.is_occupied(main, inbox)


def test_what_was_there_moves_aside_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    target, fresh = tmp_path / "clew.db", tmp_path / "fresh.db"
    for path in (target, tmp_path / "clew.db-wal", fresh):
        path.write_text(path.name)
    backup_sqlite.put_in_place(fresh, target, ".old")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "clew.db": "fresh.db",
        "clew.db.old": "clew.db",
        "clew.db.old-wal": "clew.db-wal",
    }
