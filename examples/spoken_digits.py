"""
Spoken digits: the word of one in the voice of another
======================================================

Six people say the digits, as spectrograms of 12 to 226 steps. Both the voice and the word stay the
same within an utterance, so that both would be content. Told which utterances one person spoke,
``fit`` keeps the voice in content and leaves the word to motion; which digit it is stays unknown.

The recordings (16 MB) are downloaded at the first run. Trains in two minutes.
"""

# %%
# The training data are 45 of 50 utterances of each digit by each speaker. ``groups`` is all that is
# told; the rest are the defaults, for half as long.

import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.datasets import fetch_spoken_digits
from seqdisentangle.display import ManifoldDisplay, SwapDisplay
from seqdisentangle.metrics import leak_matrix, verification

train, test = (fetch_spoken_digits(subset=subset) for subset in ("train", "test"))
model = RecurrentWAE(max_epochs=12, random_state=0).fit(train.X, groups=train.speaker)

# %%
# Swaps. A row says the word on its left, at its pace; a column has the voice on top, heard saying
# "three". Low bands are at the bottom.


def said(digit, speaker):
    """The first of the unseen utterances of a digit by a speaker."""
    return test.X[np.flatnonzero((test.digit == digit) & (test.speaker == speaker))[0]]


voices = [0, 2, 5]
SwapDisplay.from_estimator(
    model,
    [said(digit, speaker) for digit, speaker in zip([6, 1, 9], voices, strict=True)],
    [said(3, speaker) for speaker in voices],
    row_names=["six", "one", "nine"],
    column_names=[test.speaker_names[speaker] for speaker in voices],
    style="heatmap",
    sampling_rate=100,
)

# %%
# Who speaks, by pairs of utterances: two of one person should have a content in common, and not a
# motion. The error rate of a code that says all is 0%, of one that says nothing 50%.

print(verification(model, test.X, test.speaker))

# %%
# What can be read off which code.

print(leak_matrix(model, test.X, {"speaker": test.speaker, "digit": test.digit}, random_state=0))

# %%
# The map of content: a place for each voice.

# sphinx_gallery_thumbnail_number = 1
names = np.array(test.speaker_names)[test.speaker]
ManifoldDisplay.from_estimator(model, test.X, names, style="heatmap", random_state=0)
