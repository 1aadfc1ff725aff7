#!/usr/bin/env python3
"""Normalizations: outputs, gradients and running statistics, by PyTorch in double precision.

    /usr/bin/python3 engine_norms.py     # rewrites engine_norms.txt

Made with PyTorch 1.13.1, which has no RMS normalization: there the formula, differentiated by PyTorch.
"""
import torch
import torch.nn.functional as F

from engine_ops import case, normal
from engine_writing import GoldenWriter

HEADER = """
Normalizations: outputs, gradients and running statistics; recipe: engine_norms.py.

The arrays of a case are those of engine_ops.txt; batch_norm has besides
  <case>.running_mean, .running_var               at the start
  <case>.running_mean_after, .running_var_after   after one forward pass
The cases called "far" have means a thousand standard deviations from zero, where a variance computed as
the mean square less the squared mean would be wrong in its first digit in single precision.
"""


def scale(channels):
    return (1 + normal(channels).detach() / 4).requires_grad_()


def far(*shape):
    return (1000 + normal(*shape).detach()).requires_grad_()


def batch_norm(out, name, x, training=True, affine=True, eps=1e-5):
    channels = x.shape[1]
    mean, variance = normal(channels).detach(), 0.5 + normal(channels).detach().abs()
    out.comment("")
    out.array(f"{name}.running_mean", mean.tolist(), 9)
    out.array(f"{name}.running_var", variance.tolist(), 9)
    parameters = {"weight": scale(channels), "bias": normal(channels)} if affine else {}

    def function(values, weight=None, bias=None):
        return F.batch_norm(values, mean, variance, weight, bias, training=training, momentum=0.1, eps=eps)

    case(out, name, function, [x], parameters)
    out.array(f"{name}.running_mean_after", mean.tolist(), 9)
    out.array(f"{name}.running_var_after", variance.tolist(), 9)


def layer_norm(x, weight=None, bias=None):
    return F.layer_norm(x, x.shape[-1:], weight, bias)


def rms_norm(x, weight=1):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6) * weight


def group_norm(groups):
    return lambda x, weight=None, bias=None: F.group_norm(x, groups, weight, bias)


def affine(channels):
    return {"weight": scale(channels), "bias": normal(channels)}


def main():
    torch.manual_seed(5)
    torch.set_num_threads(1)
    out = GoldenWriter()
    out.comment(HEADER)
    batch_norm(out, "batch_norm_units", normal(5, 21))
    batch_norm(out, "batch_norm_sequence", normal(3, 6, 7))
    batch_norm(out, "batch_norm_image", normal(3, 19, 3, 2))
    batch_norm(out, "batch_norm_one_channel", normal(3, 1, 5, 3))
    batch_norm(out, "batch_norm_plain", normal(3, 4, 3, 3), affine=False, eps=0.01)
    batch_norm(out, "batch_norm_inference", normal(3, 19, 3, 2), training=False)
    batch_norm(out, "batch_norm_far", far(5, 4, 7, 5))
    case(out, "layer_norm_units", layer_norm, [normal(3, 37)], affine(37))
    case(out, "layer_norm_sequence", layer_norm, [normal(2, 5, 16)], affine(16))
    case(out, "layer_norm_plain", layer_norm, [normal(3, 2, 7)])
    case(out, "layer_norm_far", layer_norm, [far(3, 50)], affine(50))
    case(out, "rms_norm_sequence", rms_norm, [normal(2, 5, 19)], {"weight": scale(19)})
    case(out, "rms_norm_plain", rms_norm, [normal(3, 8)])
    case(out, "group_norm_image", group_norm(3), [normal(3, 6, 3, 5)], affine(6))
    case(out, "group_norm_units", group_norm(2), [normal(3, 10)], affine(10))
    case(out, "group_norm_whole", group_norm(1), [normal(2, 5, 4)], affine(5))
    case(out, "group_norm_each", group_norm(5), [normal(2, 5, 6)])
    case(out, "group_norm_far", group_norm(2), [far(2, 4, 5, 5)], affine(4))
    out.write("engine_norms.txt")


if __name__ == "__main__":
    main()
