"""Speaker verification on JapaneseVowels, from the content code and from the motion codes.

Run as ``python -m tests.benchmarks.speech``. The data come with ``aeon``: 270 utterances to train
on and 370 to test on, of nine speakers, 7 to 29 frames of 12 cepstral coefficients each. Equal
error rates are of telling from two codes, by their angle, whether one man speaks; chance is 0.5.
The mean of the standardised frames of an utterance, without any learning, stands beside them.

Examples
--------
::

    python -m tests.benchmarks.speech --seed 0 1 2 --threads 1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from aeon.datasets import load_japanese_vowels

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first
from seqdisentangle.metrics import verification_error_rate

from ._common import AS_MEASURED, parameters, parser_of_runs, print_measures, run_seeds
from ._results import Columns, parse

# All say the same: one number a frame is enough for where in the sound it is. Content must not
# depend on which frame it sees, motion not on the scale and offset, which are the speaker's.
KNOWLEDGE: dict[str, Any] = {
    **AS_MEASURED,
    "motion_size": 1,
    "motion_noise": 0.5,
    "content_view": "random_frames",
    "motion_view": "jitter",
    "batch_size": 32,
    "max_epochs": 100,
}
COLUMNS: Columns = {
    "error_rate_content": ("equal error rate of content", ".3f"),
    "error_rate_motion": ("equal error rate of motion", ".3f"),
    "error_rate_mean_frame": ("equal error rate of the mean frame", ".3f"),
}


def main(
    argv: Sequence[str] | None = None, *, make_model: Callable[..., Any] = RecurrentWAE
) -> list[dict[str, Any]]:
    """Run the benchmark; return one record a seed."""
    options = parse(parser_of_runs("speech", __doc__), "speech", argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    (X, _), (X_test, speaker) = (load_japanese_vowels(split=split) for split in ("train", "test"))
    X, X_test = from_channels_first(X), from_channels_first(X_test)
    frames = np.concatenate(X)
    means = [((x - frames.mean(0)) / frames.std(0)).mean(0) for x in X_test]

    def measure(model: Any, seed: int) -> dict[str, float]:
        codes = model.transform(X_test)
        motion = [steps.mean(0) for steps in codes.motion]
        measures = {
            "error_rate_content": verification_error_rate(codes.content, speaker),
            "error_rate_motion": verification_error_rate(motion, speaker),
            "error_rate_mean_frame": verification_error_rate(means, speaker),
        }
        print_measures(measures)
        return measures

    return run_seeds(
        options,
        make_model,
        parameters(options, KNOWLEDGE),
        X,
        X_test,
        measure,
        title="JapaneseVowels",
        facts={},
        columns=COLUMNS,
    )


if __name__ == "__main__":
    main()
