"""From a dataset to a zip that is the same wherever it is built, or to a folder laid out like it.

What will be written is planned to the byte (``layout``) before anything is.
"""
