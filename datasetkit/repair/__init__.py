"""The only writer of datasets: edits as values, merged into a plan, and the modules that carry a plan out.

Nothing here overwrites or removes a user's medium; `av` and `PIL` are loaded only by the modules that need them.
"""
