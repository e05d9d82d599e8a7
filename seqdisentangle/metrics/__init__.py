"""Measures of disentanglement and generation, for anything with the verbs of an estimator."""

from .actions import action_consistency
from .clustering import clustering_accuracy
from .consistency import (
    Consistency,
    consistency,
    content_stability,
    linear_cka,
    linear_consistency,
    prediction_stability,
)
from .dimensions import DCI, dci, mutual_information_gap
from .disentanglement import DisentanglementReport, disentanglement_report
from .distributions import (
    PrecisionRecall,
    TwoSampleTest,
    frechet_distance,
    kernel_distance,
    precision_recall,
    two_sample_test,
)
from .downstream import downstream
from .draws import ClassificationError, classification_error, over_draws
from .factor_swaps import factor_swap, factor_swap_accuracy
from .fidelity import ReconstructionQuality, reconstruction_quality, structural_similarity
from .generation import (
    SampleQuality,
    conditional_entropy,
    data_quality,
    inception_score,
    marginal_entropy,
    sample_quality,
)
from .interventions import (
    LabelAccuracy,
    content_drawn_accuracy,
    data_accuracy,
    motion_drawn_accuracy,
    reconstruction_accuracy,
    swap_accuracy,
)
from .judge import SequenceJudge
from .leaks import leak_matrix
from .probes import chance, probe_accuracy
from .reconstruction import ReconstructionError, reconstruction_error
from .reports import report
from .separation import Separation, Shown, separation, separation_scorer
from .swaps import SwapDistance, swap_distance
from .tables import Estimate, Table
from .verification import Verification, equal_error_rate, verification, verification_error_rate

__all__ = [
    "DCI",
    "ClassificationError",
    "Consistency",
    "DisentanglementReport",
    "Estimate",
    "LabelAccuracy",
    "PrecisionRecall",
    "ReconstructionError",
    "ReconstructionQuality",
    "SampleQuality",
    "Separation",
    "SequenceJudge",
    "Shown",
    "SwapDistance",
    "Table",
    "TwoSampleTest",
    "Verification",
    "action_consistency",
    "chance",
    "classification_error",
    "clustering_accuracy",
    "conditional_entropy",
    "consistency",
    "content_drawn_accuracy",
    "content_stability",
    "data_accuracy",
    "data_quality",
    "dci",
    "disentanglement_report",
    "downstream",
    "equal_error_rate",
    "factor_swap",
    "factor_swap_accuracy",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "leak_matrix",
    "linear_cka",
    "linear_consistency",
    "marginal_entropy",
    "motion_drawn_accuracy",
    "mutual_information_gap",
    "over_draws",
    "precision_recall",
    "prediction_stability",
    "probe_accuracy",
    "reconstruction_accuracy",
    "reconstruction_error",
    "reconstruction_quality",
    "report",
    "sample_quality",
    "separation",
    "separation_scorer",
    "structural_similarity",
    "swap_accuracy",
    "swap_distance",
    "two_sample_test",
    "verification",
    "verification_error_rate",
]
