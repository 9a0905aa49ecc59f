"""Free text in, the claims that it makes out."""
