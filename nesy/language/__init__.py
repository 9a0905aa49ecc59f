"""Sentences -> the scene that they describe; a question -> what it asks."""
