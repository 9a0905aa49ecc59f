"""Tar shards, streamed: whole ones, cut ones, hostile ones."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesy.batch.data_set import DataSet
from nesy.batch.tar_shards import in_shard
from nesy.errors import InputError
from tests.runs import png, tar

FIVE = [(f"{number:06d}.png", number) for number in range(5)]


def read(path: Path) -> list[tuple[str, bytes | str]]:
    """Return the name of each picture, and its bytes or why there are none."""
    found: list[tuple[str, bytes | str]] = []
    for picture in in_shard(path):
        try:
            found.append((picture.name, picture.read()))
        except InputError as error:
            found.append((picture.name, str(error)))
    return found


@pytest.mark.parametrize(
    ("ending", "mode"), [(".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar.xz", "w:xz")]
)
def test_pictures_are_called_by_shard_and_member(tmp_path: Path, ending: str, mode: str) -> None:
    members = [*FIVE[:2], ("000000.json", b"{}"), ("sub/x.jpg", 9), ("./y.png", 8), ("._y.png", b"x"), (".h/z.png", 1)]
    path = tar(tmp_path / f"train-00{ending}", members, mode)
    assert read(path) == [
        ("train-00/000000.png", png(0)),
        ("train-00/000001.png", png(1)),
        ("train-00/sub/x.jpg", png(9)),
        ("train-00/y.png", png(8)),
    ]


def test_what_is_not_read_is_passed_over(tmp_path: Path) -> None:
    assert [picture.name for picture in DataSet(tar(tmp_path / "s.tar", FIVE))] == [f"s/{name}" for name, _ in FIVE]


def test_nothing_leaves_the_shard(tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    with tarfile.open(path, "w") as shard:
        for name, kind in (
            ("link.png", tarfile.SYMTYPE),
            ("hard.png", tarfile.LNKTYPE),
            ("pipe.png", tarfile.FIFOTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            shard.addfile(member)
    tar(path, [("../../up.png", 1), ("/etc/abs.png", 2), ("a/../../b.png", 3)], "a")
    found = dict(read(path))
    assert [found[f"s/{name}"] for name in ("up.png", "etc/abs.png", "b.png")] == [png(1), png(2), png(3)]
    assert all("a link or a special file" in str(found[f"s/{name}"]) for name in ("link.png", "hard.png", "pipe.png"))
    assert [one.name for one in tmp_path.iterdir()] == ["s.tar"]


def test_a_huge_member_is_told_and_not_read(tmp_path: Path) -> None:
    """Its size is what its head says; the file is not that long."""
    path = tmp_path / "s.tar"
    member = tarfile.TarInfo("huge.png")
    member.size = 1 << 40
    path.write_bytes(tar(tmp_path / "one.tar", FIVE[:1]).read_bytes()[:1024] + member.tobuf())
    first, huge, broken = read(path)
    assert first == ("s/000000.png", png(0))
    assert huge[0] == "s/huge.png" and "1099511627776 bytes is more than the limit" in str(huge[1])
    assert broken[0] == "s.tar"


def test_a_name_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    head = tarfile.TarInfo("././@PaxHeader")
    head.type, head.size = tarfile.XHDTYPE, 1 << 30
    path = tmp_path / "s.tar.gz"
    path.write_bytes(gzip.compress(head.tobuf() + bytes(1 << 16)))
    assert "names a member by 1073741824 bytes" in str(read(path)[-1][1])


@pytest.mark.parametrize("data", [b"", b"not a tar file at all", bytes(10), gzip.compress(b"x" * 2000), png(1)])
def test_what_is_no_tar_file_is_told_before_anything_is_done(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "s.tar"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"s\.tar: (not a tar file|cannot be read|no picture)"):
        DataSet(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(packed=st.booleans(), data=st.data())
def test_of_a_shard_that_is_cut_anywhere_the_whole_pictures_come_and_the_cut_is_told(
    tmp_path: Path, packed: bool, data: st.DataObject
) -> None:
    ending = ".tar.gz" if packed else ".tar"
    whole = tar(tmp_path / f"whole{ending}", FIVE, "w:gz" if packed else "w").read_bytes()
    marked = len(whole) if packed else 5 * 1024  # after the last member, zeros stand up to a full record
    cut = data.draw(st.integers(1, marked - 1))
    path = tmp_path / f"cut{ending}"
    path.write_bytes(whole[:cut])
    found = read(path)
    good = [one for one in found if isinstance(one[1], bytes)]
    assert good == [(f"cut/{name}", png(number)) for name, number in FIVE][: len(good)]
    if len(good) < len(FIVE) or not packed:  # a packed one may be cut behind all that is in it
        assert [name for name, told in found if isinstance(told, str)][-1] == path.name
    assert all("breaks off" in told or "damaged" in told for _, told in found if isinstance(told, str))


def test_a_damaged_head_is_no_end(tmp_path: Path) -> None:
    path = tar(tmp_path / "s.tar", FIVE)
    data = bytearray(path.read_bytes())
    data[2 * 1024 : 2 * 1024 + 100] = b"\xff" * 100
    path.write_bytes(data)
    assert [name for name, _ in read(path)] == ["s/000000.png", "s/000001.png", "s.tar"]


def test_members_are_not_kept(tmp_path: Path) -> None:
    path = tar(tmp_path / "s.tar", [(f"{number}.png", 1) for number in range(50)])
    opened: list[tarfile.TarFile] = []
    keep = tarfile.open

    def remember(*given: object, **more: object) -> tarfile.TarFile:
        opened.append(keep(*given, **more))  # type: ignore[call-overload]
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tarfile, "open", remember)
        assert all(len(opened[0].members) <= 1 for _ in in_shard(path))


def test_a_shard_as_a_pipe_writes_it_is_read(tmp_path: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w|gz") as shard:
        member = tarfile.TarInfo("a.png")
        member.size = len(png(1))
        shard.addfile(member, io.BytesIO(png(1)))
    (tmp_path / "s.tar").write_bytes(made.getvalue())  # packed, whatever its suffix says
    assert read(tmp_path / "s.tar") == [("s/a.png", png(1))]


@pytest.mark.parametrize("version", ["0.0", "0.1", "1.0"])
def test_what_stands_after_a_sparse_file_is_read(tmp_path: Path, version: str) -> None:
    """GNU tar tells of a file with holes how large it is, and writes only what is between them."""
    path = tmp_path / "s.tar"
    parts = {
        "0.0": {"GNU.sparse.size": "3000000", "GNU.sparse.numblocks": "0"},
        "0.1": {"GNU.sparse.size": "3000000", "GNU.sparse.numblocks": "1", "GNU.sparse.map": "3000000,0"},
        "1.0": {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "3000000"},
    }[version]
    data = b"0\n" + b"\0" * 510 if version == "1.0" else b""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as shard:
        member = tarfile.TarInfo("holes.png")
        member.size, member.pax_headers = len(data), {**parts, "GNU.sparse.name": "holes.png"}
        shard.addfile(member, io.BytesIO(data))
    tar(path, [("after.png", 1)], "a")
    assert read(path)[-1] == ("s/after.png", png(1))


@pytest.mark.parametrize("length", range(1, 12))
def test_a_packed_shard_that_ends_in_its_head_is_told(tmp_path: Path, length: int) -> None:
    path = tar(tmp_path / "s.tar.gz", FIVE[:1], "w:gz")
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputError, match=r"s\.tar\.gz"):
        [*DataSet(path)]
