"""Treebank and caption graphs in, the weights of `nesy/language/model` out."""
