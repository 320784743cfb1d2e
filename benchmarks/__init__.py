"""What is claimed about speed and memory, runnable: `make bench`, or `python -m benchmarks NAME...`.

Every claim is a ratio of two commands that are run side by side, in turn, in one run; the machine's own speed
drops out. Files are rendered into a temporary folder outside the repository and removed afterwards.
"""
