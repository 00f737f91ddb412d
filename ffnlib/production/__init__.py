"""Feed-forward networks at work: hardware, rooflines, sharding, telemetry, comparisons.

Chapter 10. What a layer costs on a machine, how it is split over devices, which alarm rings when a
training goes wrong, and whether a difference between two variants can be chance.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.production._alarms import SIGNALS as SIGNALS
    from ffnlib.production._alarms import USUAL as USUAL
    from ffnlib.production._alarms import Alarm as Alarm
    from ffnlib.production._alarms import Limits as Limits
    from ffnlib.production._alarms import Signal as Signal
    from ffnlib.production._alarms import first_alarms as first_alarms
    from ffnlib.production._alarms import limits_for as limits_for
    from ffnlib.production._alarms import rung as rung
    from ffnlib.production._alarms import signals as signals
    from ffnlib.production._all_reduce import Message as Message
    from ffnlib.production._all_reduce import Reduced as Reduced
    from ffnlib.production._all_reduce import even_slices as even_slices
    from ffnlib.production._all_reduce import ring_all_reduce as ring_all_reduce
    from ffnlib.production._all_reduce import ring_bytes as ring_bytes
    from ffnlib.production._comparison import Comparison as Comparison
    from ffnlib.production._comparison import Interval as Interval
    from ffnlib.production._comparison import bootstrap_interval as bootstrap_interval
    from ffnlib.production._comparison import compare_paired as compare_paired
    from ffnlib.production._comparison import compare_unpaired as compare_unpaired
    from ffnlib.production._comparison import mcnemar as mcnemar
    from ffnlib.production._comparison import seeds_needed as seeds_needed
    from ffnlib.production._engines import Engine as Engine
    from ffnlib.production._engines import engines as engines
    from ffnlib.production._failure_scenarios import BAD as BAD
    from ffnlib.production._failure_scenarios import PROBE as PROBE
    from ffnlib.production._failure_scenarios import TRAININGS as TRAININGS
    from ffnlib.production._failure_scenarios import Run as Run
    from ffnlib.production._failure_scenarios import begin as begin
    from ffnlib.production._failure_scenarios import step as step
    from ffnlib.production._hardware import BFLOAT16 as BFLOAT16
    from ffnlib.production._hardware import BITS as BITS
    from ffnlib.production._hardware import HARDWARE as HARDWARE
    from ffnlib.production._hardware import Machine as Machine
    from ffnlib.production._hardware import Precision as Precision
    from ffnlib.production._hardware import bytes_of as bytes_of
    from ffnlib.production._hardware import measure_machine as measure_machine
    from ffnlib.production._roofline import Estimate as Estimate
    from ffnlib.production._roofline import Latency as Latency
    from ffnlib.production._roofline import PartTime as PartTime
    from ffnlib.production._roofline import attainable as attainable
    from ffnlib.production._roofline import bound as bound
    from ffnlib.production._roofline import cost_per_million as cost_per_million
    from ffnlib.production._roofline import estimate as estimate
    from ffnlib.production._roofline import latency as latency
    from ffnlib.production._roofline import seconds_for as seconds_for
    from ffnlib.production._sharding import Shard as Shard
    from ffnlib.production._sharding import ShardedFeedForward as ShardedFeedForward
    from ffnlib.production._sharding import all_reduced as all_reduced
    from ffnlib.production._sharding import as_device_count as as_device_count
    from ffnlib.production._sharding import as_feed_forward as as_feed_forward
    from ffnlib.production._sharding import shard_plan as shard_plan
    from ffnlib.production._single_example import SingleExample as SingleExample
    from ffnlib.production._single_example import SingleMixture as SingleMixture
    from ffnlib.production._student_t import normal_cdf as normal_cdf
    from ffnlib.production._student_t import normal_quantile as normal_quantile
    from ffnlib.production._student_t import power as power
    from ffnlib.production._student_t import t_cdf as t_cdf
    from ffnlib.production._student_t import t_quantile as t_quantile
    from ffnlib.production._telemetry import Reading as Reading
    from ffnlib.production._telemetry import clip_gradients as clip_gradients
    from ffnlib.production._telemetry import update_ratios as update_ratios
    from ffnlib.production._telemetry import watched_step as watched_step
    from ffnlib.production._timing import Timing as Timing
    from ffnlib.production._timing import time_in_turns as time_in_turns
    from ffnlib.production._variant_trials import EXAMPLES as EXAMPLES
    from ffnlib.production._variant_trials import SETUPS as SETUPS
    from ffnlib.production._variant_trials import classifier as classifier
    from ffnlib.production._variant_trials import load_trials as load_trials
    from ffnlib.production._variant_trials import trial as trial
    from ffnlib.production._workload import PHASES as PHASES
    from ffnlib.production._workload import Work as Work
    from ffnlib.production._workload import as_config as as_config
    from ffnlib.production._workload import cached_numbers as cached_numbers
    from ffnlib.production._workload import experts_read as experts_read
    from ffnlib.production._workload import ffn_work as ffn_work
    from ffnlib.production._workload import kv_cache_bytes as kv_cache_bytes
    from ffnlib.production._workload import layer_work as layer_work
    from ffnlib.production._workload import linear_work as linear_work
    from ffnlib.production._workload import model_work as model_work
    from ffnlib.production._workload import total_work as total_work
    from ffnlib.production._workload import weight_bytes as weight_bytes
    from ffnlib.production._wrong_splits import MISTAKES as MISTAKES
    from ffnlib.production._wrong_splits import wrong_split as wrong_split
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_alarms": (
                "Alarm",
                "Limits",
                "SIGNALS",
                "Signal",
                "USUAL",
                "first_alarms",
                "limits_for",
                "rung",
                "signals",
            ),
            "_all_reduce": (
                "Message",
                "Reduced",
                "even_slices",
                "ring_all_reduce",
                "ring_bytes",
            ),
            "_comparison": (
                "Comparison",
                "Interval",
                "bootstrap_interval",
                "compare_paired",
                "compare_unpaired",
                "mcnemar",
                "seeds_needed",
            ),
            "_engines": (
                "Engine",
                "engines",
            ),
            "_failure_scenarios": (
                "BAD",
                "PROBE",
                "Run",
                "TRAININGS",
                "begin",
                "step",
            ),
            "_hardware": (
                "BFLOAT16",
                "BITS",
                "HARDWARE",
                "Machine",
                "Precision",
                "bytes_of",
                "measure_machine",
            ),
            "_roofline": (
                "Estimate",
                "Latency",
                "PartTime",
                "attainable",
                "bound",
                "cost_per_million",
                "estimate",
                "latency",
                "seconds_for",
            ),
            "_sharding": (
                "Shard",
                "ShardedFeedForward",
                "all_reduced",
                "as_device_count",
                "as_feed_forward",
                "shard_plan",
            ),
            "_single_example": (
                "SingleExample",
                "SingleMixture",
            ),
            "_student_t": (
                "normal_cdf",
                "normal_quantile",
                "power",
                "t_cdf",
                "t_quantile",
            ),
            "_telemetry": (
                "Reading",
                "clip_gradients",
                "update_ratios",
                "watched_step",
            ),
            "_timing": (
                "Timing",
                "time_in_turns",
            ),
            "_variant_trials": (
                "EXAMPLES",
                "SETUPS",
                "classifier",
                "load_trials",
                "trial",
            ),
            "_workload": (
                "PHASES",
                "Work",
                "as_config",
                "cached_numbers",
                "experts_read",
                "ffn_work",
                "kv_cache_bytes",
                "layer_work",
                "linear_work",
                "model_work",
                "total_work",
                "weight_bytes",
            ),
            "_wrong_splits": (
                "MISTAKES",
                "wrong_split",
            ),
        },
    )
