"""A data set of pictures -> a run: a folder of analyses that can be stopped, resumed and shared out."""
