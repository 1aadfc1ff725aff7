#!/usr/bin/env python3
"""Tests of tools/make_man.py; with --page FILE --fanin PROGRAM also of the page that was made."""
import argparse
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import make_man  # noqa: E402

MADE = argparse.Namespace(page=None, fanin=None)
ROOT = """does things.

Usage: tool <command> [options]

Commands:
  one                       The first.
  two                       The second, with
                            more words.

Options:
  -h, --help                this text

Examples:
  tool one --a \\x            comment

Exit status:
  0    done
  2    wrong use
"""
ONE = """The first.

Usage: tool one [options]

Options:
  --a-very-long-name-of-an-option FILE
                            what it is for
.5 of it is a sentence.

Exit status:
  0    done
"""
TWO = "The second.\n\nUsage: tool two\n"
TEXTS = {("--help",): ROOT, ("one", "--help"): ONE, ("two", "--help"): TWO}


class MakeManTest(unittest.TestCase):
    def setUp(self):
        self.helps = make_man.collect(lambda given: TEXTS[tuple(given)])
        self.page = make_man.page(self.helps, "1.2")

    def test_every_command_has_a_section(self):
        self.assertEqual(list(self.helps), ["", "one", "two"])
        self.assertIn(".SH FANIN ONE\n", self.page)
        self.assertIn(".SH FANIN TWO\n", self.page)

    def test_options_keep_their_descriptions(self):
        self.assertIn(".TP\n\\fB\\-\\-a\\-very\\-long\\-name\\-of\\-an\\-option FILE\\fR\nwhat it is for\n", self.page)
        self.assertIn("\\fBtwo\\fR\nThe second, with more words.\n", self.page)

    def test_what_roff_would_take_for_its_own_is_escaped(self):
        self.assertIn("  tool one \\-\\-a \\ex", self.page)
        self.assertIn("\n\\&.5 of it is a sentence.", self.page)
        self.assertEqual(make_man.escaped("φ"), "\\[u03C6]")

    def test_the_exit_status_stands_once(self):
        self.assertEqual(self.page.count("EXIT STATUS"), 1)
        self.assertTrue(self.page.endswith(".TP\n\\fB2\\fR\nwrong use\n"))

    def test_a_text_without_usage_is_refused(self):
        with self.assertRaises(ValueError):
            make_man.Help("nothing here")


class MadePageTest(unittest.TestCase):
    def setUp(self):
        if MADE.page is None:
            self.skipTest("no --page")
        self.text = Path(MADE.page).read_text(encoding="ascii")

    def test_has_a_section_for_every_command(self):
        script = subprocess.run([MADE.fanin, "completion", "fish"], check=True, capture_output=True, text=True).stdout
        commands = [line.split(" -a ")[1].split()[0] for line in script.splitlines() if " -a " in line]
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertIn(f"\n.SH FANIN {command.upper()}\n", self.text)

    def test_is_current(self):
        def run(given):
            return subprocess.run([MADE.fanin, *given], env=make_man.environment(), check=True,
                                  capture_output=True, text=True, encoding="utf-8").stdout

        self.assertEqual(self.text, make_man.page(make_man.collect(run), run(["--version"]).split()[-1]))

    def test_groff_has_no_complaint(self):
        if shutil.which("groff") is None:
            self.skipTest("no groff")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-P-cbou", "-ww", str(MADE.page)], capture_output=True, text=True,
                              check=True)
        self.assertEqual(done.stderr, "")
        self.assertIn("EXIT STATUS", done.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--page")
    parser.add_argument("--fanin")
    MADE, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
