"""The one exception: datasetkit could not run. Bad data is never an exception; it is a finding."""


class DatasetkitError(Exception):
    """Could not run.

    ``str(error)`` says what happened and where; ``next_step`` what to do about it.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step
