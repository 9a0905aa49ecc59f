"""nesy.correction"""
