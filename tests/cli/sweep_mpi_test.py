#!/usr/bin/env python3
"""fanin sweep under mpirun: the same results as one process, and a job whose rank dies loses no committed run."""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SWEEP = """name = "tiny"
[data]
source = "spirals(points=120, test_points=40)"
validation = 0.2
[base]
width = 16
epochs = {epochs}
batch_size = 8
[axes]
init = ["he_normal", "lecun_normal"]
learning_rate = [0.01, 0.001]
seeds = 6
"""
RUNS = 24
OPTIONS = argparse.Namespace()


def mpirun(ranks, *arguments):
    command = [OPTIONS.mpirun, "--oversubscribe", "-n", str(ranks)]
    if os.geteuid() == 0:
        command.insert(1, "--allow-run-as-root")
    return subprocess.Popen(command + [OPTIONS.fanin, "sweep", *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def timeless(file):
    result = json.loads(Path(file).read_text())
    del result["sweep"]["seconds"]
    for run in result["runs"]:
        del run["seconds"]
    return result


def ranks_of(process):
    """The process ids of mpirun's children by rank."""
    ranks = {}
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or f"PPid:\t{process.pid}\n" not in (entry / "status").read_text():
                continue
            found = re.search(rb"OMPI_COMM_WORLD_RANK=(\d+)", (entry / "environ").read_bytes())
            if found:
                ranks[int(found.group(1))] = int(entry.name)
        except OSError:
            continue
    return ranks


class SweepByMpi(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def arguments(self, out, epochs=12):
        file = self.folder / "tiny.toml"
        file.write_text(SWEEP.format(epochs=epochs))
        return [str(file), "--out", str(self.folder / out), "--json", str(self.folder / f"{out}.json")]

    def test_three_ranks_give_what_one_process_gives(self):
        subprocess.run([OPTIONS.fanin, "sweep", *self.arguments("alone"), "--quiet"], check=True)
        process = mpirun(3, *self.arguments("ranks"))
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(out.count("Saved:"), 1)  # one rank speaks
        self.assertEqual(len(timeless(self.folder / "alone.json")["runs"]), RUNS)
        self.assertEqual(timeless(self.folder / "ranks.json"), timeless(self.folder / "alone.json"))

    def test_a_rank_that_dies_costs_no_committed_run(self):
        subprocess.run([OPTIONS.fanin, "sweep", *self.arguments("alone", 100), "--quiet"], check=True)
        for rank in (1, 0):
            out = f"killed{rank}"
            process = mpirun(3, *self.arguments(out, 100))
            lines = []
            while len(lines) < 6:  # the beginning, and a few runs
                line = process.stderr.readline()
                self.assertTrue(line, "it ended too early")
                lines.append(line)
            os.kill(ranks_of(process)[rank], signal.SIGKILL)
            rest = process.communicate(timeout=120)[1]
            self.assertNotEqual(process.returncode, 0)
            committed = len(re.findall(r"^\[\d+/24\]", "".join(lines) + rest, re.M))
            self.assertGreaterEqual(committed, 3)
            again = mpirun(3, *self.arguments(out, 100))
            err = again.communicate(timeout=120)[1]
            self.assertEqual(again.returncode, 0, err)
            there = int(re.search(r"(\d+) are there already", err).group(1))
            self.assertGreaterEqual(there, committed)
            self.assertEqual(len(re.findall(r"^\[\d+/24\]", err, re.M)), RUNS - there)
            self.assertEqual(timeless(self.folder / f"{out}.json"), timeless(self.folder / "alone.json"))

    def test_an_error_of_rank_zero_ends_all_ranks(self):
        subprocess.run([OPTIONS.fanin, "sweep", *self.arguments("changed"), "--quiet"], check=True)
        begin = time.monotonic()
        process = mpirun(3, *self.arguments("changed", 13))
        err = process.communicate(timeout=120)[1]
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("base.epochs", err)
        self.assertLess(time.monotonic() - begin, 60)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fanin", required=True)
    parser.add_argument("--mpirun", required=True)
    OPTIONS = parser.parse_args()
    unittest.main(argv=sys.argv[:1])
