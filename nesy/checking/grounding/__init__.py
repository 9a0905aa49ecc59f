"""Claims and trusted evidence in, supported, contradicted or unknown out."""

from nesy.checking.grounding.ground import ground

__all__ = ["ground"]
