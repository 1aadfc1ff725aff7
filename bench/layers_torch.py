#!/usr/bin/env python3
"""Training steps in PyTorch: the peers of bench/layers.sh. As a program it serves one of them:

    bench/layers_torch.py lenet5 --threads 2 --memory channels_last

reads numbers of steps, one a line, and answers each with the seconds that a step took.

A network is a class below and a line of NETS. The same optimizer runs on both sides; PyTorch's takes its
`foreach` form, which is faster here for networks of many tensors.
"""
import argparse
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH = 64


class Net:
    """One network: how fanin_engine_bench makes it, and PyTorch's model, batch and loss."""

    fanin = []  # arguments of `fanin_engine_bench step`
    image = False  # channels_last is worth a try

    def model(self):
        raise NotImplementedError

    def batch(self):
        """Inputs and labels."""
        raise NotImplementedError

    def loss(self, output, labels):
        return F.cross_entropy(output, labels)

    def optimizer(self, parameters):
        return torch.optim.SGD(parameters, lr=1e-4, momentum=0.9, foreach=True)


class LeNet5(Net):
    fanin = ["--net", "lenet5(pool=max)", "--input", "1x28x28", "--outputs", "10"]
    image = True

    def model(self):
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))

    def batch(self):
        return torch.randn(BATCH, 1, 28, 28), torch.randint(0, 10, (BATCH,))


class ResidualBlock(nn.Module):
    """He et al. 2016, shortcuts of option A."""

    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride, self.extra = stride, channels - before

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        if self.stride != 1:
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.extra))
        return F.relu(y + x, inplace=True)


class ResNet20(Net):
    fanin = ["--net", "resnet20", "--input", "3x32x32", "--outputs", "10"]
    image = True

    def model(self):
        layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
        before = 16
        for channels in (16, 32, 64):
            for i in range(3):
                layers.append(ResidualBlock(before, channels, 2 if channels > 16 and i == 0 else 1))
                before = channels
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    def batch(self):
        return torch.randn(BATCH, 3, 32, 32), torch.randint(0, 10, (BATCH,))


class Recurrent(Net):
    """One recurrent layer of 128 units over 100 steps of two values, read at the last step."""

    def __init__(self, kind, cell):
        self.fanin = ["--net", f"{kind}(units=128)", "--input", "100x2", "--outputs", "10", "--optimizer", "adam"]
        self.cell = cell

    def model(self):
        class Model(nn.Module):
            def __init__(self, cell):
                super().__init__()
                self.cell, self.head = cell(2, 128, batch_first=True), nn.Linear(128, 10)

            def forward(self, x):
                return self.head(self.cell(x)[0][:, -1])

        return Model(self.cell)

    def batch(self):
        return torch.randn(BATCH, 100, 2), torch.randint(10, (BATCH,))

    def optimizer(self, parameters):
        return torch.optim.Adam(parameters, lr=1e-4, foreach=True)


VOCABULARY, WIDTH, HEADS, POSITIONS = 65, 128, 4, 64


class GptBlock(nn.Module):
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


class GptModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Parameter(0.02 * torch.randn(POSITIONS, WIDTH))
        self.blocks = nn.Sequential(*(GptBlock() for _ in range(6)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.tokens(x) + self.positions))).flatten(0, 1)


class Gpt(Net):
    """Six layers, a label for each of 64 positions."""

    fanin = ["--net", "gpt(layers=6, width=128, heads=4)", "--input", str(POSITIONS), "--outputs", str(VOCABULARY),
             "--vocabulary", str(VOCABULARY), "--positions", str(POSITIONS), "--optimizer", "adam"]

    def model(self):
        return GptModel()

    def batch(self):
        return torch.randint(VOCABULARY, (BATCH, POSITIONS)), torch.randint(VOCABULARY, (BATCH * POSITIONS,))

    def optimizer(self, parameters):
        return torch.optim.Adam(parameters, lr=1e-4, foreach=True)


NETS = {"lenet5": LeNet5(), "resnet20": ResNet20(), "lstm": Recurrent("lstm", nn.LSTM),
        "gru": Recurrent("gru", nn.GRU), "rnn": Recurrent("rnn", nn.RNN), "gpt": Gpt()}


def make_step(net, memory):
    torch.manual_seed(0)
    model, (x, y) = net.model(), net.batch()
    if memory == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer = net.optimizer(model.parameters())

    def step():
        optimizer.zero_grad(set_to_none=True)
        net.loss(model(x), y).backward()
        optimizer.step()

    return step


def main():
    parser = argparse.ArgumentParser(description="Serves PyTorch's training steps of one network.")
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", choices=("contiguous", "channels_last"), default="contiguous")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    step = make_step(NETS[options.net], options.memory)
    for _ in range(3):
        step()
    print("ready", flush=True)
    for line in sys.stdin:
        count = int(line)
        start = time.perf_counter()
        for _ in range(count):
            step()
        print((time.perf_counter() - start) / count, flush=True)


if __name__ == "__main__":
    main()
