"""
Sprites: the clothes of one, the movement of another
====================================================

The videos that papers on this subject have in common: 1,296 characters of a video game, each doing
nine actions for eight frames. The model is told neither who nor what; content should be the
character, motion the action.

The sheets that the videos are put together from (half a megabyte) are downloaded at the first run.
Trains in three to four minutes.
"""

# %%
# Frames of 32 x 32. To be quick, the training is a quarter as long as by default, and at each step
# of half of the frames of a video. No character of the test data is in it.

from seqdisentangle import RecurrentWAE, Training
from seqdisentangle.datasets import fetch_sprites
from seqdisentangle.display import SampleDisplay, SwapDisplay, TraversalDisplay
from seqdisentangle.metrics import chance, probe_accuracy

train, test = (fetch_sprites(subset=subset, size=32) for subset in ("train", "test"))
model = RecurrentWAE(max_epochs=8, training=Training(frames_per_step=4), random_state=0)
model.fit(train.X)

# %%
# Swaps: a row does what the character on its left does, and from the same side; a column looks
# like the character on top. Neither has been seen in training.

videos = test.X.reshape(-1, 9, *test.X.shape[1:])  # by character and action
doing = [0, 2, 4, 7]
moving, dressed = videos[[0, 1, 2, 3], doing], videos[4:8, 0]
names = [test.action_names[action] for action in doing]
display = SwapDisplay.from_estimator(model, moving, dressed, row_names=names, n_frames=4)

# %%
# The same, moving.

animation = display.animate(interval=150)

# %%
# What a linear probe of each code finds, on characters that neither model nor probe has seen.

codes, codes_test = model.transform(train.X), model.transform(test.X)
for k, name in enumerate(test.attribute_names):
    y, y_test = train.attributes[:, k], test.attributes[:, k]
    found = probe_accuracy(codes.content, y, codes_test.content, y_test)
    print(f"{name} from content: {found:.1%}, chance {chance(y_test):.1%}")
motion, motion_test = (z.motion.reshape(len(z.motion), -1) for z in (codes, codes_test))
found = probe_accuracy(motion, train.action, motion_test, test.action)
print(f"action from motion: {found:.1%}, chance {chance(test.action):.1%}")

# %%
# Eight that there never were: a character drawn from the prior of content, and an action from that
# of motion.

# sphinx_gallery_thumbnail_number = 3
SampleDisplay.from_estimator(model, 8, n_steps=8, random_state=0)

# %%
# The directions in which contents differ most, from one end to the other, at one action. The mean
# of all is no one: its colours are half-way between those that there are.

TraversalDisplay.from_estimator(model, test.X, n_frames=4)
