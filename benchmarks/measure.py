"""Run commands side by side as whole processes, and print their medians and ratios."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# A process inherits the peak memory of the one that starts it; so a small one does.
_LAUNCHER = """
import os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
started = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - started
print(os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: wall-clock seconds, CPU seconds of it and its children, and its peak memory in MB."""

    seconds: float
    cpu: float
    peak: float


def run(command: Sequence[str], *, cwd: str | None = None) -> Run:
    """Run a command to its end, its output thrown away. Raises CalledProcessError where it fails."""
    launcher = [sys.executable, "-S", "-c", _LAUNCHER, *command]
    # as for a user, modules are compiled once: the warm-up leaves them compiled
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    printed = subprocess.run(launcher, cwd=cwd, env=env, check=True, capture_output=True, text=True).stdout.split()
    code, seconds, cpu, peak = int(printed[0]), *map(float, printed[1:])
    if code:
        raise subprocess.CalledProcessError(code, command)
    return Run(seconds, cpu, peak)


def own_peak() -> float:
    """The most memory in MB that this process has held, without what its parent held before the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def side_by_side(commands: Mapping[str, Sequence[str]], *, rounds: int = 5) -> dict[str, Run]:
    """The median of each command over ``rounds``, run in turn after one warm-up each; prints a row a command."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            finished = run(command)
            if number:
                runs[name].append(finished)
    medians = {name: _median(finished) for name, finished in runs.items()}
    for name, median in medians.items():
        print(f"  {name:<44} {median.seconds:8.3f} s   cpu {median.cpu:7.3f} s   peak {median.peak:6.1f} MB")
    return medians


def claim(text: str, ratio: float, bound: str, kept: bool) -> None:
    """Print a ratio beside the bound it is held to."""
    print(f"  {'ok  ' if kept else 'MISS'} {text}: {ratio:.2f} (wanted {bound})")


def _median(runs: Sequence[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("seconds", "cpu", "peak")))
