"""nesy.graph"""
