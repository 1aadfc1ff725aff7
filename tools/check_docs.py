#!/usr/bin/env python3
"""Runs the commands of a page, so that what README.md says stays true.

    tools/check_docs.py --bin DIR [--page README.md] [--root DIR]

Every command of a ```sh block is run, in a scratch folder that shows the repository's files, with the
programs in DIR first on PATH; it must exit with status 0 unless a comment names another. Blocks in other languages (console, text) are
shown, not run; a block without a language is an error, so nothing is skipped by accident. Comments in
the page steer this, for the whole page or for the block that follows:

    <!-- reduced: `fanin compare` + `--epochs 1` -->   commands that begin so get this appended
    <!-- status 1: `fanin check` -->                   commands that begin so must exit with this status
    <!-- file: tests/consumer/main.cpp -->             the next block is this file, word for word
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REDUCED = re.compile(r"<!-- reduced: `([^`]+)` \+ `([^`]+)` -->")
STATUS = re.compile(r"<!-- status (\d+): `([^`]+)` -->")
FILE = re.compile(r"<!-- file: (\S+) -->")
FENCE = re.compile(r"^```(.*)$")
SHOWN_ONLY = {"console", "text", "cpp", "cmake", "json", "csv", "python", "toml"}
TIME_LIMIT = 900  # seconds for one command
# What a `make` above this test hands down and the page's own `make` must not see.
MAKE_VARIABLES = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ARGS", "CMAKE_ARGS", "CTEST_ARGS", "PREFIX")


class Page:
    """A page's commands, its blocks that quote files, its reductions and what is wrong with it."""

    def __init__(self, text):
        self.commands = []  # (line number, command)
        self.quotes = []  # (line number, file name, block text)
        self.reductions = []  # (beginning, what to append)
        self.statuses = []  # (exit status, beginning)
        self.problems = []
        language, block, begin, quoted = None, [], 0, None
        for number, line in enumerate(text.splitlines(), 1):
            fence = FENCE.match(line)
            if fence and language is None:
                language, block, begin = fence.group(1).strip(), [], number
                if language != "sh" and language not in SHOWN_ONLY:
                    self.problems.append(f"line {number}: '{language}' is no language known here")
            elif fence:
                if quoted:
                    self.quotes.append((begin, quoted, "\n".join(block) + "\n"))
                if language == "sh":
                    self.add_commands(begin, block)
                language, quoted = None, None
            elif language is not None:
                block.append(line)
            else:
                self.reductions += REDUCED.findall(line)
                self.statuses += [(int(status), beginning) for status, beginning in STATUS.findall(line)]
                match = FILE.search(line)
                quoted = match.group(1) if match else quoted

    def add_commands(self, begin, block):
        command, first = "", 0
        for number, line in enumerate(block, begin + 1):
            line = re.sub(r"(^|\s+)#\s.*$", "", line).rstrip()
            first = first if command else number
            if line.endswith("\\"):
                command += line[:-1].strip() + " "
            elif command or line.strip():
                self.commands.append((first, command + line.strip()))
                command = ""
        if command:
            self.problems.append(f"line {first}: the command never ends")

    def reduce(self, command):
        """The command on its reduced setting, and the beginning that matched."""
        matches = [rule for rule in self.reductions if command == rule[0] or command.startswith(rule[0] + " ")]
        if not matches:
            return command, None
        beginning, extra = max(matches, key=lambda rule: len(rule[0]))
        return f"{command} {extra}", beginning


    def status(self, command):
        """The exit status that the command must have, and the beginning that names it."""
        for status, beginning in self.statuses:
            if command == beginning or command.startswith(beginning + " "):
                return status, beginning
        return 0, None


def check(page, root, environment, say=print):
    """Runs everything; returns the problems."""
    problems, used = list(page.problems), set()
    for line, name, text in page.quotes:
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text:
            problems.append(f"line {line}: the block differs from {name}")
    with tempfile.TemporaryDirectory(prefix="fanin-docs-") as scratch:
        for entry in root.iterdir():
            if entry.name not in ("build", "runs"):
                os.symlink(entry, Path(scratch, entry.name))
        environment = dict(environment, HOME=f"{scratch}/home")  # what a command installs there goes away again
        for line, written in page.commands:
            command, beginning = page.reduce(written)
            expected, named = page.status(written)
            used |= {beginning, named}
            say(f"line {line}: {command}", flush=True)
            begin = time.monotonic()
            try:
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=scratch, env=environment,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      text=True, errors="replace", timeout=TIME_LIMIT, check=False)
                status, output = done.returncode, done.stdout
            except subprocess.TimeoutExpired:
                status, output = f"none after {TIME_LIMIT} s", ""
            if status != expected:
                problems.append(f"line {line}: `{command}` ended with status {status}\n{output[-4000:]}")
            say(f"    status {status}, {time.monotonic() - begin:.1f} s", flush=True)
    for beginning in [rule[0] for rule in page.reductions] + [rule[1] for rule in page.statuses]:
        if beginning not in used:
            problems.append(f"no command begins with `{beginning}`, which a comment names")
    if not page.commands:
        problems.append("the page has no command to run")
    return problems


def main():
    parser = argparse.ArgumentParser(description="Runs the commands of a page on their reduced setting.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--page", default="README.md")
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--build", type=Path, help="build folder that `make` uses")
    arguments = parser.parse_args()
    environment = dict(os.environ, PATH=f"{arguments.bin.resolve()}:{os.environ['PATH']}")
    for inherited in MAKE_VARIABLES:
        environment.pop(inherited, None)
    if arguments.build:
        environment["BUILD"] = str(arguments.build.resolve())
    page = Page((arguments.root / arguments.page).read_text(encoding="utf-8"))
    problems = check(page, arguments.root.resolve(), environment)
    for problem in problems:
        print(f"{arguments.page}: {problem}")
    print(f"{len(page.commands)} commands run, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
