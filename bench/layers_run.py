"""Lets fanin and PyTorch take turns with training steps and compares them; see bench/layers.sh."""
import argparse
import json
import os
import statistics
import subprocess
import sys

from compare_run import busy_fraction, find_program, processor
from layers_torch import BATCH, NETS

HERE = os.path.dirname(os.path.abspath(__file__))
TURN_SECONDS = 0.2
TARGETS = {"lenet5": 3.0, "resnet20": 1.5, "lstm": 3.0, "gpt": 2.0}


class Server:
    """A child that answers numbers of steps with seconds per step."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, **(environment or {})})
        self.greeting = self.read()
        self.count = 1
        self.count = max(1, round(TURN_SECONDS / self.turn()))
        self.seconds = []

    def read(self):
        line = self.child.stdout.readline().strip()
        if not line:
            sys.exit(f"layers.sh: '{' '.join(self.child.args)}' ended with exit status {self.child.wait()}")
        return line

    def turn(self):
        self.child.stdin.write(f"{self.count}\n")
        self.child.stdin.flush()
        return float(self.read())

    def median(self):
        return statistics.median(self.seconds)

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def openblas_environment(flags, threads):
    """Debian's OpenBLAS takes recent processors for old ones; say which kernels fit."""
    core_type = "SkylakeX" if "avx512f" in flags else "Haswell" if "avx2" in flags else None
    chosen = {} if core_type is None or "OPENBLAS_CORETYPE" in os.environ else {"OPENBLAS_CORETYPE": core_type}
    return {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads), **chosen}


def peers_of(name, flags):
    memories = ("contiguous", "channels_last") if NETS[name].image else ("contiguous",)
    script = [sys.executable, "-B", os.path.join(HERE, "layers_torch.py"), name]
    return [Server(f"PyTorch, {threads} thread{'s' * (threads > 1)}, {memory}",
                   [*script, "--threads", str(threads), "--memory", memory], openblas_environment(flags, threads))
            for threads in (1, 2) for memory in memories]


def compare(name, bench, flags, rounds):
    fanin = Server("fanin, 2 threads", [bench, "step", "--batch", str(BATCH), "--chunks", "2", "--threads", "2",
                                        *NETS[name].fanin, "--serve"])
    peers = peers_of(name, flags)
    for _ in range(rounds):
        for server in (fanin, *peers):
            server.seconds.append(server.turn())
    for server in (fanin, *peers):
        server.close()
    best = min(peers, key=Server.median)
    ratio = statistics.median(p / f for p, f in zip(best.seconds, fanin.seconds))
    parameters, arena, unshared = (int(word) for word in fanin.greeting.split()[1:])
    print(f"{name}: {parameters} parameters, batch {BATCH}; arena {arena / 2**20:.1f} MB, "
          f"{unshared / 2**20:.1f} MB without sharing")
    for server in (fanin, *peers):
        print(f"  {1e3 * server.median():9.3f} ms  {server.name}{'  (best)' * (server is best)}")
    target = f", wanted {TARGETS[name]:.1f}" if name in TARGETS else ""
    print(f"  {ratio:9.2f} times PyTorch's best{target}", flush=True)
    return {"net": name, "ratio": ratio, "fanin_seconds": fanin.median(), "arena_bytes": arena,
            "unshared_bytes": unshared, "peers": {peer.name: peer.median() for peer in peers}}


def main():
    parser = argparse.ArgumentParser(description="Compares training steps of fanin and PyTorch.")
    parser.add_argument("--build", required=True)
    parser.add_argument("--nets", default=",".join(NETS), help="names, separated by commas")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args()
    unknown = [name for name in options.nets.split(",") if name not in NETS]
    if unknown:
        parser.error(f"no network '{unknown[0]}'; there are {', '.join(NETS)}")
    bench = find_program(options.build, "fanin/engine/fanin_engine_bench")
    if bench is None:
        sys.exit(f"layers.sh: no fanin_engine_bench in {options.build}; configure with -DFANIN_BENCH=ON and build "
                 "the target `benches`")
    name, flags, _ = processor()
    busy = busy_fraction()
    print(f"{name}, {os.cpu_count()} processors" +
          (f"; other programs use {100 * busy:.0f} % of them now, which distorts this" if busy > 0.1 else ""))
    figures = [compare(net, bench, flags, options.rounds) for net in options.nets.split(",")]
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)


if __name__ == "__main__":
    main()
