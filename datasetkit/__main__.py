"""`python -m datasetkit`, and the console script."""

import sys  # and nothing else out here, where a Ctrl-C would still print a traceback


def main() -> None:
    """Run a command and leave with its exit code. Ctrl-C is quiet even while modules are still being loaded."""
    try:
        from datasetkit.cli import command_line

        code = command_line()
        # a Ctrl-C while Python winds up ends it at once, where its own handler would print a traceback
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
