"""Step 5. What is still inconsistent -> a consistent scene, and the price of every change."""

from nesy.repair.withdrawal import Repaired, cost, repair

__all__ = ["Repaired", "cost", "repair"]
