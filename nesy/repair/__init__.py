"""nesy.repair"""
