"""A data set of pictures -> a run: a folder of analyses that can be stopped, resumed and shared out."""

from nesy.batch.batch_analysis import analyze
from nesy.batch.data_set import DataSet
from nesy.batch.run_reader import Run, read_run
from nesy.batch.run_writer import RunWriter
from nesy.batch.summary import BatchSummary

__all__ = ["BatchSummary", "DataSet", "Run", "RunWriter", "analyze", "read_run"]
