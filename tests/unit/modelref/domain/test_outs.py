from modelref.domain.outs import MD5, Out, is_within, outs_under

FOLDER = Out("models", MD5, "0" * 32 + ".dir")
FILE = Out("models.bin", MD5, "1" * 32)


def test_a_path_is_within_itself_and_its_folders_only() -> None:
    assert is_within("models/a", "models")
    assert is_within("models", "models")
    assert not is_within("models.bin", "models")


def test_outs_at_or_below_the_artifact_make_it_up() -> None:
    below = Out("models/a/w", MD5, "2" * 32)
    assert outs_under([FILE, below], "models/a") == (below,)


def test_an_artifact_inside_a_folder_is_that_part_of_it() -> None:
    (out,) = outs_under([FOLDER, FILE], "models/rec/weights")
    assert (out.path, out.within) == ("models", "rec/weights")
