"""Scenes from and for the files of other tools; what a format cannot hold is counted, never dropped in silence."""

from nesy.interchange.conversion import read, write
from nesy.interchange.format import Format
from nesy.interchange.formats import FORMATS
from nesy.interchange.losses import Lost

__all__ = ["FORMATS", "Format", "Lost", "read", "write"]
