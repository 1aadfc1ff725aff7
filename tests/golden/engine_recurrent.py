#!/usr/bin/env python3
"""Outputs and gradients of recurrent layers, by PyTorch.

    /usr/bin/python3 engine_recurrent.py     # rewrites engine_recurrent.txt

Made with PyTorch 1.13.1 in float64 from float32 inputs. nn.LSTM and nn.RNN have two biases that are always
added to each other: the second one is zero here. PyTorch has no layer that reads backward only: a reversed
case is the layer on the flipped sequence, its states flipped back.
"""
import torch

from engine_writing import GoldenWriter

HEADER = """
Recurrent layers: outputs and gradients; recipe: engine_recurrent.py.

Format: golden_file.hpp. For each case, sequences first to last row:

  <case>.x0          [rows, time, in]
  <case>.weight_ih, .weight_hh, .bias (gru: .bias_ih, .bias_hh)
  <case>.y           [rows, time, units], or [rows, units] of a case named ..._last
  <case>.dy          the gradient given for y
  <case>.dx0, .weight_ih_gradient, ...   what it becomes
"""
ROWS, TIME, IN, UNITS = 3, 4, 3, 5
SINGLE = 9  # digits that read back to the same float32


def values(*shape):
    return torch.randn(*shape).double()


def run(out, case, layer, biases, time=TIME, reverse=False, last=False):
    for parameter in layer.parameters():
        parameter.data = 0.5 * values(*parameter.shape)
    names = {"weight_ih": layer.weight_ih_l0, "weight_hh": layer.weight_hh_l0}
    if biases == 1:
        layer.bias_hh_l0.data.zero_()
        names["bias"] = layer.bias_ih_l0
    elif biases == 2:
        names.update({"bias_ih": layer.bias_ih_l0, "bias_hh": layer.bias_hh_l0})
    x = values(ROWS, time, IN).requires_grad_()
    states, _ = layer(x.flip(1) if reverse else x)
    y = states[:, -1] if last else states.flip(1) if reverse else states
    dy = values(*y.shape)
    y.backward(dy)
    out.array(case + ".x0", x.flatten(), SINGLE)
    for name, parameter in names.items():
        out.array(f"{case}.{name}", parameter.flatten(), SINGLE)
    out.array(case + ".y", y.flatten())
    out.array(case + ".dy", dy.flatten(), SINGLE)
    out.array(case + ".dx0", x.grad.flatten())
    for name, parameter in names.items():
        out.array(f"{case}.{name}_gradient", parameter.grad.flatten())


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    out = GoldenWriter()
    out.comment(HEADER)

    def make(layer, **options):
        return layer(IN, UNITS, batch_first=True, dtype=torch.float64, **options)

    nn = torch.nn
    run(out, "lstm", make(nn.LSTM), 1)
    run(out, "lstm_last", make(nn.LSTM), 1, last=True)
    run(out, "lstm_reverse", make(nn.LSTM), 1, reverse=True)
    run(out, "lstm_reverse_last", make(nn.LSTM), 1, reverse=True, last=True)
    run(out, "lstm_no_bias", make(nn.LSTM, bias=False), 0)
    run(out, "lstm_one_step", make(nn.LSTM), 1, time=1)
    run(out, "gru", make(nn.GRU), 2)
    run(out, "gru_last", make(nn.GRU), 2, last=True)
    run(out, "gru_reverse", make(nn.GRU), 2, reverse=True)
    run(out, "gru_no_bias", make(nn.GRU, bias=False), 0)
    run(out, "rnn", make(nn.RNN), 1)
    run(out, "rnn_relu_last", make(nn.RNN, nonlinearity="relu"), 1, last=True)
    run(out, "rnn_reverse", make(nn.RNN), 1, reverse=True)
    out.write("engine_recurrent.txt")


if __name__ == "__main__":
    main()
