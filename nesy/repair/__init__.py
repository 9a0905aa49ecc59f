"""Step 5. What is still inconsistent -> the cheapest consistent scene, and the price of every change."""

from nesy.repair.prices import changing, denied, evidence, price, weighed, withdrawing
from nesy.repair.search import Repaired, repair

__all__ = ["Repaired", "changing", "denied", "evidence", "price", "repair", "weighed", "withdrawing"]
