#!/usr/bin/env python3
"""Softmax cross-entropy on ordinary and extreme logits, by mpmath and PyTorch.

    /usr/bin/python3 engine_softmax_cross_entropy.py     # rewrites engine_softmax_cross_entropy.txt

Made with PyTorch 1.13.1 and mpmath 1.2.1. The stored number is the exact one rounded to double;
PyTorch's float64 result must agree with it (the script fails otherwise).
"""
import mpmath
import torch

from engine_writing import GoldenWriter

HEADER = """
Softmax cross-entropy on integer labels; recipe: engine_softmax_cross_entropy.py.

Format: '#' starts a comment line; an array is a line "name count", then its numbers, row-major.
golden_file.hpp reads it.

  logits [rows, 5]     every number is a float32, so single and double precision see the same
  labels [rows]
  loss [rows]          -log softmax(logits)[label] of each row, in nats
  gradient [rows, 5]   of each row's own loss: softmax - one_hot (divide by rows for the mean's)
The numbers are exact (400 digits, rounded to double).
"""

ROWS = [
    ([0, 0, 0, 0, 0], 3),  # log 5
    ([1, -2, 0.5, 3, -0.25], 0),
    ([1, -2, 0.5, 3, -0.25], 3),
    ([1e4, 1e4, 1e4, 1e4, 1e4], 1),  # shifting all logits changes nothing
    ([-1e4, -1e4, -1e4, -1e4, -1e4], 4),
    ([1000, 0, 0, 0, 0], 0),  # exp(1000) overflows even in double
    ([1000, 0, 0, 0, 0], 1),
    ([-1000, -1001, -1002, -1003, -1004], 2),  # exp underflows to zero in every entry
    ([88, 89, 90, -88, -104], 4),  # around the limits of float exp
    ([20, 0, 0, 0, 0], 0),  # a confident right answer: the loss is 8.2e-9
    ([40, 0, 0, 0, 0], 0),  # 1.7e-17: 1 + 4 exp(-40) is 1 in double
    ([0, 1e-7, -1e-7, 2e-7, 0], 1),
    ([1e30, -1e30, 0, 1e30, 5], 1),  # the loss is 2e30
    ([1e30, -1e30, 0, 1e30, 5], 3),  # log 2
    ([-3e38, -3e38, 0, -3e38, -3e38], 2),
    ([16777216, 16777215, 0, -1, 1], 1),  # neighbours at the end of float's integers
]


def main():
    torch.set_num_threads(1)
    mpmath.mp.dps = 400
    logits = torch.tensor([row for row, _ in ROWS], dtype=torch.float32).double()
    labels = torch.tensor([label for _, label in ROWS])
    x = logits.clone().requires_grad_()
    peer = torch.nn.functional.cross_entropy(x, labels, reduction="none")
    peer.sum().backward()

    losses, gradients = [], []
    for row, label in zip(logits.tolist(), labels.tolist()):
        top = max(row)
        shifted = [mpmath.mpf(v) - mpmath.mpf(top) for v in row]
        powers = [mpmath.exp(v) for v in shifted]
        total = sum(powers)
        # log of the sum as log1p: the largest entry is exactly 1
        rest = total - 1
        losses.append(mpmath.log1p(rest) - shifted[label])
        # a right answer's gradient p - 1 is -(sum of the others): no cancellation
        gradients += [(p / total if i != label else -(total - p) / total) for i, p in enumerate(powers)]
    for mine, exact in zip(peer.tolist() + x.grad.flatten().tolist(), losses + gradients):
        assert abs(mine - exact) <= 1e-15 * max(1, abs(exact)), (mine, exact)

    out = GoldenWriter()
    out.comment(HEADER)
    out.array("logits", logits.flatten())
    out.array("labels", labels)
    out.array("loss", losses)
    out.array("gradient", gradients)
    out.write("engine_softmax_cross_entropy.txt")


if __name__ == "__main__":
    main()
