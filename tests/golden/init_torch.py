#!/usr/bin/env python3
"""Makes init_torch.txt: what torch.nn.init's functions give. Needs PyTorch; verified with 1.13 on x86-64 with AVX2.
Usage: OPENBLAS_CORETYPE=SkylakeX init_torch.py > init_torch.txt

    seed N                          torch.manual_seed(N); the lines below continue its generator
    draw CALL SHAPE TYPE HASH       the call, as Python writes it, on torch.empty(SHAPE); HASH is hash_name of
                                    fanin/random/stream.hpp over the little-endian bytes of all values
    matrix CALL SHAPE VALUES…       the same with the values themselves: LAPACK's rounding is not ours
    linear IN OUT HASH HASH         torch.nn.Linear(IN, OUT): its weight and bias as nobody initialized them
    fans SHAPE IN OUT               torch.nn.init._calculate_fan_in_and_fan_out
    gain NAME BITS                  torch.nn.init.calculate_gain as an f64, hexadecimal
timm's functions are written out here by their definitions (timm.layers.weight_init), which are PyTorch calls.
"""

import math
import struct

import torch
from torch.nn import init

MASK = 2**64 - 1


def hash_bytes(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & MASK
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & MASK
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & MASK
    return h ^ (h >> 33)


def trunc_normal_tf_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    init.trunc_normal_(tensor, 0, 1.0, a, b)
    return tensor.mul_(std).add_(mean)


def variance_scaling_(tensor, scale=1.0, mode="fan_in", distribution="normal"):
    fan_in, fan_out = init._calculate_fan_in_and_fan_out(tensor)
    variance = scale / {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    if distribution == "truncated_normal":
        trunc_normal_tf_(tensor, std=math.sqrt(variance) / .87962566103423978)
    elif distribution == "normal":
        tensor.normal_(std=math.sqrt(variance))
    else:
        tensor.uniform_(-math.sqrt(3 * variance), math.sqrt(3 * variance))


def lecun_normal_(tensor):
    variance_scaling_(tensor, mode="fan_in", distribution="truncated_normal")


TIMM = {"trunc_normal_tf_": trunc_normal_tf_, "variance_scaling_": variance_scaling_, "lecun_normal_": lecun_normal_}

# A call's text is read by Python here and by fanin there, so it is written without quotes and blanks.
DRAWS = ["uniform_ 7", "uniform_(a=-0.3,b=0.7) 40x5", "uniform_(-0.3,0.7) 40x5", "normal_ 15", "normal_(0.1,0.7) 100x30",
         "constant_(val=0.3) 3x4", "ones_ 5", "zeros_ 2x3", "eye_ 5x7", "eye_ 7x5", "dirac_ 6x4x3",
         "dirac_(groups=2) 6x4x3x4", "dirac_ 4x2x3x2x5", "xavier_uniform_ 30x20",
         "xavier_uniform_(gain=1.6666666666666667) 8x4x3x3", "xavier_normal_ 3x2", "xavier_normal_(1.5) 64x25x3",
         "kaiming_uniform_(a=2.23606797749979) 64x25x3", "kaiming_uniform_(2.23606797749979) 10x784",
         "kaiming_uniform_(mode=fan_out) 33x17", "kaiming_normal_ 256x784", "kaiming_normal_ 2x3",
         "kaiming_normal_(a=0.2) 20x30x5x5", "kaiming_normal_(0.2,fan_out) 20x30",
         "kaiming_normal_(mode=fan_out,nonlinearity=relu) 64x3x7x7", "kaiming_normal_(nonlinearity=tanh) 20x30",
         "kaiming_normal_(nonlinearity=selu) 20x30", "kaiming_uniform_(nonlinearity=sigmoid) 20x30",
         "kaiming_uniform_(nonlinearity=linear) 20x30", "kaiming_uniform_(nonlinearity=conv2d) 20x30",
         "kaiming_normal_(a=0.3,nonlinearity=relu) 20x30", "trunc_normal_ 300x20", "trunc_normal_(std=0.02) 768x64",
         "trunc_normal_(mean=0.1,std=0.5,a=-0.3,b=0.7) 100x10", "trunc_normal_(0,0.02,-0.04,0.04) 9x3",
         "sparse_(sparsity=0.3) 17x9", "sparse_(0.9,0.1) 100x20", "sparse_(sparsity=0.5,std=2) 12x1",
         "trunc_normal_tf_(std=0.02) 768x64", "trunc_normal_tf_(mean=0.5,std=0.2,a=-1,b=3) 40x9", "lecun_normal_ 64x25x3",
         "lecun_normal_ 20x30", "variance_scaling_ 20x30", "variance_scaling_(2,fan_out,uniform) 20x30",
         "variance_scaling_(scale=2,mode=fan_avg,distribution=truncated_normal) 20x10x3"]
DOUBLES = ["kaiming_normal_ 20x30", "xavier_uniform_ 20x30", "trunc_normal_(std=0.02) 20x30", "sparse_(0.4) 20x30"]
MATRICES = ["orthogonal_ 5x5", "orthogonal_ 4x7", "orthogonal_ 7x4", "orthogonal_(gain=1.5) 6x3x2", "orthogonal_ 1x4"]
FANS = ["20x30", "8x4x3", "8x4x3x5", "4x1x3x3", "16x8x2x3x4"]
GAINS = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


def apply(call, shape, kind):
    name, _, arguments = call.partition("(")
    tensor = torch.empty([int(extent) for extent in shape.split("x")], dtype=kind)
    words = {word: word for word in ("fan_in", "fan_out", "fan_avg", "truncated_normal", "normal", "uniform", "relu",
                                     "tanh", "selu", "sigmoid", "linear", "conv2d")}
    arguments = arguments.rstrip(")")
    function = TIMM.get(name) or getattr(init, name)
    eval(f"function(tensor, {arguments})" if arguments else "function(tensor)", words,
         {"function": function, "tensor": tensor})
    return tensor.numpy().ravel()


def main():
    for line in __doc__.splitlines():
        print(("# " + line).rstrip())
    for seed in (0, 42):
        print("seed", seed)
        torch.manual_seed(seed)
        for entry in DRAWS:
            call, shape = entry.split()
            print("draw", call, shape, "f32", format(hash_bytes(apply(call, shape, torch.float32).tobytes()), "016x"))
        for entry in DOUBLES:
            call, shape = entry.split()
            print("draw", call, shape, "f64", format(hash_bytes(apply(call, shape, torch.float64).tobytes()), "016x"))
        for entry in MATRICES:
            call, shape = entry.split()
            print("matrix", call, shape, *(format(float(x), ".9g") for x in apply(call, shape, torch.float32)))
        for fan_in, fan_out in ((784, 256), (256, 10)):
            layer = torch.nn.Linear(fan_in, fan_out)
            print("linear", fan_in, fan_out, *(format(hash_bytes(p.detach().numpy().tobytes()), "016x")
                                               for p in (layer.weight, layer.bias)))
    for shape in FANS:
        print("fans", shape, *init._calculate_fan_in_and_fan_out(torch.empty([int(n) for n in shape.split("x")])))
    for name in GAINS:
        print("gain", name, struct.pack(">d", init.calculate_gain(name)).hex())


if __name__ == "__main__":
    main()
