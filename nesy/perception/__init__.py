"""nesy.perception"""
