#!/usr/bin/env python3
"""fanin's default experiment as a PyTorch script: the peer that `make bench` measures.

    bench/compare_torch.py --seeds 3 --epochs 10 --threads 1 --json torch.json

Fashion-MNIST, 784-256-128-10 with relu, Adam at 1e-3, batches of 64, ten epochs, four
initializations one after another; the test set is evaluated after every epoch, as fanin does.
Everything lies in memory as tensors, and a batch is a slice of a permutation. `--loader dataloader`
is the usual TensorDataset and DataLoader. Measured and not faster on one thread: gathering the whole
epoch at once (8 % slower), Adam(foreach=True) (2 % slower), torch.set_flush_denormal (4 % slower).

Threads of the matrix products and the processor type are the environment's (bench/compare.sh sets
them): OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, OPENBLAS_CORETYPE.
"""
import argparse
import gzip
import itertools
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

INITS = {
    "zeros": nn.init.zeros_,
    "normal(std=0.01)": lambda weight: nn.init.normal_(weight, std=0.01),
    "glorot_uniform": nn.init.xavier_uniform_,
    "he_uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
}
WIDTHS = (784, 256, 128, 10)
BATCH_SIZE = 64


def read_idx(path, header):
    with gzip.open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load(folder):
    parts = []
    for part in ("train", "t10k"):
        images = read_idx(os.path.join(folder, part + "-images-idx3-ubyte.gz"), 16)
        labels = read_idx(os.path.join(folder, part + "-labels-idx1-ubyte.gz"), 8)
        x = torch.from_numpy(images.reshape(-1, WIDTHS[0]).astype(np.float32) / np.float32(255))
        parts += [x, torch.from_numpy(labels.astype(np.int64))]
    return parts


def make_model(init):
    layers = []
    for fan_in, fan_out in zip(WIDTHS, WIDTHS[1:]):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
        INITS[init](layers[-2].weight)
        nn.init.zeros_(layers[-2].bias)
    return nn.Sequential(*layers[:-1])


def batches_of_tensors(x, y, limit):
    permutation = torch.randperm(len(x))
    for i in range(0, min(len(x), limit * BATCH_SIZE), BATCH_SIZE):
        rows = permutation[i:i + BATCH_SIZE]
        yield x[rows], y[rows]


def batches_of_loader(x, y, limit):
    dataset = torch.utils.data.TensorDataset(x, y)
    return itertools.islice(torch.utils.data.DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True), limit)


@torch.no_grad()
def evaluate(model, x, y):
    correct = 0
    for i in range(0, len(x), 1000):
        correct += (model(x[i:i + 1000]).argmax(1) == y[i:i + 1000]).sum().item()
    return correct / len(x)


def train(init, seed, options, data):
    """Returns the test accuracy, the seconds and, of these, the seconds of the steps of each epoch."""
    batches = batches_of_loader if options.loader == "dataloader" else batches_of_tensors
    x_train, y_train, x_test, y_test = data
    torch.manual_seed(seed)
    model = make_model(init)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = []
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        for x, y in batches(x_train, y_train, options.batches):
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
        step_seconds = time.perf_counter() - start
        accuracy = evaluate(model, x_test, y_test)
        seconds = time.perf_counter() - start
        history.append({"epoch": epoch, "test_accuracy": accuracy, "seconds": seconds, "step_seconds": step_seconds})
        print(f"{init} seed {seed} epoch {epoch}: test accuracy {accuracy:.4f}, {seconds:.2f} s", flush=True)
    return history


def loaded_blas():
    """The file of the BLAS that this process has loaded; what the loader chose, not what is configured."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {line.split()[-1] for line in maps if "/" in line}
    found = sorted(file for file in files if any(word in os.path.basename(file) for word in ("blas", "mkl_core")))
    return found[0] if found else "built in"


def parse_arguments():
    parser = argparse.ArgumentParser(description="fanin's default experiment in PyTorch")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=3, help="how many, from --seed on")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--inits", nargs="+", choices=list(INITS), default=list(INITS), metavar="INIT")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--loader", choices=("tensors", "dataloader"), default="tensors")
    parser.add_argument("--batches", type=int, default=1 << 40, help="at most this many in an epoch (default: all)")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of the four IDX files")
    parser.add_argument("--json", help="file to write the results to")
    parser.add_argument("--about", action="store_true", help="only print PyTorch's version and its BLAS, as JSON")
    options = parser.parse_args()
    for name in ("epochs", "seeds", "threads", "batches"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be 1 or more")
    return options


def main():
    options = parse_arguments()
    if options.about:
        torch.ones(64, 64) @ torch.ones(64, 64)  # loads what is loaded late
        print(json.dumps({"torch": torch.__version__, "blas": loaded_blas()}))
        return
    torch.set_num_threads(options.threads)
    try:
        data = load(options.data)
    except OSError as error:
        sys.exit(f"compare_torch.py: {error}; Debian's package dataset-fashion-mnist holds these files")
    runs = []
    for init in options.inits:
        for seed in range(options.seed, options.seed + options.seeds):
            runs.append({"init": init, "seed": seed, "epochs": train(init, seed, options, data)})
    summary = []
    for init in options.inits:
        final = [run["epochs"][-1]["test_accuracy"] for run in runs if run["init"] == init]
        summary.append({"init": init, "test_accuracy_mean": sum(final) / len(final), "test_accuracies": final})
        print(f"{init}: mean test accuracy {sum(final) / len(final):.4f} over {len(final)} seed(s)")
    training = sum(epoch["seconds"] for run in runs for epoch in run["epochs"])
    print(f"training took {training:.2f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"training_seconds": training, "runs": runs, "summary": summary}, file)


if __name__ == "__main__":
    main()
