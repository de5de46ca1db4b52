from pathlib import Path

from config.master_key import FILE, master_key_in
from config.parsers import master_keys


def test_makes_a_key_once_and_keeps_it_to_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = master_key_in(folder)
    assert master_key_in(folder) == first
    assert len(master_keys(first)[1]) == 32
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_every_folder_has_its_own(tmp_path: Path) -> None:
    assert master_key_in(tmp_path / "a") != master_key_in(tmp_path / "b")
