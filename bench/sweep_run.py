#!/usr/bin/env python3
"""Times a sweep with two workers and two processes side by side in turns. bench/sweep.sh says how."""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SWEEP = """name = "throughput"
[data]
source = "fashion-mnist"
limit_train = 20000
limit_test = 1000
[base]
net = "784-256-128-10"
epochs = 1
steps = {steps}
[axes]
seeds = {runs}
"""


def start(fanin, file, out, *more):
    return subprocess.Popen([fanin, "sweep", file, "--out", out, "--quiet", *more])


def busy_seconds():
    """Of all processors by all processes since the system started."""
    user, nice, system, _, _, irq, softirq = (int(word) for word in Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


class Others:
    """The share of the processors that other processes take meanwhile."""

    def __init__(self):
        self.begin = self.now()

    @staticmethod
    def now():
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        mine = resource.getrusage(resource.RUSAGE_SELF)
        return (time.monotonic(), busy_seconds() - own.ru_utime - own.ru_stime - mine.ru_utime - mine.ru_stime)

    def share(self):
        now = self.now()
        return (now[1] - self.begin[1]) / (now[0] - self.begin[0]) / os.cpu_count()


def wait(processes, begin):
    """Seconds until each one ended."""
    seconds = {}
    while len(seconds) < len(processes):
        for i, process in enumerate(processes):
            if i not in seconds and process.poll() is not None:
                if process.returncode != 0:
                    sys.exit(f"sweep_run.py: fanin ended with status {process.returncode}")
                seconds[i] = time.monotonic() - begin
        time.sleep(0.001)
    return [seconds[i] for i in range(len(processes))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=16, help="of a sweep, an even number")
    parser.add_argument("--steps", type=int, default=300, help="of a run")
    parser.add_argument("--others", type=float, default=0.05,
                        help="the share of the processors that others may take in a round that counts")
    parser.add_argument("--patience", type=float, default=300, help="seconds after which no further round begins")
    parser.add_argument("--json")
    options = parser.parse_args()
    fanin = str(Path(options.build) / "bin" / "fanin")
    ratios, sweeps, pairs = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "throughput.toml")
        Path(file).write_text(SWEEP.format(steps=options.steps, runs=options.runs))
        end = time.monotonic() + options.patience
        turn = 0
        while len(ratios) < options.rounds and time.monotonic() < end:
            others = Others()
            begin = time.monotonic()
            one = wait([start(fanin, file, f"{folder}/one{turn}", "--workers", "2")], begin)
            begin = time.monotonic()
            two = wait([start(fanin, file, f"{folder}/two{turn}.{i}", "--workers", "1", "--shard", f"{i}/2")
                        for i in (1, 2)], begin)
            share = others.share()
            turn += 1
            if turn == 1 or share > options.others:  # the first one warms up
                continue
            sweeps.append(options.runs / one[0])
            pairs.append(sum(options.runs / 2 / seconds for seconds in two))
            ratios.append(sweeps[-1] / pairs[-1])
            print(f"round {turn}: {sweeps[-1]:.2f} runs/s with two workers, {pairs[-1]:.2f} in two processes, "
                  f"ratio {ratios[-1]:.3f}; others took {100 * share:.1f} %", flush=True)
    if not ratios:
        sys.exit("sweep_run.py: other processes were busy in every round; try again on a quiet machine, or raise --others")
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.3f} of {len(ratios)} rounds, {turn} were run")
    if options.json:
        Path(options.json).write_text(json.dumps({"ratio": ratio, "ratios": ratios, "two_workers": sweeps,
                                                  "two_processes": pairs}, indent=2) + "\n")


if __name__ == "__main__":
    main()
