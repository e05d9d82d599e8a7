"""
Pipelines and searches
======================

The estimator is one of scikit-learn's: it clones, pipes and searches. Two questions are answered
here. Which settings separate the codes best? ``score`` cannot say, since it judges reconstruction
only; ``separation_scorer`` can, without labels. And what are the codes good for? A pipeline asks a
classifier.

Takes about two minutes: it trains eleven small models.
"""

# %%
# A watch on the wrist, four activities (BasicMotions, which comes with ``aeon``).

import matplotlib.pyplot as plt
import numpy as np
from aeon.datasets import load_basic_motions
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from seqdisentangle import RecurrentWAE
from seqdisentangle.data import from_channels_first
from seqdisentangle.metrics import separation_scorer

X, activity = load_basic_motions(split="train")
X_test, activity_test = load_basic_motions(split="test")
X, X_test = (np.stack(from_channels_first(x)) for x in (X, X_test))

# %%
# A search by two scores at once. Motion that sees the frames as they are can carry everything, the
# more of it the more numbers it has.

search = GridSearchCV(
    RecurrentWAE(max_epochs=50, random_state=0),
    {"motion_input": ["changes", "frames"], "motion_size": [2, 6]},
    scoring={"separation": separation_scorer, "reconstruction": lambda model, X: model.score(X)},
    refit="separation",
    cv=2,
).fit(X)
print(search.best_params_)

# %%
# The two scores do not agree: what reconstructs best separates worst.

results = search.cv_results_
figure, ax = plt.subplots(figsize=(5.5, 3.4), layout="constrained")
for k, settings in enumerate(results["params"]):
    x, y = (results[f"mean_test_{name}"][k] for name in ("reconstruction", "separation"))
    ax.plot(x, y, "o", color="tab:blue" if settings["motion_input"] == "changes" else "tab:orange")
    name = f"{settings['motion_input']}, {settings['motion_size']}"
    ax.annotate(name, (x, y), xytext=(5, 4), textcoords="offset points", fontsize=8)
ax.set(xlabel="score: reconstruction", ylabel="separation", title="motion_input, motion_size")
ax.margins(0.25)

# %%
# In a pipeline ``codes`` says which of them go on. The classifier sees one vector a recording.

classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
for codes in ("content", "motion"):
    encoder = search.best_estimator_.set_params(codes=codes)
    Z, Z_test = (encoder.transform(x).reshape(len(x), -1) for x in (X, X_test))
    accuracy = classifier.fit(Z, activity).score(Z_test, activity_test)
    print(f"activity from {codes}: {accuracy:.2f}")

# %%
# The whole as one estimator, trained anew in each fold.

pipeline = make_pipeline(
    RecurrentWAE(**search.best_params_, codes="content", max_epochs=50, random_state=0),
    StandardScaler(),
    LogisticRegression(max_iter=1000),
)
print("cross-validated:", cross_val_score(pipeline, X, activity, cv=2).round(2))
