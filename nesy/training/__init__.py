"""nesy.training"""
