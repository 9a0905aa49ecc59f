"""Predicted and true scenes, or graphs -> counts of right, wrong and missing claims, and F1."""
