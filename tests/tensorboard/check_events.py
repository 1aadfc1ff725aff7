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
        self.assertEqual(names["init"], 1)  # a string
        self.assertEqual(names["learning_rate"], 3)  # a number
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
        texts = {value["tag"]: value for event in events for value in event["values"] if "text" in value}
        self.assertEqual(texts["findings"]["plugin"], "text")
        self.assertIn(result["diagnosis"]["verdict"], texts["findings"]["text"])

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
