#!/usr/bin/env python3
"""Outputs and gradients of single ops, by PyTorch in double precision.

    /usr/bin/python3 engine_ops.py     # rewrites engine_ops.txt

Made with PyTorch 1.13.1. Inputs, parameters and output gradients are float32 numbers, so
single and double precision see the same.
"""
import torch

from engine_writing import GoldenWriter

HEADER = """
Single ops: outputs and gradients; recipe: engine_ops.py.

Format: '#' starts a comment line; an array is a line "name count", then its numbers, row-major with the
batch outermost. golden_file.hpp reads it, op_for_test.hpp compares.

  <case>.x0 (.x1, ...)          inputs
  <case>.y                      output
  <case>.dy                     gradient of the output
  <case>.dx0 (.dx1, ...)        gradients of the inputs
  <case>.<parameter>            its value
  <case>.<parameter>_gradient   its gradient, summed over the batch
Numbers have nine digits; inputs, output gradients and parameters are exact.
"""


def normal(*shape):
    """Normal values rounded to multiples of 1/64: short texts, exact in single precision."""
    return (torch.randn(*shape).double().mul(64).round() / 64).requires_grad_()


def case(out, name, function, inputs, parameters=None):
    """One op: `function(*inputs, **parameters)` and the gradients of sum(dy * y)."""
    parameters = parameters or {}
    y = function(*inputs, **parameters)
    dy = normal(*y.shape).detach()
    y.backward(dy)
    out.comment(f"\n{name}: inputs {[list(x.shape) for x in inputs]}, output {list(y.shape)}")
    for i, x in enumerate(inputs):
        out.array(f"{name}.x{i}", x.flatten().tolist(), 9)
        out.array(f"{name}.dx{i}", x.grad.flatten().tolist(), 9)
    out.array(f"{name}.y", y.flatten().tolist(), 9)
    out.array(f"{name}.dy", dy.flatten().tolist(), 9)
    for key, value in parameters.items():
        out.array(f"{name}.{key}", value.flatten().tolist(), 9)
        out.array(f"{name}.{key}_gradient", value.grad.flatten().tolist(), 9)


def main():
    torch.manual_seed(4)
    torch.set_num_threads(1)
    out = GoldenWriter()
    out.comment(HEADER)
    case(out, "add", lambda a, b, c: a + b + c, [normal(3, 4, 3, 2) for _ in range(3)])
    case(out, "scale_fixed", lambda x: -0.75 * x, [normal(3, 4, 3, 2)])
    case(out, "scale_trainable", lambda x, scale: scale * x, [normal(3, 4, 3, 2)], {"scale": normal(1)})
    case(out, "scale_per_unit", lambda x, scale: scale * x, [normal(3, 4, 7)], {"scale": normal(7)})
    case(out, "shift", lambda x, bias: x + bias, [normal(3, 4, 3, 2)], {"bias": normal(1)})
    case(out, "flatten", lambda x: x.flatten(1), [normal(2, 3, 2, 2)])
    case(out, "reshape", lambda x: x.reshape(-1, 4, 3), [normal(2, 3, 2, 2)])
    case(out, "concat_channels", lambda *x: torch.cat(x, 1), [normal(3, c, 3, 2) for c in (2, 1, 4)])
    case(out, "concat_rows", lambda *x: torch.cat(x, 2), [normal(3, 2, h, 2) for h in (3, 1)])
    case(out, "concat_columns", lambda *x: torch.cat(x, 3), [normal(3, 2, 3, w) for w in (1, 5)])
    case(out, "concat_units", lambda *x: torch.cat(x, 1), [normal(3, u) for u in (5, 2, 3)])
    case(out, "transpose_last", lambda x: x.transpose(2, 3), [normal(3, 2, 3, 5)])
    case(out, "transpose_matrix", lambda x: x.transpose(1, 2), [normal(1, 17, 18)])
    case(out, "transpose_cycle", lambda x: x.permute(0, 3, 1, 2), [normal(3, 2, 3, 4)])
    case(out, "transpose_back", lambda x: x.permute(0, 4, 2, 3, 1), [normal(3, 2, 3, 1, 4)])
    case(out, "select_last", lambda x: x[:, -1], [normal(3, 4, 5)])
    case(out, "select_middle", lambda x: x[:, :, 1], [normal(3, 2, 3, 4)])
    case(out, "select_unit", lambda x: x[:, :, :, 2], [normal(3, 2, 3, 4)])
    case(out, "softmax", lambda x: x.softmax(-1), [normal(3, 4, 37)])
    case(out, "log_softmax", lambda x: x.log_softmax(-1), [normal(3, 4, 37)])
    out.write("engine_ops.txt")


if __name__ == "__main__":
    main()
