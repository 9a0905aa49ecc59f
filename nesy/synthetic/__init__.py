"""nesy.synthetic"""
