"""datasetkit: from a folder of clips, frames and captions to a training zip that is right.

Data flows one way: scan → lint → report, and scan → pack. Nothing is imported here, so that start-up stays cheap.
"""

__version__ = "0.1.0"
