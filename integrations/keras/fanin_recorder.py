"""Records a Keras training (functional or Sequential model, TensorFlow) for `fanin check --trace run.jsonl`;
docs/trace.md describes the file.

    recorder = FaninRecorder("run.jsonl", x[:256], y[:256], loss=loss, every=50)
    model.fit(x, y, callbacks=[recorder])

`loss` is the function of (y_true, y_pred) that compile() got; `loss_name` what fanin calls it. At steps 0, 1, 2, 5, 10,
20 and every `every`-th, the given rows pass through the model in inference mode: no random number is drawn and no
variable changes, so that training goes on as without. Dropout is off and batch norm uses its moving averages in what is
recorded.
"""
import json
import math

import keras
import numpy as np
import tensorflow as tf

KINDS = {"Dense": "dense", "Conv1D": "conv", "Conv2D": "conv", "Conv3D": "conv", "Embedding": "embedding",
         "LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn", "BatchNormalization": "batch_norm",
         "LayerNormalization": "layer_norm",
         "Dropout": "dropout", "Flatten": "flatten", "Add": "add", "Concatenate": "concat", "Activation": "activation",
         "ReLU": "activation", "InputLayer": "input", "Conv2DTranspose": "conv_transpose"}
LOSSES = {"sparse_categorical_crossentropy": "softmax_cross_entropy",
          "categorical_crossentropy": "softmax_cross_entropy",
          "SparseCategoricalCrossentropy": "softmax_cross_entropy", "CategoricalCrossentropy": "softmax_cross_entropy",
          "BinaryCrossentropy": "binary_cross_entropy", "binary_crossentropy": "binary_cross_entropy",
          "MeanSquaredError": "mean_squared_error", "mean_squared_error": "mean_squared_error", "Huber": "huber"}
GATES = {"lstm": 4, "gru": 3}
EARLY = (1, 2, 5, 10, 20)


def plain(value):
    """JSON knows no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def statistics(values):
    x = np.asarray(values, np.float64).ravel()
    finite = np.isfinite(x)
    result = {"count": int(x.size)}
    if not finite.all():
        result.update(nan=int(np.isnan(x).sum()), infinite=int(np.isinf(x).sum()),
                      first_non_finite=int(finite.argmin()))
        x = x[finite]
    if x.size:
        d = x - x.mean()
        v = float((d ** 2).mean())
        result.update(mean=float(x.mean()), variance=v, min=float(x.min()), max=float(x.max()),
                      zero=int((x == 0).sum()), positive=int((x > 0).sum()))
        if v > 0:
            result.update(skewness=float((d ** 3).mean() / v ** 1.5), kurtosis=float((d ** 4).mean() / v ** 2))
    return result


def equal_units(units):
    """Fraction of rows that equal another one."""
    _, place, counts = np.unique(units, axis=0, return_inverse=True, return_counts=True)
    return float((counts[place.ravel()] > 1).mean())


def by_unit(values):
    """Keras keeps units last: [rows and positions, units]."""
    values = np.asarray(values, np.float64)
    return values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(-1, 1)


def record_output(values, gradient):
    rows = np.asarray(values, np.float64).reshape(len(values), -1)
    norm = np.linalg.norm(rows, axis=1)
    live = int((norm > 0).sum())
    record = {"output": statistics(values), "row_variance": float(rows.var(0).mean())}
    if live > 1:
        total = float(((rows[norm > 0] / norm[norm > 0, None]).sum(0) ** 2).sum())
        record["correlation"] = (total - live) / (live * (live - 1))
    size = np.abs(by_unit(values)).mean(0)
    record.update(dead_units=float((size == 0).mean()), dormant_units=float((size <= 0.025 * size.mean()).mean()))
    if gradient is not None:
        record.update(gradient=statistics(gradient), zero_gradient_units=float((by_unit(gradient) == 0).all(0).mean()))
    return record


def describe(layer, kind, variable):
    shape, local = [int(extent) for extent in variable.shape], variable.name.split("/")[-1].split(":")[0]
    entry = {"name": f"{layer.name}.{local}", "shape": shape, "role": "weight"}
    if len(shape) < 2 or "bias" in local:
        entry["role"] = {"gamma": "scale", "beta": "shift"}.get(local, "bias")
    elif kind == "embedding":
        entry.update(role="embedding", units=shape[-1])
    else:  # [taps…, in, out]; a transposed convolution keeps [taps…, out, in]
        taps, fan_in, fan_out = math.prod(shape[:-2]), shape[-2], shape[-1]
        if kind == "conv_transpose":
            fan_in, fan_out = fan_out, fan_in
        entry.update(fan_in=fan_in * taps, fan_out=fan_out // GATES.get(kind, 1) * taps, units=fan_out)
        entry["role"] = "recurrent" if "recurrent" in local else "weight"
    return entry


class FaninRecorder(keras.callbacks.Callback):
    def __init__(self, path, x, y, loss, every=50, loss_name=None):
        super().__init__()
        self.file = open(path, "w", encoding="utf-8")
        self.x, self.y, self.loss, self.every, self.number = x, y, loss, every, 0
        name = getattr(loss, "__name__", type(loss).__name__)
        self.loss_name = loss_name or LOSSES.get(name, name)

    def _write(self, line):
        self.file.write(json.dumps(plain(line), allow_nan=False) + "\n")
        self.file.flush()

    def _describe(self):
        self.variables, self.entries, self.outputs, self.nodes = [], [], [], []
        for layer in self.model.layers:
            name = type(layer).__name__
            kind = KINDS.get(name, "pooling" if "Pool" in name else name)
            own = []
            for variable in layer.trainable_variables:
                own.append(len(self.variables))
                self.variables.append(variable)
                self.entries.append(describe(layer, kind, variable))
            default = "relu" if kind == "activation" else "linear"
            function = getattr(getattr(layer, "activation", None), "__name__", default)
            before = [[i for i, output in enumerate(self.outputs) if output is tensor][-1:]
                      for tensor in tf.nest.flatten(layer.input)]
            node = {"name": layer.name, "layer": layer.name, "kind": kind, "inputs": sorted(set(sum(before, []))),
                    "parameters": own, "units": int(layer.output.shape[-1] or 0)}
            if kind == "activation":
                node["attributes"] = function
            elif kind == "pooling":
                node["attributes"] = "max" if "Max" in name else "average"
            self.nodes.append(node)
            self.outputs.append(layer.output)
            if kind in ("dense", "conv", "conv_transpose") and function != "linear":  # shown after its activation only
                self.nodes.append({"name": layer.name + ".activation", "layer": layer.name, "kind": "activation",
                                   "attributes": function, "inputs": [len(self.nodes) - 1], "units": node["units"]})
                self.outputs.append(layer.output)
        self.probe = keras.Model(self.model.inputs, self.outputs)

    def on_train_begin(self, logs=None):
        self._describe()
        rate = float(np.asarray(self.model.optimizer.learning_rate))
        x = np.asarray(self.x, np.float64).reshape(len(self.x), -1)
        spread, vary = x.std(0), x.std(0) > 0
        facts = {"rows": len(x), "mean": float(x.mean()), "std_dev": float(x.std()),
                 "constant_features": int((~vary).sum()), "largest_magnitude": float(np.abs(x).max()),
                 "tokens": any(node["kind"] == "embedding" for node in self.nodes[:2])}
        if vary.any():
            facts.update(smallest_feature_std_dev=float(spread[vary].min()),
                         largest_feature_std_dev=float(spread.max()),
                         largest_feature_mean=float((np.abs(x.mean(0))[vary] / spread[vary]).max()))
        y = np.asarray(self.y)
        if y.dtype.kind in "iu":
            facts["class_shares"] = (np.bincount(y.ravel(), minlength=self.nodes[-1]["units"]) / y.size).tolist()
        self._write({"record": "header", "format": "fanin-trace", "version": 1, "origin": "keras",
                     "origin_version": keras.__version__, "loss": self.loss_name, "outputs": self.nodes[-1]["units"],
                     "optimizer": type(self.model.optimizer).__name__.lower(), "learning_rate": rate,
                     "batch_rows": len(x), "data": facts, "nodes": self.nodes, "parameters": self.entries})

    def on_train_batch_begin(self, batch, logs=None):
        self.line = {"record": "step", "step": self.number}
        self.before = None
        if self.number % self.every and self.number not in EARLY:
            return
        with tf.GradientTape() as tape:
            outputs = tf.nest.flatten(self.probe(self.x, training=False))
            loss = tf.reduce_mean(self.loss(self.y, outputs[-1]))
        gradients = tape.gradient(loss, outputs + self.variables)
        gradients = [None if g is None else np.asarray(tf.convert_to_tensor(g)) for g in gradients]
        values = [np.asarray(output) for output in outputs]
        self.line["nodes"] = [record_output(v, g) for v, g in zip(values, gradients)]
        for i, node in enumerate(self.nodes):
            follows = i + 1 < len(self.nodes) and self.nodes[i + 1]["name"] == node["name"] + ".activation"
            if follows:  # its output before the activation is not shown by Keras
                self.line["nodes"][i] = {}
            if node.get("parameters") and node["inputs"]:
                self.line["nodes"][i]["input"] = statistics(values[node["inputs"][0]])
        self.before = [np.array(variable) for variable in self.variables]
        self.line["parameters"] = []
        squares = 0.0
        for entry, value, g in zip(self.entries, self.before, gradients[len(outputs):]):
            record = {"value": statistics(value)}
            if "units" in entry:
                turned = entry["name"].endswith("kernel") and entry["units"] != value.shape[-1]
                units = np.moveaxis(value, -2 if turned else -1, 0).reshape(entry["units"], -1)
                record["equal_rows"] = equal_units(units)
            if g is not None:
                record["gradient"] = statistics(g)
                squares += float((g.astype(np.float64) ** 2).sum())
            self.line["parameters"].append(record)
        self.line.update(loss=float(np.asarray(loss)), gradient_norm=math.sqrt(squares))

    def on_train_batch_end(self, batch, logs=None):
        if self.before is not None:
            for record, old, variable in zip(self.line["parameters"], self.before, self.variables):
                record["update_norm"] = float(np.linalg.norm((np.array(variable) - old).astype(np.float64)))
        elif logs and "loss" in logs:
            self.line["loss"] = float(logs["loss"])  # Keras' mean over the epoch so far
        self._write(self.line)
        self.number += 1

    def on_train_end(self, logs=None):
        self._write({"record": "end", "ended": "finished"})
        self.file.close()
