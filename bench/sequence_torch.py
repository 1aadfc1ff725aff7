#!/usr/bin/env python3
"""The training steps of bench/sequence.sh in PyTorch: prints the milliseconds of one network's as JSON.

    bench/sequence_torch.py gpt --threads 2 --seconds 2

Data lie in memory as tensors; a step is zero_grad(set_to_none=True), forward, backward and Adam. Threads of the
matrix products and the processor type are the environment's (bench/sequence_run.py sets them).
"""
import argparse
import json
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH, TIME, VOCABULARY, WIDTH, HEADS, POSITIONS = 64, 100, 65, 128, 4, 64


class Recurrent(nn.Module):
    def __init__(self, cell, width):
        super().__init__()
        self.cell = cell(width, WIDTH, batch_first=True)
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x):
        return self.head(self.cell(x)[0][:, -1])


class Block(nn.Module):
    """GPT-2's, with the products of all heads in one batched product each."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.project, self.merge = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.widen, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.register_buffer("future", torch.ones(POSITIONS, POSITIONS, dtype=torch.bool).triu(1))

    def attention(self, x):
        rows, positions, width = x.shape
        query, key, value = (part.view(rows, positions, HEADS, width // HEADS).transpose(1, 2)
                             for part in self.project(x).split(width, dim=2))
        scores = (query @ key.transpose(-2, -1)) * (width // HEADS)**-0.5
        weights = F.softmax(scores.masked_fill(self.future, float("-inf")), dim=-1)
        return self.merge((weights @ value).transpose(1, 2).reshape(rows, positions, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Parameter(0.02 * torch.randn(POSITIONS, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(6)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.tokens(x) + self.positions))).flatten(0, 1)


def recurrent(cell, width):
    return Recurrent(cell, width), torch.randn(BATCH, TIME, width), torch.randint(10, (BATCH,))


NETS = {
    "lstm": lambda: recurrent(nn.LSTM, 2),
    "lstm_wide": lambda: recurrent(nn.LSTM, WIDTH),
    "gru": lambda: recurrent(nn.GRU, 2),
    "rnn": lambda: recurrent(nn.RNN, 2),
    "gpt": lambda: (Gpt(), torch.randint(VOCABULARY, (BATCH, POSITIONS)),
                    torch.randint(VOCABULARY, (BATCH * POSITIONS,))),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    model, x, y = NETS[options.net]()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    for _ in range(3):
        step()
    milliseconds = []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end or len(milliseconds) < 5:
        start = time.perf_counter()
        step()
        milliseconds.append(1e3 * (time.perf_counter() - start))
    milliseconds.sort()
    print(json.dumps({"net": options.net, "threads": options.threads, "version": torch.__version__,
                      "parameters": sum(p.numel() for p in model.parameters()),
                      "ms_median": milliseconds[len(milliseconds) // 2], "ms_least": milliseconds[0]}))


if __name__ == "__main__":
    main()
