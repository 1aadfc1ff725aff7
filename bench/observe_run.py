"""The tables of bench/observe.sh: statistics of a tensor, and the cost of watching a training."""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import numpy
import torch

STEPS = 50  # of a turn


def torch_passes(t):
    """What fanin's one pass tells, as one would ask PyTorch for it."""
    mean = t.mean()
    centred = t - mean
    std = t.std(unbiased=False)
    return [mean, std, (centred**3).mean() / std**3, (centred**4).mean() / std**4, t.min(), t.max(), t.norm(),
            (t == 0).sum(), (t > 0).sum(), (t.abs() > 3).sum(), torch.isnan(t).sum(), torch.isinf(t).sum()]


def numpy_passes(t):
    mean, std = t.mean(), t.std()
    centred = t - mean
    return [mean, std, (centred**3).mean() / std**3, (centred * centred * centred * centred).mean() / std**4, t.min(),
            t.max(), numpy.linalg.norm(t), (t == 0).sum(), (t > 0).sum(), (abs(t) > 3).sum(), numpy.isnan(t).sum(),
            numpy.isinf(t).sum()]


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def statistics(options):
    program = options.build / "fanin/core/fanin_core_bench"
    command = [str(program), "statistics", "--json", "--elements", str(options.elements),
               "--threads", str(options.threads)]
    subprocess.run(command[:2] + command[3:], check=True)
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["rows"]
    ours = next(row["gb_s"] for row in rows if row["name"] == "statistics")
    torch.set_num_threads(options.threads)
    tensor = torch.randn(options.elements // 4)
    bytes_read = 4 * tensor.numel()
    for name, passes in (("PyTorch", lambda: torch_passes(tensor)), ("NumPy", lambda: numpy_passes(tensor.numpy()))):
        passes()
        rate = bytes_read / min(seconds_of(passes) for _ in range(3)) / 1e9
        print(f"the same numbers in separate passes of {name}: {rate:.2f} GB/s, fanin is {ours / rate:.1f} times as fast")


def quick(t):
    return t.norm(), t.abs().max(), torch.isfinite(t).logical_not().sum()


def full(t):
    return torch.histc(t.float(), 64), torch_passes(t)


class Watched:
    """A training step of 784-256-128-10 with hooks on every module, as one watches with PyTorch."""

    def __init__(self, every):
        torch.manual_seed(1)
        self.model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128),
                                         torch.nn.ReLU(), torch.nn.Linear(128, 10))
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.x, self.y = torch.rand(4096, 784), torch.randint(10, (4096,))
        self.every, self.step_number, self.seen = every, 0, []
        if every:
            for module in self.model:
                module.register_forward_hook(lambda _, __, out: self.see(out.detach()))
                module.register_full_backward_hook(lambda _, __, out: self.see(out[0].detach()))

    def see(self, t):
        self.seen.append(quick(t))
        if self.step_number % self.every == 0:
            self.seen.append(full(t))

    def step(self):
        rows = torch.randint(4096, (64,))
        self.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(self.model(self.x[rows]), self.y[rows]).backward()
        if self.every:
            for parameter in self.model.parameters():
                self.see(parameter.detach())
                self.see(parameter.grad)
        self.optimizer.step()
        self.seen.clear()
        self.step_number += 1

    def turn(self):
        return seconds_of(lambda: [self.step() for _ in range(STEPS)])


def watching(options):
    program = options.build / "fanin/experiment/fanin_experiment_bench"
    subprocess.run([str(program), "--repeats", str(options.repeats)], check=True)
    torch.set_num_threads(1)
    ways = {"nobody watches": Watched(0), "quick statistics": Watched(10**9), "full every 50 steps": Watched(50),
            "full every step": Watched(1)}
    seconds = {name: [] for name in ways}
    for way in ways.values():
        way.turn()
    for _ in range(20):
        for name, way in ways.items():
            seconds[name].append(way.turn())
    alone = sorted(seconds["nobody watches"])[10]
    print(f"PyTorch {torch.__version__} with hooks, one thread")
    for name, turns in seconds.items():
        middle = sorted(turns)[10]
        print(f"{name:22} step {1e6 * middle / STEPS:7.1f} us  {100 * (middle / alone - 1):+7.1f} %")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--elements", type=int, default=1 << 26, help="256 MiB of f32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    for name in ("core", "experiment"):
        if not (options.build / f"fanin/{name}/fanin_{name}_bench").exists():
            sys.exit(f"observe.sh: no fanin_{name}_bench in {options.build}; "
                     "configure with -DFANIN_BENCH=ON and build the target benches")
    statistics(options)
    print()
    watching(options)


if __name__ == "__main__":
    main()
