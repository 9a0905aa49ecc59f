"""Claims and trusted evidence in, supported, contradicted or unknown out."""

from nesy.checking.grounding.ground import check_against, ground

__all__ = ["check_against", "ground"]
