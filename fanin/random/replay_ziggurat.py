#!/usr/bin/env python3
"""Prints replay_ziggurat.cpp: the ziggurat tables of the installed NumPy.

The tables follow from a recurrence (Marsaglia and Tsang 2000), but NumPy's were rounded on the way and differ from
the exact values by up to some hundred units in the last place, so they have to be taken as they are. The script
computes them exactly and finds the three tables in NumPy's compiled module by that.
Usage: replay_ziggurat.py | clang-format > replay_ziggurat.cpp   (verified with NumPy 1.24.2)
"""

import glob
import os
import struct

import mpmath as mp
import numpy

LAYERS = 256
mp.mp.dps = 40


def exact_tables():
    start = mp.mpf("3.6541528853610087963519472518")
    density = lambda x: mp.exp(-x * x / 2)
    area = start * density(start) + mp.sqrt(mp.pi / 2) * mp.erfc(start / mp.sqrt(2))
    x = [mp.mpf(0)] * LAYERS
    x[LAYERS - 1] = start
    for i in range(LAYERS - 2, 0, -1):
        x[i] = mp.sqrt(-2 * mp.log(area / x[i + 1] + density(x[i + 1])))
    x[0] = area / density(start)  # the width of a rectangle with the area of the last layer and its tail
    scale = mp.mpf(2) ** 52
    inside = [start / x[0] * scale, mp.mpf(0)] + [x[i - 1] / x[i] * scale for i in range(2, LAYERS)]
    return {
        "kInside": ("<Q", inside, 64),  # the last number: how far from exact, in the units of the format
        "kWidthBits": ("<d", [v / scale for v in x], 1e-13),
        "kDensityBits": ("<d", [mp.mpf(1)] + [density(v) for v in x[1:]], 1e-13),
    }


def find(module, kind, exact, tolerance):
    matches = []
    for offset in range(0, len(module) - 8 * LAYERS, 8):
        values = struct.unpack_from("<256" + kind[1], module, offset)
        close = lambda got, want: abs(got - want) <= (tolerance if kind == "<Q" else tolerance * abs(want))
        if close(values[255], exact[255]) and all(close(g, w) for g, w in zip(values, exact)):
            matches.append(struct.unpack_from("<256Q", module, offset))
    assert matches and all(m == matches[0] for m in matches), "no such table in this NumPy"
    return matches[0]


def main():
    path = glob.glob(os.path.join(os.path.dirname(numpy.random.__file__), "_generator*.so"))[0]
    with open(path, "rb") as file:
        module = file.read()
    print("// Made by replay_ziggurat.py from NumPy " + numpy.__version__ + ", which tells more.")
    print('#include "fanin/random/replay_ziggurat.hpp"\n\nnamespace fanin::random::ziggurat {\n')
    for name, (kind, exact, tolerance) in exact_tables().items():
        values = find(module, kind, [float(v) for v in exact], tolerance)
        print(f"const std::array<std::uint64_t, kLayers> {name} = {{")
        print(", ".join(f"0x{v:016X}" for v in values) + "};\n")
    print("}  // namespace fanin::random::ziggurat")


if __name__ == "__main__":
    main()
