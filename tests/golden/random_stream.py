#!/usr/bin/env python3
"""Makes random_stream.txt: values of fanin's own streams from a second implementation of their definition.

Philox4x32-10, the hash of the name, the order of the elements and every rounding are written here once more, in
NumPy scalars (float32 and float64 operations round separately). Only the coefficients are shared: they are read
from fanin/random/coefficients.hpp. Usage: random_stream.py > random_stream.txt
"""

import math
import pathlib
import re

import numpy as np

MASK32, MASK64 = 2**32 - 1, 2**64 - 1
F32, F64 = np.float32, np.float64


def coefficients():
    header = pathlib.Path(__file__).resolve().parents[2] / "fanin/random/coefficients.hpp"
    text = re.sub(r"//[^\n]*", "", header.read_text())
    found = {}
    for name, body in re.findall(r"std::array<\w+, \d+> (\w+) = \{(.*?)\};", text, re.S):
        numbers = [eval(item.strip().replace("F", "")) for item in body.split(",")]  # "-1.0 / 6.0" or a literal
        found[name] = [(F32 if name.endswith("F32") else F64)(n) for n in numbers]
    return found


C = coefficients()


def hash_name(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK64
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & MASK64
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & MASK64
    return h ^ (h >> 33)


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & MASK32, (p0 >> 32) ^ c[3] ^ k[1], p0 & MASK32]
        k = [(k[0] + 0x9E3779B9) & MASK32, (k[1] + 0xBB67AE85) & MASK32]
    return c


def word32(seed, name, i, low=False):
    h = hash_name(name)
    tile, e = divmod(i, 64)
    block = (tile * 16 + e % 16) | ((1 << 63) if low else 0)
    counter = (block & MASK32, block >> 32, h & MASK32, h >> 32)
    return philox(counter, (seed & MASK32, seed >> 32))[e // 16]


def signed(word, bits):
    return word - (1 << bits) if word >> (bits - 1) else word


def word(T, seed, name, i):
    if T is F32:
        return word32(seed, name, i)
    return word32(seed, name, i) << 32 | word32(seed, name, i, low=True)


def poly(cs, x):
    total = cs[-1]
    for c in cs[-2::-1]:
        total = total * x + c
    return total


def to_float(T, n):
    return T(n)  # Python int to float32 goes through float64: exact for 32 bits, so rounded once


def split(T, u):
    mantissa, exponent = math.frexp(float(u))  # [1/2, 1): exact
    return T(exponent), T(mantissa) - T(1)


def minus_log(T, exponent, fraction):
    whole = exponent * T(-0.693147180559945309417)
    if T is F32:
        return whole + fraction * poly(C["kLogF32"], fraction)
    s = fraction / (T(2) + fraction)
    z = s * s
    return whole - T(2) * (s + s * (z * poly(C["kLogF64"], z)))


def uniform(T, w, bits, low, high):
    width = T(2.0**-bits)
    middle = T(0.5 * low + 0.5 * high)
    step = T(high * 2.0**-bits - low * 2.0**-bits)
    below_high = np.nextafter(T(high), T(-np.inf))
    end = T(2.0 ** (bits - 1))
    for _ in range(4):
        if middle - end * step < T(low) or middle + end * step > below_high:
            step = np.nextafter(step, T(0))
    assert middle - end * step >= T(low) and middle + end * step <= below_high and width > 0
    return middle + to_float(T, signed(w, bits)) * step


def normal(T, seed, name, i, mean, std_dev):
    bits = 32 if T is F32 else 64
    first = i - 16 if i // 16 % 2 else i
    radius_word, angle_word = word(T, seed, name, first), word(T, seed, name, first + 16)
    width = T(2.0**-bits)
    t = (to_float(T, signed(radius_word, bits)) + T(0.5)) * width
    exponent, fraction = (T(0), t) if t < 0 else split(T, t)
    radius = np.sqrt(minus_log(T, exponent, fraction)) * T(std_dev * 1.41421356237309504880)
    v = to_float(T, signed((angle_word << 2 | 2) & ((1 << bits) - 1), bits)) * width
    if T is F32:
        sine, cosine = v * poly(C["kSinF32"], v * v), poly(C["kCosF32"], v * v)
    else:
        a = v * T(1.57079632679489661923)
        sine, cosine = a * poly(C["kSinF64"], a * a), poly(C["kCosF64"], a * a)
    if angle_word >> (bits - 1):
        cosine = -cosine
    swap = (angle_word >> (bits - 2)) & 1
    return T(mean) + radius * (cosine if bool(swap) != (first == i) else sine)


def truncated_f32(w, mean, s, cut):
    """Uncorrected, cut symmetrically at +-cut standard deviations."""
    T = F32
    tail_mass = 0.5 * math.erfc(cut / math.sqrt(2))
    slope = T((1 - 2 * tail_mass) * 2.0**-32)
    x = signed(w, 32)
    y = T(0) + to_float(T, x) * slope
    if abs(y) <= T(0.478):
        r = T(0.25) - y * y
        quantile = y * (poly(C["kCentreNumeratorF32"], r) / poly(C["kCentreDenominatorF32"], r))
    else:
        distance = x + 2**31 if x < 0 else 2**31 - 1 - x
        tail = T(tail_mass) + (to_float(T, distance) + T(0.5)) * slope
        t = np.sqrt(minus_log(T, *split(T, tail))) - T(1.9)
        quantile = poly(C["kTailNumeratorF32"], t) / poly(C["kTailDenominatorF32"], t)
        quantile = np.copysign(quantile, y)
    return T(mean) + T(s) * quantile


def main():
    print("# Values of fanin's streams, made by random_stream.py beside this file.")
    print("# law  type  seed  name  element  bits (hexadecimal)  value")
    print("# uniform: [-0.05, 0.05). normal: mean 0.25, deviation 0.5. truncated: mean 0, s 0.02, cut at 2 s or 4 s.")
    elements = [0, 1, 15, 16, 17, 31, 32, 47, 48, 63, 64, 100, 1000, 123456789, 2**34 - 1, 2**34 + 5, 2**40 + 17]
    for seed, name in ((0, "weight"), (1, "layer1.weight"), (2**63 + 12345, "décodeur")):
        for i in elements:
            rows = []
            for T, bits, label in ((F32, 32, "f32"), (F64, 64, "f64")):
                rows.append(("uniform", label, uniform(T, word(T, seed, name, i), bits, -0.05, 0.05)))
                rows.append(("normal", label, normal(T, seed, name, i, 0.25, 0.5)))
            w = word(F32, seed, name, i)
            rows.append(("truncated2", "f32", truncated_f32(w, 0.0, 0.02, 2.0)))
            rows.append(("truncated4", "f32", truncated_f32(w, 0.0, 0.02, 4.0)))
            for law, label, value in rows:
                raw = value.view(np.uint32 if label == "f32" else np.uint64)
                print(law, label, seed, name, i, format(int(raw), "x"), repr(float(value)))


if __name__ == "__main__":
    main()
