#!/usr/bin/env python3
"""Outputs and gradients of attention, gated linear units and embeddings, by PyTorch.

    /usr/bin/python3 engine_sequence.py     # rewrites engine_sequence.txt

Made with PyTorch 1.13.1 in float64 from float32 inputs: nn.MultiheadAttention, nn.functional.embedding and, for
the gated units, a * phi(b) of the two halves (nn.functional.glu where phi is the sigmoid).
"""
import torch
import torch.nn.functional as F

from engine_writing import GoldenWriter

HEADER = """
Attention, gated linear units, embeddings: outputs and gradients; recipe: engine_sequence.py.

Format: golden_file.hpp. For each case, with rows outermost:

  <case>.x0, .x1     inputs
  <case>.<name>      parameters by the last part of their names: weight and bias are attention's out_proj
  <case>.y           the output
  <case>.dy          the gradient given for y
  <case>.dx0, .dx1, .<name>_gradient   what it becomes; a token has none: zero
"""
ROWS = 3
SINGLE = 9  # digits that read back to the same float32


def values(*shape):
    return torch.randn(*shape).double()


def write(out, case, inputs, parameters, y):
    dy = values(*y.shape)
    y.backward(dy)
    for i, x in enumerate(inputs):
        out.array(f"{case}.x{i}", x.flatten(), SINGLE)
        out.array(f"{case}.dx{i}", (torch.zeros_like(x) if x.grad is None else x.grad).flatten())
    for name, parameter in parameters.items():
        out.array(f"{case}.{name}", parameter.flatten(), SINGLE)
        out.array(f"{case}.{name}_gradient", parameter.grad.flatten())
    out.array(f"{case}.y", y.flatten())
    out.array(f"{case}.dy", dy.flatten(), SINGLE)


def attention(out, case, time, width, heads, causal=False, keys=None, bias=True):
    layer = torch.nn.MultiheadAttention(width, heads, bias=bias, batch_first=True, dtype=torch.float64)
    for parameter in layer.parameters():
        parameter.data = 0.5 * values(*parameter.shape)
    inputs = [values(ROWS, time, width).requires_grad_()]
    if keys is not None:
        inputs.append(values(ROWS, keys, width).requires_grad_())
    mask = torch.ones(time, time, dtype=torch.bool).triu(1) if causal else None
    y, _ = layer(inputs[0], inputs[-1], inputs[-1], attn_mask=mask)
    parameters = {"in_proj_weight": layer.in_proj_weight, "weight": layer.out_proj.weight}
    if bias:
        parameters.update({"in_proj_bias": layer.in_proj_bias, "bias": layer.out_proj.bias})
    write(out, case, inputs, parameters, y)


def gated(out, case, gate, shape):
    x = values(ROWS, *shape).requires_grad_()
    a, b = x.chunk(2, dim=-1)
    y = a * gate(b)
    if gate is torch.sigmoid:
        assert torch.equal(y, F.glu(x))
    write(out, case, [x], {}, y)


def embedding(out, case, vocabulary, width, shape):
    weight = values(vocabulary, width).requires_grad_()
    tokens = torch.randint(vocabulary, (ROWS, *shape))
    write(out, case, [tokens.double()], {"weight": weight}, F.embedding(tokens, weight))


def position_embedding(out, case, positions, time, width):
    weight = values(positions, width).requires_grad_()
    x = values(ROWS, time, width).requires_grad_()
    write(out, case, [x], {"weight": weight}, x + weight[:time])


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    out = GoldenWriter()
    out.comment(HEADER)
    attention(out, "attention", 5, 6, 2)
    attention(out, "attention_causal", 5, 6, 3, causal=True)
    attention(out, "attention_one_position", 1, 4, 1, causal=True)
    attention(out, "attention_no_bias", 3, 4, 4, bias=False)
    attention(out, "attention_cross", 2, 6, 2, keys=5)
    attention(out, "attention_cross_no_bias", 4, 4, 2, keys=1, bias=False)
    attention(out, "attention_long", 19, 2, 1, causal=True)
    gated(out, "glu", torch.sigmoid, (3, 10))
    gated(out, "glu_gelu", F.gelu, (42,))
    gated(out, "glu_silu", F.silu, (2, 2, 6))
    embedding(out, "embedding", 7, 5, (4,))
    embedding(out, "embedding_matrix", 3, 2, (2, 3))
    embedding(out, "embedding_one", 1, 17, (1,))
    position_embedding(out, "position_embedding", 4, 4, 3)
    position_embedding(out, "position_embedding_shorter", 6, 2, 5)
    out.write("engine_sequence.txt")


if __name__ == "__main__":
    main()
