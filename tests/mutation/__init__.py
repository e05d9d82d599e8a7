"""Mutants of the package, and whether its tests notice them: ``python -m tests.mutation``."""
