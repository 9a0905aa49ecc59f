"""nesy.rendering"""
