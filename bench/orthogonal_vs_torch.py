"""The table of bench/orthogonal.sh: fanin's orthogonal matrices beside PyTorch's."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

CORE_TYPES = ("", "SkylakeX", "Haswell", "Zen")  # "" leaves OpenBLAS to its own detection


def torch_turn(size, threads):
    """Seconds of the best thread count and |QtQ - I| / sqrt(n), printed as JSON by a process of its own."""
    import torch

    tensor = torch.empty(size, size)
    best = float("inf")
    for count in {1, threads}:
        torch.set_num_threads(count)
        start = time.perf_counter()
        torch.nn.init.orthogonal_(tensor)
        best = min(best, time.perf_counter() - start)
    gram = tensor.double().T @ tensor.double() - torch.eye(size, dtype=torch.double)
    print(json.dumps({"seconds": best, "error": float(gram.norm()) / size**0.5, "version": torch.__version__}))


def in_process(core_type, size, threads):
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    if core_type:
        environment["OPENBLAS_CORETYPE"] = core_type
    command = [sys.executable, "-B", __file__, "--torch-turn", "--size", str(size), "--threads", str(threads)]
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def fanin_turn(program, size, threads):
    command = [str(program), "--json", "--turns", "2", "--size", str(size), "--threads", str(threads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--torch-turn", action="store_true", help="one timing of torch, as JSON")
    options = parser.parse_args()
    if options.torch_turn:
        return torch_turn(options.size, options.threads)
    program = options.build / "fanin/core/fanin_core_bench"
    if not program.exists():
        sys.exit(f"orthogonal.sh: no {program}; configure with -DFANIN_BENCH=ON and build fanin_core_bench")

    trial = min(options.size, 1024)
    core_type = min(CORE_TYPES, key=lambda core: min(in_process(core, trial, options.threads)["seconds"] for _ in "12"))
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(fanin_turn(program, options.size, options.threads))
        theirs.append(in_process(core_type, options.size, options.threads))
    best = min(ours, key=lambda row: row["seconds"])
    torch = min(theirs, key=lambda row: row["seconds"])
    print(f"orthogonal {options.size} x {options.size}, {options.threads} threads, torch {torch['version']} with "
          f"OPENBLAS_CORETYPE={core_type or 'as detected'}")
    print(f"fanin {best['seconds']:.3f} s, {best['gflops']:.0f} GFLOP/s (sgemm {best['sgemm_gflops']:.0f}), "
          f"|QtQ - I| = {best['error_over_sqrt_n']:.2g} sqrt(n)")
    print(f"torch {torch['seconds']:.3f} s, |QtQ - I| = {torch['error']:.2g} sqrt(n)")
    print(f"torch / fanin: {torch['seconds'] / best['seconds']:.1f}")


if __name__ == "__main__":
    main()
