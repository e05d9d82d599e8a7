"""
Talking faces: videos from a folder
===================================

Each person of a folder of videos talks to the camera. Content should be the face, with its hair,
clothes and light; motion the movement of lips, eyes and head. Put your own videos in its place, by
``SEQDISENTANGLE_VIDEOS``: the name of a folder with a video file, or a folder of frames, for each
person. Eleven sentences of the GRID audiovisual corpus are shown here, at 64 x 64 pixels.

Trains in three to four minutes.
"""

# %%
# Videos are cut into windows of 16 frames. The first half of each is to train on, and the end to
# look at: so few people are not enough for faces that were never seen.

import os

import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import windows
from seqdisentangle.datasets import load_video_folder
from seqdisentangle.display import ManifoldDisplay, SwapDisplay
from seqdisentangle.metrics import reconstruction_quality, separation

folder = os.environ.get("SEQDISENTANGLE_VIDEOS", "videos")
videos = load_video_folder(folder, levels=["person"])
begins = [video[: len(video) // 2] for video in videos.X]
ends = [video[-len(video) // 3 :] for video in videos.X]
X, _ = windows(begins, length=16, step=2)
X_test, person = windows(ends, length=16, step=3)
model = RecurrentWAE(max_epochs=60, random_state=0).fit(X)

# %%
# Swaps: each row moves as the person on its left, each column is the person on top.

one_of_each = [int(np.flatnonzero(person == k)[0]) for k in np.unique(person)]
few = [X_test[i] for i in one_of_each]
display = SwapDisplay.from_estimator(model, few[:3], few[3:7], n_frames=4)

# %%
# The same, moving.

animation = display.animate(interval=80)

# %%
# The verdict without labels, and how much of what stays and of what moves is reproduced: R2, 1
# being all. Three thousandths of the variance of these videos are movement, above all of lips, and
# a second and a half of each person is little to learn it from.

print(separation(model, X_test, random_state=0))
quality = reconstruction_quality(model, X_test)
print(f"reproduced: {quality.still:.2f} of what stays, {quality.moving:.2f} of what moves")

# %%
# The map of content: each person has a place.

# sphinx_gallery_thumbnail_number = 3
names = np.array(videos.person_names)[person]
ManifoldDisplay.from_estimator(model, X_test, names, method="pca")
