"""Claims + trusted evidence -> each claim supported, contradicted or unknown, and why."""

from nesy.grounding.judgement import check_against, ground

__all__ = ["check_against", "ground"]
