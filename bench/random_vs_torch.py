"""The table of bench/random.sh: fanin's fills beside memset, streaming stores and PyTorch's fills."""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import torch

FILLS = {
    "uniform f32": lambda t: t.uniform_(),
    "normal f32": lambda t: t.normal_(),
    "truncated normal f32": lambda t: torch.nn.init.trunc_normal_(t),
}


def fanin_turn(program, options, best):
    command = [str(program), "--json", "--turns", "3"]
    command += ["--elements", str(options.elements), "--threads", str(options.threads)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for row in answer["rows"]:
        old = best.get(row["name"], (float("inf"), 0))
        best[row["name"]] = min(old, (row["ns"], -row["gb_s"]))
    return answer["target"]


def torch_turn(options, best):
    """torch's rate does not grow with the tensor, so a part of the elements stands for all."""
    tensor = torch.empty(min(options.elements, 1 << 23))
    for threads in {1, options.threads}:
        torch.set_num_threads(threads)
        for name, fill in FILLS.items():
            fill(tensor)
            start = time.perf_counter()
            fill(tensor)
            ns = (time.perf_counter() - start) * 1e9 / tensor.numel()
            best[name] = min(best.get(name, float("inf")), ns)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--elements", type=int, default=1 << 26, help="256 MiB of f32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    program = options.build / "fanin/random/fanin_random_bench"
    if not program.exists():
        sys.exit(f"random.sh: no {program}; configure with -DFANIN_BENCH=ON and build fanin_random_bench")

    ours, theirs, target = {}, {}, ""
    for _ in range(options.rounds):
        target = fanin_turn(program, options, ours)
        torch_turn(options, theirs)

    memset_rate = ours["memset"][1]
    print(f"{options.elements} elements, {options.threads} threads, {target}, torch {torch.__version__}")
    print(f"{'':40}{'ns/element':>12}{'GB/s':>9}{'% of memset':>13}{'torch ns':>10}{'torch / fanin':>15}")
    for name, (ns, rate) in ours.items():
        row = f"{name:40}{ns:12.4f}{-rate:9.2f}{100 * rate / memset_rate:13.1f}"
        if name in theirs:
            row += f"{theirs[name]:10.3f}{theirs[name] / ns:15.1f}"
        print(row)


if __name__ == "__main__":
    main()
