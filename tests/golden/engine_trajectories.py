#!/usr/bin/env python3
"""The first 20 training steps of a small network under each optimizer, by PyTorch.

    /usr/bin/python3 engine_trajectories.py     # rewrites engine_trajectories.txt

Made with PyTorch 1.13.1 on the CPU. Every start value is a multiple of 1/1024, so single and
double precision start from exactly the same point.
"""
import torch

from engine_writing import GoldenWriter

HEADER = """
Training trajectories of a 5-7-4-3 network, by PyTorch {version}; recipe: engine_trajectories.py.

Format: '#' starts a comment line; an array is a line "name count", then its numbers, row-major.
golden_file.hpp reads it.

  inputs [6, 5]   labels [6]   targets [6, 3]    one batch, the same in all 20 steps
  init.<parameter>                               layer1.weight [7, 5], layer1.bias [7],
                                                 layer2.weight [4, 7], layer2.bias [4],
                                                 layer3.weight [3, 4], layer3.bias [3]
  <net>.output [6, 3]   <net>.gradient.<parameter>   at the initial point, float64
  <net>.<optimizer>.learning_rate
  <net>.<optimizer>.<precision>.loss [20]        mean loss of each step, before its update
  <net>.<optimizer>.<precision>.step<n>.<parameter>   after n = 1, 10, 20 updates

<net> is tanh_ce or relu_ce (mean softmax cross-entropy on the labels), or tanh_mse (mean squared
error over all 18 outputs); hidden layers have the activation, the last layer is linear.
<precision> is f64 (the truth) or f32 (PyTorch's own single precision: its distance to f64 is the
scale of a fair tolerance).
"""

PARAMETERS = ["layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias", "layer3.weight", "layer3.bias"]

# name, how PyTorch says it, learning rate. All other settings are PyTorch's defaults.
OPTIMIZERS = [
    ("sgd", lambda p, lr: torch.optim.SGD(p, lr=lr), 0.25, "SGD(lr=0.25)"),
    ("sgd_decay", lambda p, lr: torch.optim.SGD(p, lr=lr, weight_decay=0.03125), 0.25,
     "SGD(lr=0.25, weight_decay=0.03125)"),
    ("momentum", lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9), 0.0625, "SGD(lr=0.0625, momentum=0.9)"),
    ("nesterov", lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True), 0.0625,
     "SGD(lr=0.0625, momentum=0.9, nesterov=True)"),
    ("rmsprop", lambda p, lr: torch.optim.RMSprop(p, lr=lr), 0.01, "RMSprop(lr=0.01)"),
    ("adagrad", lambda p, lr: torch.optim.Adagrad(p, lr=lr), 0.05, "Adagrad(lr=0.05)"),
    ("adam", lambda p, lr: torch.optim.Adam(p, lr=lr), 0.02, "Adam(lr=0.02)"),
    ("adamw", lambda p, lr: torch.optim.AdamW(p, lr=lr), 0.02, "AdamW(lr=0.02), its default weight_decay=0.01"),
]

NETS = [
    ("tanh_ce", torch.tanh, "ce", [name for name, _, _, _ in OPTIMIZERS]),
    ("relu_ce", torch.relu, "ce", [name for name, _, _, _ in OPTIMIZERS]),
    ("tanh_mse", torch.tanh, "mse", ["sgd", "adam"]),
]


class Lattice:
    """Multiples of 1/1024 in [-half_width, half_width], from a 31-bit linear congruential generator."""

    def __init__(self, state):
        self.state = state

    def draw(self, shape, half_width):
        values = []
        for _ in range(int(torch.tensor(shape).prod())):
            self.state = (1103515245 * self.state + 12345) % 2**31
            values.append((self.state / 2**31 * 2 - 1) * half_width)
        return (torch.tensor(values, dtype=torch.float64) * 1024).round().div(1024).reshape(shape)


def forward(x, p, activation):
    h = activation(x @ p["layer1.weight"].T + p["layer1.bias"])
    h = activation(h @ p["layer2.weight"].T + p["layer2.bias"])
    return h @ p["layer3.weight"].T + p["layer3.bias"]


def loss_of(output, labels, targets, loss):
    if loss == "ce":
        return torch.nn.functional.cross_entropy(output, labels)
    return torch.nn.functional.mse_loss(output, targets)


def main():
    torch.set_num_threads(1)
    lattice = Lattice(2023)
    inputs = lattice.draw((6, 5), 2.0)
    targets = lattice.draw((6, 3), 1.0)
    labels = torch.tensor([2, 0, 1, 1, 2, 0])
    shapes = {"layer1.weight": (7, 5), "layer1.bias": (7,), "layer2.weight": (4, 7), "layer2.bias": (4,),
              "layer3.weight": (3, 4), "layer3.bias": (3,)}
    init = {name: lattice.draw(shapes[name], 0.75 if "weight" in name else 0.25) for name in PARAMETERS}

    out = GoldenWriter()
    out.comment(HEADER.format(version=torch.__version__))
    out.array("inputs", inputs.flatten())
    out.array("labels", labels)
    out.array("targets", targets.flatten())
    for name in PARAMETERS:
        out.array("init." + name, init[name].flatten())

    for net, activation, loss_name, optimizers in NETS:
        p = {name: value.clone().requires_grad_() for name, value in init.items()}
        output = forward(inputs, p, activation)
        loss_of(output, labels, targets, loss_name).backward()
        out.comment("\n" + net)
        out.array(net + ".output", output.flatten())
        for name in PARAMETERS:
            out.array(f"{net}.gradient.{name}", p[name].grad.flatten())
        for optimizer_name, make, rate, said in OPTIMIZERS:
            if optimizer_name not in optimizers:
                continue
            out.comment(f"\n{net}: torch.optim.{said}")
            prefix = f"{net}.{optimizer_name}"
            out.array(prefix + ".learning_rate", [rate])
            for precision, dtype, digits in (("f64", torch.float64, 17), ("f32", torch.float32, 9)):
                p = {name: value.to(dtype).clone().requires_grad_() for name, value in init.items()}
                x, y = inputs.to(dtype), targets.to(dtype)
                optimizer = make([p[name] for name in PARAMETERS], rate)
                losses, kept = [], {}
                for step in range(1, 21):
                    optimizer.zero_grad()
                    value = loss_of(forward(x, p, activation), labels, y, loss_name)
                    value.backward()
                    optimizer.step()
                    losses.append(value.item())
                    if step in (1, 10, 20):
                        kept[step] = {name: p[name].detach().flatten().tolist() for name in PARAMETERS}
                out.array(f"{prefix}.{precision}.loss", losses, digits)
                for step, values in kept.items():
                    for name in PARAMETERS:
                        out.array(f"{prefix}.{precision}.step{step}.{name}", values[name], digits)
    out.write("engine_trajectories.txt")


if __name__ == "__main__":
    main()
