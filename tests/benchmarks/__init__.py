"""What is timed and measured on real data, run by hand: no test asserts a time."""
