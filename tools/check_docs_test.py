#!/usr/bin/env python3
"""Proves that check_docs.py runs what a page says and fails where the page is wrong."""
import os
import tempfile
import unittest
from pathlib import Path

import check_docs


def check(text, files=()):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in dict(files).items():
            Path(folder, name).write_text(content, encoding="utf-8")
        return check_docs.check(check_docs.Page(text), Path(folder), dict(os.environ), say=lambda *_, **__: None)


class CheckDocs(unittest.TestCase):
    def expect(self, problems, *words):
        self.assertEqual(len(problems), 1, problems)
        for word in words:
            self.assertIn(word, problems[0])

    def test_commands_that_work_pass(self):
        self.assertEqual(check("```sh\n# a comment\ntrue # why\n\ntest 1 -lt \\\n  2\n```\n"), [])

    def test_a_command_that_fails_is_reported_with_its_line_and_output(self):
        self.expect(check("text\n```sh\ntrue\necho oh; exit 3\n```\n"), "line 4", "status 3", "oh")

    def test_every_command_after_a_failure_still_runs(self):
        self.assertEqual(len(check("```sh\nfalse\nfalse\n```\n")), 2)

    def test_a_reduction_is_appended_to_the_commands_that_begin_so(self):
        page = "<!-- reduced: `test a =` + `a` -->\n```sh\ntest a =\ntest b = b\n```\n"
        self.assertEqual(check(page), [])

    def test_a_reduction_that_matches_nothing_is_reported(self):
        self.expect(check("<!-- reduced: `fanin` + `x` -->\n```sh\ntrue\n```\n"), "no command begins with `fanin`")

    def test_a_command_may_be_said_to_exit_with_another_status(self):
        page = "<!-- status 3: `exit 3` -->\n```sh\nexit 3\ntrue\n```\n"
        self.assertEqual(check(page), [])
        self.expect(check(page.replace("3: `exit 3`", "4: `exit 3`")), "status 3")
        self.expect(check("<!-- status 1: `fanin` -->\n```sh\ntrue\n```\n"), "no command begins with `fanin`")

    def test_other_languages_are_shown_and_not_run(self):
        self.assertEqual(check("```console\nfalse\n```\n```sh\ntrue\n```\n"), [])

    def test_a_block_without_a_language_is_reported(self):
        self.expect(check("```\nfalse\n```\n```sh\ntrue\n```\n"), "language")

    def test_a_page_without_commands_is_reported(self):
        self.expect(check("nothing here\n"), "no command to run")

    def test_a_quoted_file_must_be_the_same_word_for_word(self):
        page = "<!-- file: a.txt -->\n```text\nsame\n```\n```sh\ncat a.txt\n```\n"
        self.assertEqual(check(page, {"a.txt": "same\n"}), [])
        self.expect(check(page, {"a.txt": "other\n"}), "differs from a.txt")


if __name__ == "__main__":
    unittest.main()
