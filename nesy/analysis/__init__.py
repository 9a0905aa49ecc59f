"""Analysis: what is on record of one image, a claim's life in it, and its provenance."""

from nesy.analysis.album import Album
from nesy.analysis.analysis import Analysis
from nesy.analysis.history import History, OntologyFile
from nesy.analysis.rounds import Answer, Edit, Evidence, Failure, Located, Round, StopReason, Withdrawal, withdrawn

__all__ = [
    "Album",
    "Analysis",
    "Answer",
    "Edit",
    "Evidence",
    "Failure",
    "History",
    "Located",
    "OntologyFile",
    "Round",
    "StopReason",
    "Withdrawal",
    "withdrawn",
]
