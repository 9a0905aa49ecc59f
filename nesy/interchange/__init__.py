"""Scenes from and for the files of other tools; what a format cannot hold is counted, never dropped in silence."""
