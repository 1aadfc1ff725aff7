#!/usr/bin/env python3
"""Values and derivatives of the activation functions, by mpmath and PyTorch.

    /usr/bin/python3 engine_activations.py     # rewrites engine_activations.txt

Made with PyTorch 1.13.1 and mpmath 1.2.1. The stored number is the exact one rounded to double;
PyTorch's float64 result must agree with it (the script fails otherwise), and its subgradient is
stored at a kink. PyTorch's softplus is asked for the function itself, without its switch to the
identity above 20. PyTorch's hardsigmoid derivative uses 1/6 rounded to float, hence its distance.
"""
import mpmath
import torch
import torch.nn.functional as F

from engine_writing import GoldenWriter

HEADER = """
Activation functions: values and first derivatives; recipe: engine_activations.py.

Format: '#' starts a comment line; an array is a line "name count", then its numbers.
golden_file.hpp reads it.

  z                  the grid; every number is a float32, so single and double precision see the same
  <name>.parameter   present when the function has one: negative_slope, alpha
  <name>.value       phi(z)
  <name>.derivative  phi'(z); at a kink PyTorch's subgradient
Two entries belong to one function: leaky_relu (slope 0.01) and leaky_relu_steep (slope 0.2).

The numbers are exact (many digits, rounded to double). The comment before each function gives the
largest |PyTorch float64 - exact| / max(1, |exact|) of its value and its derivative.
"""

# tanh'(100) is 1e-87 beside tanh(100) = 1 and gelu_tanh(-20) is 1e-260: differences with a step of
# 1e-300 at 800 digits keep them exact.
mpmath.mp.dps = 800
STEP = mpmath.mpf(10)**-300
SELU_ALPHA = mpmath.mpf("1.6732632423543772848170429916717")
SELU_LAMBDA = mpmath.mpf("1.0507009873554804934193349852946")


def sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def gelu_tanh(z):
    return z / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (z + mpmath.mpf("0.044715") * z**3)))


def clamp(z, low, high):
    return min(max(z, mpmath.mpf(low)), mpmath.mpf(high))


def slope(text):
    a = mpmath.mpf(float(text))
    return lambda z: z if z > 0 else a * z


# name, parameter, exact function, PyTorch's, kinks
FUNCTIONS = [
    ("linear", None, lambda z: z, lambda z: z * 1, []),
    ("relu", None, lambda z: max(z, mpmath.mpf(0)), F.relu, [0]),
    ("leaky_relu", 0.01, slope("0.01"), lambda z: F.leaky_relu(z, 0.01), [0]),
    ("leaky_relu_steep", 0.2, slope("0.2"), lambda z: F.leaky_relu(z, 0.2), [0]),
    ("elu", 1.0, lambda z: z if z > 0 else mpmath.expm1(z), F.elu, [0]),
    ("selu", None, lambda z: SELU_LAMBDA * (z if z > 0 else SELU_ALPHA * mpmath.expm1(z)), F.selu, [0]),
    ("sigmoid", None, sigmoid, torch.sigmoid, []),
    ("tanh", None, mpmath.tanh, torch.tanh, []),
    ("softsign", None, lambda z: z / (1 + abs(z)), F.softsign, []),
    ("softplus", None, lambda z: mpmath.log1p(mpmath.exp(z)), lambda z: F.softplus(z, threshold=1e4), []),
    ("gelu", None, lambda z: z * mpmath.ncdf(z), F.gelu, []),
    ("gelu_tanh", None, gelu_tanh, lambda z: F.gelu(z, approximate="tanh"), []),
    ("silu", None, lambda z: z * sigmoid(z), F.silu, []),
    ("mish", None, lambda z: z * mpmath.tanh(mpmath.log1p(mpmath.exp(z))), F.mish, []),
    ("hardswish", None, lambda z: z * clamp(z + 3, 0, 6) / 6, F.hardswish, [-3, 3]),
    ("hardsigmoid", None, lambda z: clamp(z + 3, 0, 6) / 6, F.hardsigmoid, [-3, 3]),
    ("hardtanh", None, lambda z: clamp(z, -1, 1), F.hardtanh, [-1, 1]),
    ("erf", None, mpmath.erf, torch.erf, []),
    ("sin", None, mpmath.sin, torch.sin, []),
]


def grid():
    points = [i / 4 for i in range(-24, 25)]
    points += [s * v for s in (-1, 1) for v in (7, 8, 9, 10, 12, 15, 20, 30, 50, 88, 100, 200)]
    points += [s * 2.0**-e for s in (-1, 1) for e in (3, 4, 7, 10, 20, 30, 60, 126)]
    points += [s * v for s in (-1, 1) for v in (1 - 2.0**-24, 1 + 2.0**-23, 3 - 2.0**-22, 3 + 2.0**-22)]
    z = torch.tensor(sorted(points), dtype=torch.float64)
    assert torch.equal(z, z.float().double()) and len(set(z.tolist())) == len(points)
    return z


def exact_derivative(function, z):
    return (function(z + STEP) - function(z - STEP)) / (2 * STEP)


def deviation(mine, exact):
    return max(abs(a - b) / max(1, abs(b)) for a, b in zip(mine, exact))


def main():
    torch.set_num_threads(1)
    z = grid()
    out = GoldenWriter()
    out.comment(HEADER)
    out.array("z", z)
    for name, parameter, exact, peer, kinks in FUNCTIONS:
        x = z.clone().requires_grad_()
        y = peer(x)
        y.sum().backward()
        values = [float(exact(mpmath.mpf(v))) for v in z.tolist()]
        derivatives = [g if v in kinks else float(exact_derivative(exact, mpmath.mpf(v)))
                       for v, g in zip(z.tolist(), x.grad.tolist())]
        value_error = deviation(y.tolist(), values)
        derivative_error = deviation(x.grad.tolist(), derivatives)
        limit = 1e-8 if name == "hardsigmoid" else 1e-14
        assert value_error < 1e-14 and derivative_error < limit, (name, value_error, derivative_error)
        out.comment(f"\n{name}: PyTorch's distance {value_error:.1e} and {derivative_error:.1e}")
        if parameter is not None:
            out.array(name + ".parameter", [parameter])
        out.array(name + ".value", values)
        out.array(name + ".derivative", derivatives)
    out.write("engine_activations.txt")


if __name__ == "__main__":
    main()
