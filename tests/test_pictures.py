"""The pictures that the READMEs show: all there, listed, and small."""

from pictures import FOLDER, MADE_UP, REAL, files, readme


def test_every_layout_has_its_pictures_and_nothing_else_is_kept() -> None:
    wanted = {file for shot in (*REAL, *MADE_UP) for file in files(shot)}
    assert {path.name for path in FOLDER.iterdir()} == wanted | {"README.md"}
    assert (FOLDER / "README.md").read_text("utf-8") == readme()


def test_all_pictures_together_are_quick_to_load() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < 3_000_000
