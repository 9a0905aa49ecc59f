"""Request -> Reply: one file per back end (transformers, a server, recorded and scripted replies)."""
