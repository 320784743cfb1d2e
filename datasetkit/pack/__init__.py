"""From a Dataset to a deterministic zip, or a folder laid out alike. The only writer of archives.

What will be written is planned to the byte (``layout``) before anything is.
"""
