#!/usr/bin/env python3
"""Compares the event files of fanin compare and fanin train with their results, with a reader of its own.

    tests/tensorboard/check_events.py --fanin PROGRAM
"""
import argparse
import json
import os
import signal
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import event_reader
from event_reader import read_events

FANIN = ""
DATA = "spirals(points=128, test_points=64)"
TAGS = {"loss/train": "train_loss", "accuracy/train": "train_accuracy", "loss/test": "test_loss",
        "accuracy/test": "test_accuracy", "loss/validation": "validation_loss",
        "accuracy/validation": "validation_accuracy", "learning_rate": "learning_rate"}


def run(*arguments):
    done = subprocess.run([FANIN, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def event_files(folder):
    return sorted(path for path in Path(folder).iterdir() if "tfevents" in path.name)


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def scalars(events):
    """tag -> [(step, value)]"""
    found = {}
    for event in events:
        for value in event["values"]:
            if "scalar" in value:
                found.setdefault(value["tag"], []).append((event["step"], value["scalar"]))
    return found


class Events(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def compare_epochs(self, events, epochs, steps_per_epoch):
        found = scalars(events)
        for tag, name in TAGS.items():
            expected = [((i + 1) * steps_per_epoch, single(epoch[name])) for i, epoch in enumerate(epochs)
                        if isinstance(epoch.get(name), (int, float))]
            self.assertEqual(found.get(tag, []), expected, tag)

    def test_a_comparison_has_a_folder_with_the_scalars_of_each_run(self):
        run("compare", "--data", DATA, "--net", "2-16-2", "--inits", "zeros,normal(std=0.01)", "--epochs", "3", "--seeds", "2",
            "--validation", "25%", "--batch-size", "32", "--tensorboard", str(self.path / "tb"), "--json",
            str(self.path / "result.json"), "--quiet")
        result = json.loads((self.path / "result.json").read_text())
        steps = -(-result["experiment"]["train_rows"] // 32)
        for entry in result["runs"]:
            files = event_files(self.path / "tb" / f"{entry['init']}, seed {entry['seed']}")
            self.assertEqual(len(files), 1)
            events = read_events(files[0])
            self.assertEqual(events[0]["version"], "brain.Event:2")
            self.compare_epochs(events, entry["epochs"], steps)
            parameters, status = event_reader.session(events)
            self.assertEqual(parameters["init"], entry["init"])
            self.assertEqual(parameters["seed"], entry["seed"])
            self.assertEqual(parameters["batch_size"], 32)
            self.assertEqual(parameters["net"], "2-16-2")
            self.assertIs(parameters["standardize"], False)
            self.assertEqual(status, 1)
        names, metrics = event_reader.experiment(read_events(event_files(self.path / "tb")[0]))
        self.assertEqual(names["init"], (1, ["normal(std=0.01)", "zeros"], True))  # a string
        self.assertEqual(names["seed"], (3, (1.0, 2.0), True))  # a number
        self.assertEqual((names["learning_rate"][0], names["learning_rate"][2]), (3, False))
        self.assertEqual(names["standardize"], (2, [False], False))
        self.assertIn("accuracy/test", metrics)

    def test_a_training_has_the_scalars_of_its_epochs_and_what_a_monitor_saw(self):
        run("train", "2-16-2", "--data", DATA, "--epochs", "3", "--validation", "25%", "--batch-size", "32", "--watch",
            "--watch-every", "2", "--tensorboard", str(self.path / "tb"), "--json", str(self.path / "train.json"), "--quiet")
        result = json.loads((self.path / "train.json").read_text())
        events = [event for file in event_files(self.path / "tb") for event in read_events(file)]
        self.compare_epochs(events, result["epochs"], result["epochs"][0]["steps"])
        found = scalars(events)
        self.assertIn("gradient norm/layer1.weight", found)
        self.assertGreater(len(found["loss/step"]), 2)
        histograms = [(value["tag"], value["histogram"]) for event in events for value in event["values"]
                      if "histogram" in value]
        self.assertIn("weights/layer1.weight", [tag for tag, _ in histograms])
        for tag, histogram in histograms:
            self.assertEqual(sum(histogram["counts"]), histogram["num"], tag)
            self.assertEqual(sorted(histogram["limits"]), histogram["limits"], tag)
            self.assertLessEqual(histogram["max"], histogram["limits"][-1], tag)
            self.assertLessEqual(histogram["min"], histogram["max"], tag)
            for left, right, _ in event_reader.buckets(histogram):
                self.assertLessEqual(left, right, tag)
            self.assertGreater(histogram["counts"][0], 0, tag)
            self.assertGreater(histogram["counts"][-1], 0, tag)
        texts = {value["tag"]: value for event in events for value in event["values"] if "text" in value}
        self.assertEqual(texts["findings"]["plugin"], "text")
        self.assertIn(result["diagnosis"]["verdict"], texts["findings"]["text"])

    SWEEP = """name = "tiny"
give_up_after = 0
[data]
source = "spirals(points=120, test_points=40)"
[base]
width = 16
epochs = 40
batch_size = 8
[axes]
init = ["he_normal", "zeros"]
depth = [1, 2]
seeds = 3
"""

    def check_sweep(self, folder, result):
        """One whole file for each run, with its epochs and its settings."""
        self.assertEqual(len(list(folder.iterdir())), 13)  # twelve runs and the file of the table
        for entry in result["runs"]:
            name = f"{entry['settings']['init']}, depth={entry['settings']['depth']}, seed {entry['seed']}"
            files = event_files(folder / name)
            self.assertEqual(len(files), 1, name)
            events = read_events(files[0])
            found = scalars(events)
            self.assertEqual(found["accuracy/test"][-1], (entry["steps"], single(entry["test_accuracy"])))
            self.assertEqual([step for step, _ in found["loss/train"]], sorted(step for step, _ in found["loss/train"]))
            times = [event["wall_time"] for event in events]
            self.assertEqual(times, sorted(times))
            parameters, status = event_reader.session(events)
            self.assertEqual(parameters["depth"], float(entry["settings"]["depth"]))
            self.assertEqual(parameters["width"], 16)
            self.assertEqual(status, 1 if entry["status"] == "finished" else 2)
        names, metrics = event_reader.experiment(read_events(event_files(folder)[0]))
        self.assertEqual(names["depth"], (3, (1.0, 2.0), True))
        self.assertEqual(names["width"], (3, (16.0, 16.0), False))
        self.assertEqual(names["init"], (1, ["he_normal", "zeros"], True))
        self.assertNotIn("sampling", names)

    def test_a_sweep_that_was_killed_has_the_files_of_all_its_runs_in_the_end(self):
        (self.path / "tiny.toml").write_text(self.SWEEP)
        command = ["sweep", str(self.path / "tiny.toml"), "--out", str(self.path / "out"), "--workers", "1", "--quiet"]
        watched = command + ["--tensorboard", str(self.path / "tb")]
        sweep = subprocess.Popen([FANIN, *watched], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while time.monotonic() < until and not ((self.path / "tb").is_dir() and len(list((self.path / "tb").iterdir())) > 3):
            time.sleep(0.005)
        sweep.send_signal(signal.SIGKILL)
        sweep.wait()
        run(*command)  # without event files: the rest is in the store alone
        run(*watched, "--json", str(self.path / "result.json"))
        result = json.loads((self.path / "result.json").read_text())
        self.check_sweep(self.path / "tb", result)
        before = {path: path.stat().st_mtime_ns for path in (self.path / "tb").rglob("*tfevents*")}
        run(*watched)
        self.assertEqual({path: path.stat().st_mtime_ns for path in (self.path / "tb").rglob("*tfevents*")}, before)
        said = run("runs", "export", "tensorboard", str(self.path / "out"), "--to", str(self.path / "tb"))
        self.assertIn("0 runs written, 12 there already", said)
        said = run("runs", "export", "tensorboard", str(self.path / "out"), "--to", str(self.path / "other"))
        self.assertIn("12 runs written, 0 there already", said)
        self.check_sweep(self.path / "other", result)

    def test_stored_runs_of_a_watched_training_have_the_scalars_of_their_layers(self):
        run("train", "2-16-2", "--data", DATA, "--epochs", "2", "--batch-size", "32", "--watch", "--out", str(self.path / "out"),
            "--json", str(self.path / "train.json"), "--quiet")
        run("runs", "export", "tensorboard", str(self.path / "out"), "--to", str(self.path / "tb"))
        file = next(path for path in (self.path / "tb").glob("*/*tfevents*"))
        events = read_events(file)
        result = json.loads((self.path / "train.json").read_text())
        self.compare_epochs(events, result["epochs"], result["epochs"][0]["steps"])
        self.assertIn("gradient norm/layer1.weight", scalars(events))

    def test_a_file_is_read_to_its_last_whole_record_wherever_it_is_cut(self):
        run("train", "2-16-2", "--data", DATA, "--epochs", "1", "--tensorboard", str(self.path / "tb"), "--quiet")
        data = event_files(self.path / "tb")[-1].read_bytes()
        whole = list(event_reader.records(data))
        last = 16 + len(whole[-1])
        for cut in range(1, last):
            self.assertEqual(list(event_reader.records(data[:-cut])), whole[:-1])
        for position in range(len(data) - last, len(data)):
            spoilt = bytearray(data)
            spoilt[position] ^= 1
            try:
                self.assertEqual(list(event_reader.records(bytes(spoilt))), whole[:-1])
            except event_reader.Damaged:
                pass

    def test_a_killed_training_leaves_a_file_with_its_epochs(self):
        for pause in (0.3, 0.5, 0.7):
            folder = self.path / str(pause)
            training = subprocess.Popen([FANIN, "train", "2-16-2", "--data", DATA, "--epochs", "1000000", "--tensorboard",
                                         str(folder), "--no-progress"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            until = time.monotonic() + 60
            while time.monotonic() < until and not (folder.is_dir() and any(
                    file.stat().st_size > 4000 for file in event_files(folder))):
                time.sleep(0.01)
            time.sleep(pause / 10)
            training.send_signal(signal.SIGKILL)
            training.wait()
            events = [event for file in event_files(folder) for event in read_events(file)]
            losses = scalars(events)["loss/train"]
            self.assertGreater(len(losses), 10)
            self.assertEqual([step for step, _ in losses], [losses[0][0] * (i + 1) for i in range(len(losses))])

    def test_a_folder_that_cannot_be_made_is_an_error_before_anything_is_trained(self):
        (self.path / "file").write_text("x")
        done = subprocess.run([FANIN, "train", "2-16-2", "--data", DATA, "--tensorboard", str(self.path / "file")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 4)
        self.assertIn(str(self.path / "file"), done.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fanin", required=True)
    options, rest = parser.parse_known_args()
    FANIN = os.path.abspath(options.fanin)
    unittest.main(argv=[__file__, *rest])
