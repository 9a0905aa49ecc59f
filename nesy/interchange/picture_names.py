"""The address of a picture, as a tool writes it -> the name of its file; nothing is ever fetched.

A name without a scheme is a path. Of an address the last part of its path is the name; Label Studio's own addresses
carry it in other places: `/data/upload/3/0a1b2c3d-ride.jpg`, `/data/local-files/?d=photos/ride.jpg`,
`/tasks/7/resolve/?fileuri=czM6Ly9...`.
"""

import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NoBase64Error
from collections import Counter
from urllib.parse import parse_qs, unquote, urlsplit

from nesy.scene import Scene

_UPLOADED = re.compile(r"(?<=/)[0-9a-f]{8}-(?=[^/]+$)")
"""What Label Studio puts before the name of a file that was uploaded to it."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]+:", re.IGNORECASE)


def file_name(address: str) -> str:
    """Return the name of the file that an address or path leads to.

    >>> file_name("/data/upload/3/0a1b2c3d-ride%201.jpg"), file_name("/data/local-files/?d=photos/ride.jpg")
    ('ride 1.jpg', 'ride.jpg')
    >>> file_name("s3://bucket/set/ride.jpg"), file_name("https://example.org/ride.jpg?x=1"), file_name("set/ride.jpg")
    ('ride.jpg', 'ride.jpg', 'ride.jpg')

    Raises:
        ValueError: it names no file.
    """
    if address[:5].lower() == "data:":
        raise ValueError("the picture itself stands where its address should; a path or an address would be right")
    path = address
    if _SCHEME.match(address) or address.startswith("/data/"):
        path = _of_address(address)
    elif re.match(r"/tasks/\d+/(resolve|presign)/", address):
        path = _of_address(_resolved(address))
    name = re.split(r"[\\/]", path)[-1]
    if not name.strip() or name in (".", "..") or "\0" in name:
        raise ValueError(f"{address[:80]!r} names no file; a path or an address of a picture would be right")
    return name


def _of_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.path.startswith("/data/local-files"):
        return parse_qs(parts.query).get("d", [""])[0]
    path = _UPLOADED.sub("", parts.path) if parts.path.startswith("/data/upload/") else parts.path
    return unquote(path)


def _resolved(address: str) -> str:
    """Return the address that stands, in base 64, in one of a storage that Label Studio resolves."""
    packed = parse_qs(urlsplit(address).query).get("fileuri", [""])[0]
    for read in (urlsafe_b64decode, b64decode):
        try:
            return read(packed + "=" * (-len(packed) % 4)).decode()
        except (NoBase64Error, ValueError):
            continue
    return packed


def unnamed(scene: Scene) -> Counter[str] | None:
    """Return what is lost of a scene that names no picture, in a format of pictures; None where it names one."""
    if scene.image is not None and scene.image.name.strip():
        return None
    lost = Counter({"scenes that name no picture": 1})
    for name in ("entities", "part_states", "relations", "counts"):
        lost[f"{name.replace('_', ' ')} of such scenes"] += len(getattr(scene, name))
    return +lost
