"""Real data, judged by labels: ``python -m tests.benchmarks.real``."""
