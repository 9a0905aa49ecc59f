"""The loop over HTTP: an OpenAI-compatible server whose answers are checked."""
