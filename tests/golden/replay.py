#!/usr/bin/env python3
"""Makes replay.txt: what NumPy and PyTorch draw after given seeds. Needs both; verified with NumPy 1.24.2 and
PyTorch 1.13 on x86-64 with AVX2. Usage: replay.py > replay.txt

Each line is one call; the calls of a session continue one generator:
    session LIBRARY SEED
    draw LAW TYPE COUNT A B HASH FIRST LAST
LAW is uniform (A = low, B = high), normal (A = mean, B = deviation), kaiming_normal or kaiming_uniform (A = fan_in),
trunc_normal (mean 0.1, A = deviation before the cut, bounds ±B), trunc_normal_tf (timm's: as that with bounds ±B
deviations), permutation (torch.randperm of COUNT as u32);
HASH is that of fanin/random/stream.hpp (hash_name) over the little-endian bytes of all values; FIRST and LAST are
bits, hexadecimal. NumPy draws f64; its f32 values are astype(float32).
"""

import numpy as np
import torch

MASK = 2**64 - 1


def hash_bytes(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & MASK
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & MASK
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & MASK
    return h ^ (h >> 33)


def torch_draw(law, kind, count, a, b):
    if law == "permutation":
        return torch.randperm(count).numpy().astype(np.uint32)
    tensor = torch.empty(count, dtype=torch.float32 if kind == "f32" else torch.float64)
    if law.startswith("kaiming"):
        tensor = tensor.view(count // int(a), int(a))
        getattr(torch.nn.init, law + "_")(tensor)
    elif law == "trunc_normal":
        torch.nn.init.trunc_normal_(tensor, 0.1, a, -b, b)
    elif law == "trunc_normal_tf":
        torch.nn.init.trunc_normal_(tensor, 0, 1.0, -b, b)
        tensor.mul_(a).add_(0.1)
    else:
        getattr(tensor, law + "_")(a, b)
    return tensor.numpy().ravel()


def numpy_draw(generator, law, kind, count, a, b):
    if (law, a, b) == ("normal", 0, 1):
        values = generator.standard_normal(count)
    elif (law, a, b) == ("uniform", 0, 1):
        values = generator.random(count)
    else:
        values = getattr(generator, law)(a, b, count)
    return values.astype(np.float32) if kind == "f32" else values


SESSIONS = [("numpy", 42), ("numpy", 0), ("numpy", 2**32 - 1), ("numpy-pcg64", 42), ("numpy-pcg64", 0),
            ("numpy-pcg64", 2**63 + 12345), ("torch", 0), ("torch", 42), ("torch", 2**40 + 7)]
NUMPY_CALLS = [("normal", "f64", 9, 0, 1), ("uniform", "f64", 5, 0, 1), ("normal", "f64", 100001, 0, 1),
               ("uniform", "f64", 10000, -2, 3), ("normal", "f64", 1000, 1.5, 0.3), ("normal", "f32", 1000, 0, 0.02),
               ("uniform", "f32", 1000, -0.1, 0.1)]
TORCH_CALLS = [("normal", "f32", 3, 0, 1), ("normal", "f32", 4, 0.1, 0.7), ("uniform", "f32", 1000, 0, 1),
               ("uniform", "f32", 1001, -0.1, 0.37), ("uniform", "f64", 1000, -0.1, 0.37),
               ("normal", "f64", 15, 0.1, 0.7), ("normal", "f32", 16, 0, 1), ("normal", "f32", 17, 0, 1),
               ("normal", "f32", 31, 0.1, 0.7), ("normal", "f32", 100003, 0, 1), ("normal", "f64", 16, 0, 1),
               ("normal", "f64", 10007, 0.1, 0.7), ("kaiming_normal", "f32", 15, 5, 0),
               ("kaiming_normal", "f32", 256 * 784, 784, 0), ("kaiming_uniform", "f32", 1000, 10, 0),
               ("trunc_normal", "f32", 100000, 1, 2), ("trunc_normal", "f32", 7, 0.02, 2),
               ("trunc_normal", "f64", 10000, 0.5, 0.3), ("trunc_normal_tf", "f32", 10000, 0.02, 2),
               ("trunc_normal_tf", "f64", 1000, 3, 1.5), ("permutation", "u32", 1, 0, 0),
               ("permutation", "u32", 1000, 0, 0)]


def main():
    for line in __doc__.splitlines():
        print(("# " + line).rstrip())
    for library, seed in SESSIONS:
        print("session", library, seed)
        generator = np.random.RandomState(seed) if library == "numpy" else np.random.default_rng(seed)
        torch.manual_seed(seed)
        for law, kind, count, a, b in TORCH_CALLS if library == "torch" else NUMPY_CALLS:
            if library == "torch":
                values = torch_draw(law, kind, count, a, b)
            else:
                values = numpy_draw(generator, law, kind, count, a, b)
            bits = values.view(np.uint64 if kind == "f64" else np.uint32)
            print("draw", law, kind, count, a, b, format(hash_bytes(values.tobytes()), "016x"),
                  format(int(bits[0]), "x"), format(int(bits[-1]), "x"))


if __name__ == "__main__":
    main()
