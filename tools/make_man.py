#!/usr/bin/env python3
"""Writes the manual page from what the program says of itself.

    tools/make_man.py --fanin build/release/bin/fanin --to fanin.1

It runs `fanin --help` and every command's `--help`, so the page cannot fall behind the options.
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ENTRY = re.compile(r"^  (\S.*?)(?:\s{2,}(\S.*))?$")
HEADING = re.compile(r"^(\S[^:]*):$")


def escaped(text):
    """Text that roff takes word for word."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)
    return "\\&" + text if text.startswith((".", "'")) else text


class Help:
    """The parts of a help text: description, usage, groups of options, commands, the rest."""

    def __init__(self, text):
        self.description, self.usage, self.blocks = [], "", []  # a block: (heading, lines)
        before = ""
        for line in text.splitlines():
            heading = None if before and not before.startswith(" ") else HEADING.match(line)  # not a sentence's end
            before = line
            if line.startswith("Usage: "):
                self.usage = line.removeprefix("Usage: ")
                self.blocks.append(("", []))
            elif not self.usage:
                if line:
                    self.description.append(line)
            elif heading:
                self.blocks.append((heading.group(1), []))
            elif line and not line.startswith(" ") and self.blocks[-1][0]:
                self.blocks.append(("", [line]))  # a footer's sentences
            else:
                self.blocks[-1][1].append(line)
        if not self.usage:
            raise ValueError(f"no line 'Usage: ' in:\n{text}")

    def commands(self):
        return [name for heading, lines in self.blocks if heading == "Commands" for name, _ in entries(lines)]


def entries(lines):
    """[name, description] of an option list."""
    found = []
    for line in lines:
        match = ENTRY.match(line)
        if match:
            found.append([match.group(1), match.group(2) or ""])
        elif line.strip() and found:
            found[-1][1] = (found[-1][1] + " " + line.strip()).strip()
    return found


def roff_block(heading, lines):
    while lines and not lines[-1]:
        lines = lines[:-1]
    if not lines:
        return []
    if not heading:
        out = []
        for paragraph in "\n".join(lines).split("\n\n"):
            sentences = [line for line in paragraph.splitlines() if line.strip()]
            shown = [line for line in sentences if line.startswith(" ")]  # to copy: kept as it is
            out += [".PP"] + [escaped(line) for line in sentences if line not in shown]
            out += [".PP", ".nf", *(escaped(line) for line in shown), ".fi"] if shown else []
        return out
    out = [".PP", f"\\fB{escaped(heading)}\\fR"]
    if heading == "Commands" or all(name.startswith("-") for name, _ in entries(lines)):
        for name, description in entries(lines):
            out += [".TP", f"\\fB{escaped(name)}\\fR"] + ([escaped(description)] if description else [])
        return out
    out += [".PP", ".nf"] + [escaped(line) for line in lines if line.strip()] + [".fi"]
    return out


def page(helps, version):
    """@param helps  command ("" for the program itself, "runs list", ...) -> Help, in the order of the page."""
    root = helps[""]
    out = [
        '.\\" Made by tools/make_man.py from the program\'s own help.',
        f'.TH FANIN 1 "" "fanin {escaped(version)}" "User Commands"',
        ".SH NAME", "fanin \\- makes deep networks start right",
        ".SH SYNOPSIS", escaped(root.usage),
        ".SH DESCRIPTION", *(escaped(line) for line in root.description),
    ]
    exit_status = []
    for heading, lines in root.blocks:
        if heading == "Exit status":
            exit_status = lines
        else:
            out += roff_block(heading, lines)
    for command, help_text in helps.items():
        if not command:
            continue
        out += [f".SH {escaped('FANIN ' + command.upper())}", *(escaped(line) for line in help_text.description)]
        out += [".PP", escaped(help_text.usage)]
        for heading, lines in help_text.blocks:
            if heading != "Exit status":
                out += roff_block(heading, lines)
    out += [".SH EXIT STATUS"]
    for code, meaning in entries(exit_status):
        out += [".TP", f"\\fB{escaped(code)}\\fR", escaped(meaning)]
    return "\n".join(out) + "\n"


def collect(run):
    """@param run  arguments -> the program's standard output."""
    helps = {"": Help(run(["--help"]))}
    waiting = helps[""].commands()
    while waiting:
        command = waiting.pop(0)
        helps[command] = Help(run([*command.split(), "--help"]))
        waiting = [f"{command} {part}" for part in helps[command].commands()] + waiting
    return helps


def environment():
    """In which the help is always the same, wherever this runs."""
    return dict(os.environ, COLUMNS="100", LC_ALL="C.UTF-8", NO_COLOR="1")


def main():
    parser = argparse.ArgumentParser(description="Writes the manual page from the program's own help.")
    parser.add_argument("--fanin", type=Path, required=True, help="the program")
    parser.add_argument("--to", type=Path, required=True, help="the page")
    arguments = parser.parse_args()

    def run(given):
        return subprocess.run([str(arguments.fanin), *given], env=environment(), stdin=subprocess.DEVNULL, timeout=60,
                              check=True, capture_output=True, text=True, encoding="utf-8").stdout

    text = page(collect(run), run(["--version"]).split()[-1])
    arguments.to.write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
