"""From a folder or a zip to Datasets. The only reader of media and of data.jsonl.

Who reads bytes lives here; what they mean is judged in ``rules``.
"""
