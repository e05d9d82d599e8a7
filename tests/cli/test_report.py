import numpy as np

from seqdisentangle import RecurrentWAE
from seqdisentangle.metrics import report, separation


def test_without_labels_the_verdict_is_printed(run, model_file, vectors):
    code, out, _ = run("report X.npy --seed 0")
    model = RecurrentWAE.load(model_file)
    assert (code, out) == (0, f"{separation(model, vectors, random_state=0)}\n")


def test_with_labels_the_table_is_printed(run, model_file, vectors):
    labels = np.array([0, 1, 0, 1, 0, 1, 0])
    np.save("y.npy", labels)
    code, out, _ = run("report X.npy --labels y.npy --seed 0")
    table = report(RecurrentWAE.load(model_file), vectors, labels, random_state=0)
    assert (code, out) == (0, f"{table}\n")
