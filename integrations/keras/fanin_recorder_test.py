"""Tests of the Keras recorder against a stand-in for the few parts of Keras and TensorFlow that it uses: one dense
layer with ReLU and one without, whose gradients are written out. What real layers look like, only Keras can show."""
import json
import sys
import tempfile
import types
import unittest
from pathlib import Path

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no numpy (Debian: python3-numpy)")
    sys.exit(77)


class Variable:
    def __init__(self, name, value):
        self.name, self.value = name, value
        self.shape = value.shape

    def __array__(self, dtype=None, copy=None):
        return np.array(self.value, dtype)


def relu(x):
    return np.maximum(x, 0)


def linear(x):
    return x


class Symbol:
    def __init__(self, features):
        self.shape = (None, features)


class InputLayer:
    def __init__(self, features):
        self.name, self.trainable_variables, self.input, self.output = "input", [], [], Symbol(features)


class Dense:
    def __init__(self, name, before, kernel, activation):
        self.name, self.activation, self.input, self.output = name, activation, before.output, Symbol(kernel.shape[1])
        self.trainable_variables = [Variable("kernel", kernel), Variable("bias", np.zeros(kernel.shape[1]))]


class Tape:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def gradient(self, loss, sources):
        """Of the mean squared error; the probe has just kept what it computed."""
        x, h, out = (Network.last[key] for key in ("x", "h", "out"))
        w2 = Network.layers[2].trainable_variables[0].value
        d_out = 2 * (out - Network.y) / out.size
        d_h = d_out @ w2.T
        d_before = d_h * (h > 0)
        by_symbol = [None, d_h, d_h, d_out]
        return by_symbol + [x.T @ d_before, d_before.sum(0), h.T @ d_out, d_out.sum(0)]


class Network:
    layers, last, y = [], {}, None

    def __init__(self, inputs, outputs):
        self.outputs = outputs

    def __call__(self, x, training):
        assert training is False
        w1, b1 = (v.value for v in self.layers[1].trainable_variables)
        w2, b2 = (v.value for v in self.layers[2].trainable_variables)
        h = relu(x @ w1 + b1)
        Network.last = {"x": x, "h": h, "out": h @ w2 + b2}
        values = {id(self.layers[0].output): x, id(self.layers[1].output): h, id(self.layers[2].output): h @ w2 + b2}
        return [values[id(output)] for output in self.outputs]


def flatten(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


keras = types.ModuleType("keras")
keras.callbacks = types.SimpleNamespace(Callback=object)
keras.Model, keras.__version__ = Network, "stand-in"
tensorflow = types.ModuleType("tensorflow")
tensorflow.GradientTape, tensorflow.reduce_mean, tensorflow.convert_to_tensor = Tape, np.mean, np.asarray
tensorflow.nest = types.SimpleNamespace(flatten=flatten)
sys.modules.update(keras=keras, tensorflow=tensorflow)
sys.path.insert(0, str(Path(__file__).parent))
import fanin_recorder as fr  # noqa: E402


def mean_squared_error(y, out):
    return ((y - out) ** 2).mean(1)


class SGD:
    learning_rate = 0.1


class RecorderTest(unittest.TestCase):
    def record(self, steps):
        random = np.random.default_rng(1)
        x, Network.y = random.normal(size=(32, 5)), random.normal(size=(32, 2))
        kernel = random.normal(size=(5, 4))
        kernel[:, 3] = kernel[:, 1]
        first = InputLayer(5)
        second = Dense("hidden", first, kernel, relu)
        Network.layers = [first, second, Dense("head", second, random.normal(size=(4, 2)), linear)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.jsonl"
            recorder = fr.FaninRecorder(path, x, Network.y, mean_squared_error, every=50)
            recorder.model = types.SimpleNamespace(layers=Network.layers, inputs=[], optimizer=SGD())
            recorder.on_train_begin()
            for step in range(steps):
                recorder.on_train_batch_begin(step)
                Network.layers[2].trainable_variables[1].value = Network.layers[2].trainable_variables[1].value + 3.0
                recorder.on_train_batch_end(step, {"loss": 7.5})
            recorder.on_train_end()
            return x, [json.loads(line) for line in path.read_text().splitlines()]

    def test_the_header_describes_the_network(self):
        _, (header, *_) = self.record(1)
        self.assertEqual([(n["name"], n["kind"], n["inputs"]) for n in header["nodes"]],
                         [("input", "input", []), ("hidden", "dense", [0]), ("hidden.activation", "activation", [1]),
                          ("head", "dense", [2])])
        self.assertEqual([(p["name"], p["role"], p.get("fan_in"), p.get("units")) for p in header["parameters"]],
                         [("hidden.kernel", "weight", 5, 4), ("hidden.bias", "bias", None, None),
                          ("head.kernel", "weight", 4, 2), ("head.bias", "bias", None, None)])
        self.assertEqual((header["loss"], header["optimizer"]), ("mean_squared_error", "sgd"))
        self.assertEqual(header["data"]["rows"], 32)

    def test_steps_hold_what_was_computed(self):
        x, lines = self.record(4)
        steps = lines[1:-1]
        full = [("nodes" in step, step["step"]) for step in steps]
        self.assertEqual(full, [(True, 0), (True, 1), (True, 2), (False, 3)])
        self.assertEqual(steps[3]["loss"], 7.5)
        hidden = relu(x @ Network.layers[1].trainable_variables[0].value)
        self.assertAlmostEqual(steps[0]["nodes"][2]["output"]["mean"], hidden.mean())
        spread = steps[0]["nodes"][2]["output_histogram"]
        inside = (spread["low"] <= hidden) & (hidden < spread["low"] + (spread["high"] - spread["low"]) / 48)
        self.assertEqual((sum(spread["counts"]), spread["counts"][0]), (hidden.size, int(inside.sum())))
        self.assertEqual(len(steps[0]["parameters"][0]["value_histogram"]["counts"]), 48)
        self.assertEqual(fr.measured("g", np.full(7, 0.1))["g_histogram"], {"low": 0.1, "high": 0.1, "counts": [7]})
        self.assertEqual(steps[0]["nodes"][1].keys(), {"input"})
        self.assertEqual(steps[0]["parameters"][0]["equal_rows"], 0.5)
        self.assertAlmostEqual(steps[0]["parameters"][3]["update_norm"], 3 * 2 ** 0.5)
        self.assertEqual(lines[-1], {"record": "end", "ended": "finished"})


if __name__ == "__main__":
    unittest.main()
