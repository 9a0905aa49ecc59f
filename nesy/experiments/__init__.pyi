# The public names of the experiments, in one place; `nesy/experiments/__init__.py` loads them from here.
from .arms.arms import ARMS as ARMS
from .arms.arms import arm as arm
from .arms.experiment import run_arms as run_arms
from .arms.harm import account as account
from .arms.reconstruction import reconstruct as reconstruct
from .arms.scores import ArmReport as ArmReport
from .arms.table import report_of as report_of
from .arms.table import text_table as text_table
from .arms.traces import Traces as Traces
from .datasets import load_dataset as load_dataset
from .mutation.mutation import golden_cases as golden_cases
from .mutation.mutation import measure_mutation as measure_mutation
from .rules.alarms import Selection as Selection
from .rules.alarms import measure_alarms as measure_alarms
from .rules.coverage import measure_coverage as measure_coverage
from .rules.recall import measure_recall as measure_recall
from .scoring.folder import Report as Report
from .scoring.folder import evaluate as evaluate
from .scoring.metrics import Tally as Tally
from .scoring.metrics import right_claims as right_claims
from .scoring.metrics import tally as tally
from .scoring.metrics import total as total
from .statistics.resampling import Interval as Interval
from .statistics.resampling import difference as difference
from .statistics.resampling import interval as interval

__all__: list[str]
