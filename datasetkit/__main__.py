"""`python -m datasetkit`, and the console script."""

import sys  # nothing else here: a Ctrl-C at this point would print a traceback


def main() -> None:
    """Run a command and exit with its code. Ctrl-C is quiet even while modules are loading."""
    try:
        from datasetkit.cli import command_line

        code = command_line()
        # from here on a Ctrl-C ends Python at once; its own handler would print a traceback
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
