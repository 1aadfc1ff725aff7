"""Runs fanin's and PyTorch's training steps in turn and compares them; see bench/sequence.sh."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CORE_TYPES = ("", "SkylakeX", "Haswell", "Zen")  # "" leaves OpenBLAS to its own detection
# name: fanin's preset, its input, further arguments, the ratio that is asked for
NETS = {
    "lstm": ("lstm(units=128)", "100x2", [], 3),
    "lstm_wide": ("lstm(units=128)", "100x128", [], 3),
    "gru": ("gru(units=128)", "100x2", [], None),
    "rnn": ("rnn(units=128)", "100x2", [], None),
    "gpt": ("gpt(layers=6, width=128, heads=4)", "64", ["--vocabulary", "65", "--outputs", "65"], 2),
}


def run(command, environment=None):
    merged = {**os.environ, **(environment or {})}
    done = subprocess.run([str(word) for word in command], env=merged, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"sequence.sh: '{' '.join(map(str, command))}' failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def torch_turn(net, setting, seconds):
    threads, core_type = setting
    environment = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    if core_type:
        environment["OPENBLAS_CORETYPE"] = core_type
    command = [sys.executable, "-B", HERE / "sequence_torch.py", net, "--threads", threads, "--seconds", seconds]
    return run(command, environment)


def fanin_turn(program, net, threads, seconds):
    preset, shape, arguments, _ = NETS[net]
    return run([program, "--step", preset, "--input", shape, "--threads", threads, "--seconds", seconds, *arguments])


def compare(program, net, options):
    settings = [(threads, core) for core in CORE_TYPES for threads in (1, 2)]
    # Two threads have lucky moments and long slow ones: a training takes what the median step takes.
    probes = {setting: torch_turn(net, setting, 1)["ms_median"] for setting in settings}
    setting = min(probes, key=probes.get)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(fanin_turn(program, net, options.threads, 2))
        theirs.append(torch_turn(net, setting, 2))
    if ours[0]["parameters"] > theirs[0]["parameters"]:  # PyTorch's recurrent cells have a second bias
        sys.exit(f"sequence.sh: {net} has {ours[0]['parameters']} parameters here, {theirs[0]['parameters']} there")
    fanin = statistics.median(turn["ms_median"] for turn in ours)
    torch = statistics.median(turn["ms_median"] for turn in theirs)
    ratios = [b["ms_median"] / a["ms_median"] for a, b in zip(ours, theirs)]
    return {"net": net, "fanin_ms": fanin, "torch_ms": torch, "ratio": torch / fanin,
            "ratio_range": [min(ratios), max(ratios)], "target": NETS[net][3],
            "gflops": ours[0]["gflop"] / fanin * 1e3, "arena_mb": ours[0]["arena_mb"],
            "unshared_mb": ours[0]["unshared_mb"], "torch_threads": setting[0],
            "torch_core_type": setting[1] or "as detected", "torch_version": theirs[0]["version"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--nets", nargs="+", choices=NETS, default=list(NETS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="fanin's")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    program = options.build / "fanin/engine/fanin_engine_bench"
    if not program.exists():
        sys.exit(f"sequence.sh: no {program}; configure with -DFANIN_BENCH=ON and build fanin_engine_bench")
    rows = []
    print(f"training steps, batch 64, Adam, fanin on {options.threads} threads; medians of {options.rounds} turns")
    for net in options.nets:
        row = compare(program, net, options)
        rows.append(row)
        least, most = row["ratio_range"]
        wanted = f", wanted {row['target']}" if row["target"] else ""
        print(f"{net:<10} fanin {row['fanin_ms']:7.2f} ms ({row['gflops']:.0f} GFLOP/s), torch {row['torch_ms']:7.2f} ms "
              f"({row['torch_threads']} threads, {row['torch_core_type']}): ratio {row['ratio']:.2f} "
              f"({least:.2f} to {most:.2f}{wanted}); arena {row['arena_mb']:.1f} MB instead of {row['unshared_mb']:.1f}",
              flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
