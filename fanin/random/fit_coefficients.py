#!/usr/bin/env python3
"""Makes the fitted coefficients of coefficients.hpp (needs mpmath and numpy; a few seconds).

Polynomials are Chebyshev fits (mpmath.chebyfit), rational functions linearized least squares on 200
Chebyshev points, iterated with weights that level the relative error. Printed lowest power first.
The values in coefficients.hpp are frozen; this script tells where they came from.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 40


def as_f32(values):
    return ", ".join("%sF" % np.format_float_scientific(np.float32(float(v)), unique=True, trim="0") for v in values)


def as_f64(values):
    return ", ".join(repr(float(v)) for v in values)


def polynomial(function, low, high, degree):
    return mp.chebyfit(function, [low, high], degree + 1)[::-1]


def rational(function, low, high, numerator_degree, denominator_degree):
    points = 200
    xs = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (k + 0.5) / points) for k in range(points)]
    ys = [function(x) for x in xs]
    denominators = [mp.mpf(1)] * points
    weights = [mp.mpf(1)] * points
    best = None
    for iteration in range(6):
        columns = numerator_degree + 1 + denominator_degree
        matrix, right = mp.matrix(points, columns), mp.matrix(points, 1)
        for r in range(points):
            scale = weights[r] / (abs(ys[r]) * denominators[r])
            for k in range(numerator_degree + 1):
                matrix[r, k] = scale * xs[r] ** k
            for k in range(denominator_degree):
                matrix[r, numerator_degree + 1 + k] = -scale * ys[r] * xs[r] ** (k + 1)
            right[r] = scale * ys[r]
        solution = mp.lu_solve(matrix, right)
        numerator = [solution[k] for k in range(numerator_degree + 1)]
        denominator = [mp.mpf(1)] + [solution[numerator_degree + 1 + k] for k in range(denominator_degree)]
        denominators = [abs(mp.polyval(denominator[::-1], x)) for x in xs]
        errors = [
            abs(mp.polyval(numerator[::-1], x) / mp.polyval(denominator[::-1], x) / y - 1) for x, y in zip(xs, ys)
        ]
        if best is None or max(errors) < best[0]:
            best = (max(errors), numerator, denominator)
        if iteration > 1:
            mean = sum(errors) / points
            weights = [w * (mp.sqrt(e / mean) + mp.mpf("0.1")) for w, e in zip(weights, errors)]
    return best


def log_ratio(f):
    return mp.mpf(-1) if abs(f) < mp.mpf(10) ** -30 else -mp.log1p(f) / f


def atanh_rest(z):
    if z < mp.mpf(10) ** -12:
        return mp.mpf(1) / 3 + z / 5 + z * z / 7
    s = mp.sqrt(z)
    return (mp.atanh(s) / s - 1) / z


def sine_ratio(z):
    return mp.pi / 2 if z == 0 else mp.sin(mp.sqrt(z) * mp.pi / 2) / mp.sqrt(z)


def centre_ratio(r):
    y = mp.sqrt(mp.mpf("0.25") - r)
    return mp.sqrt(2 * mp.pi) if y < mp.mpf(10) ** -15 else mp.sqrt(2) * mp.erfinv(2 * y) / y


def tail_quantile(t):
    mp.mp.dps = 60
    s = t + mp.mpf("1.9")
    value = mp.sqrt(2) * mp.erfinv(1 - 2 * mp.exp(-s * s))
    mp.mp.dps = 40
    return value


if __name__ == "__main__":
    print("kLogF32", as_f32(polynomial(log_ratio, mp.mpf(-0.5), mp.mpf(0), 7)))
    print("kLogF64", as_f64(polynomial(atanh_rest, mp.mpf(0), mp.mpf(1) / 9, 9)))
    print("kSinF32", as_f32(polynomial(sine_ratio, mp.mpf(0), mp.mpf("0.25"), 3)))
    print("kCosF32", as_f32(polynomial(lambda z: mp.cos(mp.sqrt(z) * mp.pi / 2), mp.mpf(0), mp.mpf("0.25"), 3)))
    error, top, bottom = rational(centre_ratio, mp.mpf("0.0215"), mp.mpf("0.25"), 4, 4)
    print("kCentre*F32, relative error", mp.nstr(error, 3), as_f32(top), "/", as_f32(bottom))
    start = mp.sqrt(-mp.log(mp.mpf("0.0235"))) - mp.mpf("1.9")
    error, top, bottom = rational(tail_quantile, start, mp.mpf("3.1"), 3, 2)
    print("kTail*F32, relative error", mp.nstr(error, 3), as_f32(top), "/", as_f32(bottom))
