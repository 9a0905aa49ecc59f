"""Labelled pictures and a model -> what its words, its looks and a witness beside it are worth: `nesy calibrate`."""
