"""Fits with random valid parameters, and the memory they leave: ``python -m tests.soak``."""
