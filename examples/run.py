#!/usr/bin/env python3
"""Runs an example and says whether what it promises holds.

    examples/run.py NAME [--reduced] [--fanin PROGRAM] [--threads N] [--only ARM] [--json FILE]

NAME is a folder beside this file that holds an example.toml, or the path of one. The file has a title, the
paper, and

    [defaults]             arguments of `fanin train`: epochs = 3 is --epochs 3, standardize = true is --standardize
    [reduced]              replaces and adds to them in a reduced run, the one that the tests make

    [[arm]]                one network, or one way to train it, against the others
    name = "he"
    net = "mlp(30, 128)"   any argument, before those above; a .toml file is looked for in the example's folder
    learning_rates = [..]  a grid: each is a run, and the arm is judged by the best
    reduced = {...}        replaces and adds in a reduced run, before all others

    [[expect]]             a condition that must hold
    arm = "he"
    metric = "test_accuracy"   or another of METRICS
    op = ">="              or another of OPERATORS
    value = 0.85           or than = "glorot", the same metric of another arm, plus `by` where that is given
    rates = "best"         of the grid; "every" and "any" look at all its runs
    reduced = 0.5          the value (or `by`) of a reduced run; false: only a full run can show it

The best run of a grid is the one with the highest accuracy on the test rows, or the lowest loss where nothing is right or
wrong. A run that diverged has accuracy 0 and infinite loss. Every metric is that of the last epoch.

Exit status: 0 everything holds, 1 something does not, 2 the example cannot be run.
"""
import argparse
import json
import math
import operator
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
METRICS = ("test_accuracy", "test_loss", "train_accuracy", "train_loss", "status", "steps", "learning_rate",
           "clipped_steps")
OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
             "!=": operator.ne}
RATES = ("best", "every", "any")
WHEN_DIVERGED = {"test_accuracy": 0.0, "train_accuracy": 0.0, "test_loss": math.inf, "train_loss": math.inf}
ARM_KEYS = ("name", "learning_rates", "reduced")
EXPECT_KEYS = {"arm", "metric", "op", "value", "than", "by", "rates", "reduced"}


class Unusable(Exception):
    """The example cannot be run: its file, the program or the data are not what they should be."""


def check_keys(what, table, allowed):
    for key in table:
        if key not in allowed:
            raise Unusable(f"{what}: unknown key '{key}'; there are {', '.join(sorted(allowed))}")


def load(path):
    """The example, checked as far as that is possible without running it."""
    try:
        example = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}; examples are "
                       + ", ".join(sorted(p.parent.name for p in HERE.glob("*/example.toml")))) from error
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"{path}: {error}") from error
    check_keys(str(path), example, {"title", "paper", "minutes", "defaults", "reduced", "arm", "expect"})
    arms = example.get("arm", [])
    names = [arm.get("name") for arm in arms]
    if not arms or None in names or len(set(names)) != len(names):
        raise Unusable(f"{path}: [[arm]] tables with a name each, all different, are needed")
    if not example.get("expect"):
        raise Unusable(f"{path}: without [[expect]] it shows nothing")
    for number, expect in enumerate(example["expect"], 1):
        where = f"{path}: expect {number}"
        check_keys(where, expect, EXPECT_KEYS)
        for key, known in (("arm", names), ("metric", METRICS), ("op", OPERATORS)):
            if expect.get(key) not in known:
                raise Unusable(f"{where}: {key} is {expect.get(key)!r}; there are {', '.join(known)}")
        if expect.get("rates", "best") not in RATES:
            raise Unusable(f"{where}: rates is {expect['rates']!r}; there are {', '.join(RATES)}")
        if ("value" in expect) == ("than" in expect) or expect.get("than", names[0]) not in names:
            raise Unusable(f"{where}: either a value or than = an arm ({', '.join(names)})")
    return example


def runs_of(example, arm, reduced):
    """The arguments of each run of an arm, as tables: one per learning rate."""
    merged = dict(example.get("defaults", {}))
    if reduced:
        merged |= example.get("reduced", {})
    merged |= arm
    if reduced:
        merged |= arm.get("reduced", {})
    rates = merged.get("learning_rates", [])
    arguments = {key.replace("_", "-"): value for key, value in merged.items() if key not in ARM_KEYS}
    return [arguments | {"lr": rate} for rate in rates] or [arguments]


def command_of(program, arguments, folder, threads):
    command = [program, "train"]
    arguments = dict(arguments)
    net = arguments.pop("net", None)
    if net is not None:
        file = folder / net
        command.append(str(file) if net.endswith(".toml") and file.is_file() else net)
    if threads is not None:
        arguments["threads"] = threads
    for key, value in arguments.items():
        if value is True:
            command.append(f"--{key}")
        elif value is not False:
            command += [f"--{key}", repr(value) if isinstance(value, float) else str(value)]
    return command


def train(command):
    """Runs it; the numbers of its last epoch."""
    finished = subprocess.run(command + ["--json", "-", "--quiet"], capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise Unusable(f"{shlex.join(command)}\n  ended with status {finished.returncode}: {finished.stderr.strip()}")
    result = json.loads(finished.stdout)
    last = result["epochs"][-1] if result["epochs"] else {}
    run = {metric: last.get(metric) for metric in METRICS}
    run |= {"status": result["status"], "steps": result["steps"], "seconds": result["seconds"], "command": command,
            "diverged_at_step": result["diverged_at_step"], "learning_rate": result["settings"]["learning_rate"]}
    if run["status"] == "diverged":
        run |= WHEN_DIVERGED
    return run


def best_of(runs):
    def merit(run):
        loss = math.inf if run["test_loss"] is None else run["test_loss"]
        return (run["status"] != "diverged", run["test_accuracy"] or 0.0, -loss)

    return max(runs, key=merit)


def shown(metric, value):
    if value is None:
        return "-"
    if metric.endswith("accuracy"):
        return f"{100 * value:.2f} %"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def outcome(run):
    if run["status"] == "diverged":
        return f"diverged at step {run['diverged_at_step']}"
    accuracy = "" if run["test_accuracy"] is None else f"{100 * run['test_accuracy']:.2f} %, "
    return f"{accuracy}loss {shown('test_loss', run['test_loss'])}"


def judge(expect, results, reduced):
    """(holds, sentence); holds is None where the runs cannot tell."""
    limit_key = "value" if "value" in expect else "by"
    limit = expect.get(limit_key, 0)
    if reduced and "reduced" in expect:
        limit = expect["reduced"]
    metric, op, rates = expect["metric"], expect["op"], expect.get("rates", "best")
    sentence = f"{expect['arm']}: {metric.replace('_', ' ')} {op} "
    if limit is False:
        return None, sentence + "…, only in a full run"
    if expect["arm"] not in results or expect.get("than", expect["arm"]) not in results:
        return None, sentence + "…, not run"
    if "than" in expect:
        other = best_of(results[expect["than"]])[metric]
        sentence += f"{expect['than']}'s {shown(metric, other)}"
        sentence += f" {'+' if limit > 0 else '-'} {shown(metric, abs(limit))}" if limit else ""
        limit = None if other is None else other + limit
    else:
        sentence += shown(metric, limit)
    sentence += "" if rates == "best" else f" at {rates} rate"
    runs = results[expect["arm"]]
    found = [best_of(runs)[metric]] if rates == "best" else [run[metric] for run in runs]
    sentence += f" (found {', '.join(shown(metric, value) for value in found)})"
    holds = [limit is not None and value is not None and OPERATORS[op](value, limit) for value in found]
    return (any if rates == "any" else all)(holds), sentence


def table(results):
    rows = [("arm", "learning rate", "accuracy", "loss", "diverged", "seconds")]
    for name, runs in results.items():
        best = best_of(runs)
        lost = best["status"] == "diverged"
        diverged = sum(run["status"] == "diverged" for run in runs)
        rows.append((name, "any" if lost and len(runs) > 1 else f"{best['learning_rate']:g}",
                     "-" if lost else shown("test_accuracy", best["test_accuracy"]),
                     "-" if lost else shown("test_loss", best["test_loss"]),
                     f"{diverged} of {len(runs)}" if diverged else "no", f"{sum(run['seconds'] for run in runs):.1f}"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [row[0].ljust(widths[0]) + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))
             for row in rows]
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)


def find_program(given):
    for candidate in (given, os.environ.get("FANIN"), HERE.parent / "build" / "bin" / "fanin", "fanin"):
        if candidate and (found := shutil.which(str(candidate))):
            return found
        if candidate and candidate == given:
            raise Unusable(f"--fanin: {given} is not a program")
    raise Unusable("there is no fanin on PATH and none in build/bin; give it with --fanin")


def run_example(options):
    path = Path(options.name) if options.name.endswith(".toml") else HERE / options.name / "example.toml"
    example = load(path)
    arms = [arm for arm in example["arm"] if options.only in (None, arm["name"])]
    if not arms:
        raise Unusable(f"--only: no arm '{options.only}'; there are {', '.join(a['name'] for a in example['arm'])}")
    program = find_program(options.fanin)
    print(example.get("title", path.parent.name) + (", reduced" if options.reduced else ""))
    planned = [(arm["name"], runs_of(example, arm, options.reduced)) for arm in arms]
    total, number, results = sum(len(runs) for _, runs in planned), 0, {}
    for name, runs in planned:
        results[name] = []
        for arguments in runs:
            number += 1
            rate = f", learning rate {arguments['lr']:g}" if "lr" in arguments else ""
            print(f"[{number}/{total}] {name}{rate}: ", end="", flush=True)
            run = train(command_of(program, arguments, path.parent, options.threads))
            results[name].append(run)
            print(f"{outcome(run)}, {run['seconds']:.1f} s", flush=True)
    print("\n" + table(results) + "\n")
    judged = [judge(expect, results, options.reduced) for expect in example["expect"]]
    for holds, sentence in judged:
        print(f"{'not checked' if holds is None else 'holds' if holds else 'DOES NOT HOLD'}: {sentence}")
    if options.json:
        report = {"example": path.parent.name, "reduced": options.reduced, "arms": results,
                  "expectations": [{"holds": holds, "text": sentence} for holds, sentence in judged]}
        # JSON knows no infinity: a number that is none becomes null.
        text = json.dumps(json.loads(json.dumps(report), parse_constant=lambda _: None), indent=2)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 1 if any(holds is False for holds, _ in judged) else 0


def main(arguments):
    parser = argparse.ArgumentParser(description="Runs an example and says whether what it promises holds.")
    parser.add_argument("name", help="a folder of examples/, or the path of an example.toml")
    parser.add_argument("--reduced", action="store_true", help="the short run that the tests make")
    parser.add_argument("--fanin", metavar="PROGRAM", help="default: $FANIN, build/bin/fanin, then PATH")
    parser.add_argument("--threads", type=int, metavar="N", help="default: fanin's, one per core")
    parser.add_argument("--only", metavar="ARM", help="run only this arm")
    parser.add_argument("--json", metavar="FILE", help="write every run and every verdict there")
    try:
        return run_example(parser.parse_args(arguments))
    except Unusable as error:
        print(f"\nexamples/run.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
