"""`python -m datasetkit`, and the console script."""

from __future__ import annotations

import io
import signal
import sys


def main() -> None:
    """Run a command and leave with its exit code. Ctrl-C is quiet even while modules are still being loaded."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text, or not the terminal's
    try:
        from datasetkit.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    finally:
        # a Ctrl-C while Python winds up ends it at once, where its own handler would print a traceback
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(code)


if __name__ == "__main__":
    main()
