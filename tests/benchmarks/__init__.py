"""Benchmarks of time and on real data, run by hand: no test asserts a time."""
