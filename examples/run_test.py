#!/usr/bin/env python3
"""Tests of run.py, with a stand-in for fanin whose accuracy is a function of its arguments."""
import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402

# Accuracy .9 at learning rate .1, .3 elsewhere; above 1 it diverges. `--init bad` costs half of it, and a rate below 0 is
# an error.
STAND_IN = """#!/usr/bin/env python3
import json, sys
a = sys.argv
value = lambda key, other: a[a.index(key) + 1] if key in a else other
rate = float(value("--lr", 0.01))
if rate < 0: sys.exit("a rate below zero")
accuracy = (.9 if rate == .1 else .3) * (.5 if value("--init", "") == "bad" else 1)
epoch = dict(test_accuracy=accuracy, test_loss=1 - accuracy, train_accuracy=accuracy, train_loss=0, clipped_steps=0)
print(json.dumps(dict(status="diverged" if rate > 1 else "finished", steps=int(value("--steps", 7)), seconds=1.5,
                      diverged_at_step=3 if rate > 1 else None, settings=dict(learning_rate=rate),
                      epochs=[] if rate > 1 else [epoch])))
"""
ARMS = """
[[arm]]
name = "good"
net = "784-10"
learning_rates = [0.01, 0.1, 10.0]
reduced = { learning_rates = [0.01] }
[[arm]]
name = "bad"
init = "bad"
learning_rates = [0.1]
"""


class Run(unittest.TestCase):
    def run_text(self, text, *options):
        with tempfile.TemporaryDirectory() as folder:
            program, example, report = (Path(folder) / name for name in ("fanin", "example.toml", "report.json"))
            program.write_text(STAND_IN, encoding="utf-8")
            program.chmod(0o755)
            example.write_text(text, encoding="utf-8")
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = run.main([str(example), "--fanin", str(program), "--json", str(report), *options])
            self.report = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
            return status, out.getvalue() + err.getvalue()

    def expect(self, expectation, *options):
        return self.run_text(ARMS + "[[expect]]\n" + expectation, *options)

    def test_the_best_rate_of_a_grid_counts(self):
        status, out = self.expect('arm = "good"\nmetric = "test_accuracy"\nop = ">="\nvalue = 0.9')
        self.assertEqual(status, 0, out)
        self.assertRegex(out, r"good +0\.1 +90\.00 % +0\.1 +1 of 3 +4\.5")
        self.assertIn("holds: good: test accuracy >= 90.00 % (found 90.00 %)", out)
        self.assertEqual(len(self.report["arms"]["good"]), 3)
        self.assertIsNone(self.report["arms"]["good"][2]["test_loss"])
        self.assertEqual(self.report["arms"]["good"][0]["command"][2:], ["784-10", "--lr", "0.01"])

    def test_what_does_not_hold_is_said_and_is_the_exit_status(self):
        status, out = self.expect('arm = "bad"\nmetric = "test_accuracy"\nop = ">="\nvalue = 0.5')
        self.assertEqual(status, 1)
        self.assertIn("DOES NOT HOLD: bad: test accuracy >= 50.00 % (found 45.00 %)", out)

    def test_arms_are_compared_with_one_another(self):
        condition = 'arm = "good"\nmetric = "test_accuracy"\nop = ">"\nthan = "bad"\nby = '
        self.assertEqual(self.expect(condition + "0.4")[0], 0)
        self.assertEqual(self.expect(condition + "0.46")[0], 1)

    def test_every_and_any_look_at_all_rates(self):
        condition = 'arm = "good"\nmetric = "status"\nop = "=="\nvalue = "diverged"\nrates = '
        self.assertEqual(self.expect(condition + '"any"')[0], 0)
        self.assertEqual(self.expect(condition + '"every"')[0], 1)
        self.assertEqual(self.expect(condition + '"best"')[0], 1)

    def test_a_diverged_run_is_below_every_accuracy_and_above_every_loss(self):
        arm = '[[arm]]\nname = "a"\nlr = 5\n[[expect]]\narm = "a"\nmetric = '
        self.assertEqual(self.run_text(arm + '"test_accuracy"\nop = "<"\nvalue = 0.1')[0], 0)
        self.assertEqual(self.run_text(arm + '"test_loss"\nop = "<"\nvalue = 1e9')[0], 1)

    def test_a_reduced_run_has_its_own_arguments_and_limits(self):
        text = ("[defaults]\nsteps = 50\n[reduced]\nsteps = 5\n" + ARMS
                + '[[expect]]\narm = "good"\nmetric = "steps"\nop = "=="\nvalue = 50\nreduced = 5\n'
                + '[[expect]]\narm = "good"\nmetric = "test_accuracy"\nop = ">="\nvalue = 0.9\nreduced = false\n')
        self.assertEqual(self.run_text(text)[0], 0)
        status, out = self.run_text(text, "--reduced")
        self.assertEqual(status, 0, out)
        self.assertIn("not checked: good: test accuracy >= …, only in a full run", out)
        self.assertEqual(len(self.report["arms"]["good"]), 1)

    def test_one_arm_alone_leaves_the_conditions_on_others_unchecked(self):
        status, out = self.expect('arm = "bad"\nmetric = "test_accuracy"\nop = ">"\nthan = "good"', "--only", "bad")
        self.assertEqual(status, 0)
        self.assertIn("not checked: bad: test accuracy > …, not run", out)
        self.assertEqual(list(self.report["arms"]), ["bad"])

    def test_a_run_that_fails_is_no_result(self):
        status, out = self.run_text('[[arm]]\nname = "a"\nlr = -1\n[[expect]]\narm = "a"\nmetric = "test_accuracy"\n'
                                    'op = "<"\nvalue = 1')
        self.assertEqual(status, 2)
        self.assertIn("ended with status 1: a rate below zero", out)

    def test_mistakes_in_an_example_are_named(self):
        for expectation, problem in (
                ('arm = "odd"\nmetric = "steps"\nop = "<"\nvalue = 1', "arm is 'odd'; there are good, bad"),
                ('arm = "bad"\nmetric = "mood"\nop = "<"\nvalue = 1', "metric is 'mood'"),
                ('arm = "bad"\nmetric = "steps"\nop = "~"\nvalue = 1', "op is '~'"),
                ('arm = "bad"\nmetric = "steps"\nop = "<"', "either a value or than"),
                ('arm = "bad"\nmetric = "steps"\nop = "<"\nvalue = 1\nrates = "most"', "rates is 'most'"),
                ('arm = "bad"\nmetrics = "steps"\nop = "<"\nvalue = 1', "unknown key 'metrics'")):
            status, out = self.expect(expectation)
            self.assertEqual(status, 2)
            self.assertIn(problem, out)

    def test_flags_and_files_become_arguments(self):
        folder = Path(__file__).resolve().parent / "networks"
        command = run.command_of("fanin", {"net": "lenet5.toml", "standardize": True, "raw": False, "lr": 1e-5}, folder, 1)
        self.assertEqual(command, ["fanin", "train", str(folder / "lenet5.toml"), "--standardize", "--lr", "1e-05",
                                   "--threads", "1"])


if __name__ == "__main__":
    unittest.main()
