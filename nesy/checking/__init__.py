"""nesy.checking"""
