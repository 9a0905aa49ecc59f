"""nesy: a vision-language model made accountable."""
