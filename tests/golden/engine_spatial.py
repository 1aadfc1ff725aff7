#!/usr/bin/env python3
"""Convolution, transposed convolution and pooling: values and all gradients, by PyTorch in float64.

    /usr/bin/python3 engine_spatial.py     # rewrites engine_spatial.txt

Made with PyTorch 1.13.1.
"""
import numpy as np
import torch
import torch.nn.functional as F

from engine_writing import GoldenWriter

HEADER = """
Ops with windows over spatial axes; recipe: engine_spatial.py.

Format: '#' starts a comment line; an array is a line "name count", then its numbers, row-major.
golden_file.hpp reads it.

`cases` numbers kinds of op: conv0 to conv<n-1>, conv_transpose0 ..., pooling0 .... Of each case:
  rows; input [channels, axes...]; channels, groups; kernel, stride, padding, dilation, output_padding by axis;
  type (pooling): 0 max, 1 average with padding as zeros, 2 global average
  x [rows, input]; weight; bias, empty where there is none; y; dy, any gradient of y; dx, dw, db its consequences
x, weight, bias and dy are multiples of 1/8; the rest was computed in float64.
"""

# rows, input, channels, kernel, stride, padding, dilation, groups, bias
CONV = [
    (2, (3, 5, 6), 4, (3, 3), 1, 1, 1, 1, True),
    (3, (2, 7, 8), 5, (3, 2), (2, 1), (1, 0), (1, 2), 1, True),
    (2, (4, 6, 5), 6, (3, 3), 1, 1, 1, 2, True),
    (2, (5, 6, 6), 5, (3, 3), 2, 1, 1, 5, True),
    (1, (3, 5, 5), 6, (3, 3), 1, 0, 2, 3, False),
    (2, (2, 9), 3, (4,), 2, 1, 1, 1, True),
    (3, (4, 7), 6, (3,), 1, 2, 2, 2, True),
    (2, (2, 3, 3, 4), 3, (2, 2, 2), 1, (0, 1, 0), 1, 1, True),
    (1, (1, 9, 7), 6, (5, 5), 1, 2, 1, 1, True),
    (2, (6, 7, 6), 16, (5, 5), 1, 0, 1, 1, True),
    (2, (16, 5, 5), 32, (1, 1), 2, 0, 1, 1, False),
    (2, (16, 4, 4), 16, (3, 3), 1, 1, 1, 1, True),
    (1, (2, 1, 1), 2, (3, 3), 1, 1, 1, 1, True),
    (2, (3, 8, 9), 2, (2, 3), (3, 2), (0, 1), 1, 1, True),
]
# and output_padding
CONV_TRANSPOSE = [
    (2, (3, 4, 5), 4, (3, 3), 1, 1, 1, 1, True, 0),
    (2, (4, 3, 4), 2, (4, 4), 2, 1, 1, 1, True, 0),
    (1, (2, 3, 3), 5, (3, 2), (2, 3), (1, 0), 1, 1, False, (1, 2)),
    (2, (4, 4, 3), 6, (3, 3), 2, 1, 1, 2, True, 1),
    (2, (2, 5), 3, (3,), 2, 0, 2, 1, True, 1),
    (1, (2, 2, 2, 3), 3, (2, 2, 2), 2, 0, 1, 1, True, 0),
    (2, (16, 3, 3), 16, (2, 2), 2, 0, 1, 1, True, 0),
]
# type, rows, input, kernel, stride, padding
POOLING = [
    (0, 2, (3, 6, 6), (2, 2), 2, 0),
    (0, 2, (2, 7, 6), (3, 2), (2, 1), (1, 0)),
    (0, 1, (17, 5, 5), (3, 3), 2, 1),
    (0, 2, (3, 9), (3,), 2, 1),
    (0, 1, (2, 3, 4, 4), (2, 2, 2), (1, 2, 2), 0),
    (1, 2, (3, 6, 6), (2, 2), 2, 0),
    (1, 2, (5, 7, 5), (3, 3), 2, 1),
    (1, 1, (2, 8), (4,), 3, 1),
    (2, 2, (5, 3, 4), (), (), ()),
    (2, 1, (20, 6), (), (), ()),
]


class Numbers:
    def __init__(self):
        self.random = np.random.default_rng(20240607)

    def tensor(self, *shape):
        values = np.round(self.random.standard_normal(shape) * 8) / 8
        return torch.tensor(values.astype(np.float32), dtype=torch.float64, requires_grad=True)


def by_axis(value, axes):
    return tuple(value) if isinstance(value, tuple) else (value,) * axes


def write(out, name, attributes, tensors):
    for key, value in attributes.items():
        out.array(f"{name}.{key}", np.atleast_1d(value))
    for key, value in tensors.items():
        out.array(f"{name}.{key}", [] if value is None else value.detach().flatten(), digits=9)


def convolve(out, numbers, name, case, transposed):
    rows, shape, channels, kernel, stride, padding, dilation, groups, bias, *rest = case
    axes = len(kernel)
    stride, padding, dilation = (by_axis(v, axes) for v in (stride, padding, dilation))
    output_padding = by_axis(rest[0] if rest else 0, axes)
    x = numbers.tensor(rows, *shape)
    first, second = (shape[0], channels // groups) if transposed else (channels, shape[0] // groups)
    weight = numbers.tensor(first, second, *kernel)
    b = numbers.tensor(channels) if bias else None
    if transposed:
        function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[axes - 1]
        y = function(x, weight, b, stride, padding, output_padding, groups, dilation)
    else:
        y = (F.conv1d, F.conv2d, F.conv3d)[axes - 1](x, weight, b, stride, padding, dilation, groups)
    dy = numbers.tensor(*y.shape)
    y.backward(dy)
    write(out, name,
          {"rows": rows, "input": shape, "channels": channels, "groups": groups, "kernel": kernel, "stride": stride,
           "padding": padding, "dilation": dilation, "output_padding": output_padding},
          {"x": x, "weight": weight, "bias": b, "y": y, "dy": dy, "dx": x.grad, "dw": weight.grad,
           "db": b.grad if bias else None})


def pool(out, numbers, name, case):
    kind, rows, shape, kernel, stride, padding = case
    axes = len(shape) - 1
    x = numbers.tensor(rows, *shape)
    if kind == 2:
        y = x.flatten(2).mean(2)
        stride = padding = ()
    else:
        stride, padding = by_axis(stride, axes), by_axis(padding, axes)
        functions = ((F.max_pool1d, F.max_pool2d, F.max_pool3d), (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d))
        y = functions[kind][axes - 1](x, kernel, stride, padding)
    dy = numbers.tensor(*y.shape)
    y.backward(dy)
    write(out, name, {"type": kind, "rows": rows, "input": shape, "kernel": kernel, "stride": stride,
                      "padding": padding},
          {"x": x, "y": y, "dy": dy, "dx": x.grad})


def main():
    torch.set_num_threads(1)
    out, numbers = GoldenWriter(), Numbers()
    out.comment(HEADER)
    out.array("cases", [len(CONV), len(CONV_TRANSPOSE), len(POOLING)])
    for i, case in enumerate(CONV):
        convolve(out, numbers, f"conv{i}", case, False)
    for i, case in enumerate(CONV_TRANSPOSE):
        convolve(out, numbers, f"conv_transpose{i}", case, True)
    for i, case in enumerate(POOLING):
        pool(out, numbers, f"pooling{i}", case)
    out.write("engine_spatial.txt")


if __name__ == "__main__":
    main()
