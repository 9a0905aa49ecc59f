"""nesy.evaluation"""
