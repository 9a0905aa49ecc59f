"""Claims and trusted evidence in, supported, contradicted or unknown out."""

from nesy.grounding.judgement import check_against, ground

__all__ = ["check_against", "ground"]
