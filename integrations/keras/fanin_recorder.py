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

KINDS = {"Dense": "dense", "Conv1D": "conv", "Conv2D": "conv", "Conv3D": "conv", "Conv2DTranspose": "conv_transpose",
         "LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn", "BatchNormalization": "batch_norm", "Embedding": "embedding",
         "LayerNormalization": "layer_norm", "Dropout": "dropout", "Flatten": "flatten", "Add": "add",
         "Concatenate": "concat", "Activation": "activation", "ReLU": "activation", "InputLayer": "input"}
LOSSES = {"sparse_categorical_crossentropy": "softmax_cross_entropy", "MeanSquaredError": "mean_squared_error",
          "SparseCategoricalCrossentropy": "softmax_cross_entropy", "Huber": "huber",
          "categorical_crossentropy": "softmax_cross_entropy", "BinaryCrossentropy": "binary_cross_entropy",
          "CategoricalCrossentropy": "softmax_cross_entropy", "binary_crossentropy": "binary_cross_entropy"}


def plain(value):
    """JSON knows no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def wide(values):
    return np.asarray(values, np.float64)


def statistics(values):
    x = wide(values).ravel()
    result = {"count": len(x), "nan": int(np.isnan(x).sum()), "infinite": int(np.isinf(x).sum())}
    x = x[np.isfinite(x)]
    if len(x):
        d, v = x - x.mean(), float(x.var())
        result.update(mean=float(x.mean()), variance=v, zero=int((x == 0).sum()), positive=int((x > 0).sum()),
                      kurtosis=float((d ** 4).mean()) / v ** 2 if v ** 2 else math.nan)
    return result


def measured(name, values):
    """Statistics and histogram, which reaches no further than four standard deviations from the mean."""
    result, x = statistics(values), wide(values).ravel()
    x = x[np.isfinite(x)]
    if not len(x):
        return {name: result}
    low, high, counts, reach = float(x.min()), float(x.max()), [len(x)], 4 * math.sqrt(result["variance"])
    ends = max(low, result["mean"] - reach), min(high, result["mean"] + reach)
    if ends[0] < ends[1]:
        low, high, counts = *ends, np.histogram(x.clip(*ends), 48, ends)[0].tolist()
    return {name: result, f"{name}_histogram": {"low": low, "high": high, "counts": counts}}


def equal_units(units):
    """Fraction of rows that equal another one."""
    _, place, counts = np.unique(units, axis=0, return_inverse=True, return_counts=True)
    return float((counts[place.ravel()] > 1).mean())


def record_output(values, gradient):
    rows = wide(values).reshape(len(values), -1)
    units = wide(values).reshape(-1, np.shape(values)[-1])  # Keras keeps units last
    record = {**measured("output", values), "row_variance": float(rows.var(0).mean()),
              "dead_units": float((units == 0).all(0).mean())}
    rows = rows[rows.any(1)]
    if len(rows) > 1:
        total = float(((rows / np.linalg.norm(rows, axis=1, keepdims=True)).sum(0) ** 2).sum())
        record["correlation"] = (total - len(rows)) / (len(rows) * (len(rows) - 1))
    return record if gradient is None else {**record, **measured("gradient", gradient)}


def describe(layer, kind, variable):
    shape, local = [int(extent) for extent in variable.shape], variable.name.split("/")[-1].split(":")[0]
    entry = {"name": f"{layer.name}.{local}", "shape": shape, "role": "weight"}
    if len(shape) < 2 or "bias" in local:
        entry["role"] = {"gamma": "scale", "beta": "shift"}.get(local, "bias")
    elif kind == "embedding":
        entry.update(role="embedding", units=shape[-1])
    else:  # [taps…, in, out]; a transposed convolution keeps [taps…, out, in]
        taps, (fan_in, fan_out) = math.prod(shape[:-2]), shape[-2:] if kind != "conv_transpose" else shape[:-3:-1]
        entry.update(fan_in=fan_in * taps, fan_out=fan_out // {"lstm": 4, "gru": 3}.get(kind, 1) * taps, units=fan_out)
        entry["role"] = "recurrent" if "recurrent" in local else "weight"
    return entry


def data_facts(x, y, outputs, tokens):
    x, y = wide(x).reshape(len(x), -1), np.asarray(y)
    spread, some = x.std(0), x.std(0) > 0
    facts = {"rows": len(x), "tokens": tokens, "mean": float(x.mean()), "std_dev": float(x.std())}
    if some.any():
        facts.update(smallest_feature_std_dev=float(spread[some].min()), largest_feature_std_dev=float(spread.max()),
                     largest_feature_mean=float((np.abs(x.mean(0))[some] / spread[some]).max()))
    if y.dtype.kind in "iu":
        facts["class_shares"] = (np.bincount(y.ravel(), minlength=outputs) / y.size).tolist()
    return facts


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

    def on_train_begin(self, logs=None):
        self.variables, self.entries, self.outputs, self.nodes = [], [], [], []
        for layer in self.model.layers:
            self._describe(layer)
        self.probe, optimizer = keras.Model(self.model.inputs, self.outputs), self.model.optimizer
        outputs, tokens = self.nodes[-1]["units"], any(node["kind"] == "embedding" for node in self.nodes[:2])
        self._write({"record": "header", "format": "fanin-trace", "version": 1, "origin": "keras",
                     "origin_version": keras.__version__, "loss": self.loss_name, "outputs": outputs,
                     "optimizer": type(optimizer).__name__.lower(), "batch_rows": len(self.x),
                     "learning_rate": float(np.asarray(optimizer.learning_rate)),
                     "data": data_facts(self.x, self.y, outputs, tokens), "nodes": self.nodes,
                     "parameters": self.entries})

    def _describe(self, layer):
        name, own = type(layer).__name__, list(layer.trainable_variables)
        kind = KINDS.get(name, "pooling" if "Pool" in name else name)
        function = getattr(getattr(layer, "activation", None), "__name__", "relu" if kind == "activation" else "linear")
        before = {max(i for i, output in enumerate(self.outputs) if output is tensor)
                  for tensor in tf.nest.flatten(layer.input) if any(output is tensor for output in self.outputs)}
        node = {"name": layer.name, "layer": layer.name, "kind": kind, "inputs": sorted(before),
                "units": int(layer.output.shape[-1] or 0),
                "parameters": list(range(len(self.variables), len(self.variables) + len(own)))}
        if kind in ("activation", "pooling"):
            node["attributes"] = function if kind == "activation" else "max" if "Max" in name else "average"
        self.variables += own
        self.entries += [describe(layer, kind, variable) for variable in own]
        self.nodes.append(node)
        self.outputs.append(layer.output)
        if kind in ("dense", "conv", "conv_transpose") and function != "linear":  # Keras shows what comes after it only
            self.nodes.append({**node, "name": layer.name + ".activation", "kind": "activation", "parameters": [],
                               "attributes": function, "inputs": [len(self.nodes) - 1]})
            self.outputs.append(layer.output)

    def on_train_batch_begin(self, batch, logs=None):
        self.line, self.before = {"record": "step", "step": self.number}, None
        if self.number % self.every and self.number not in (1, 2, 5, 10, 20):
            return
        with tf.GradientTape() as tape:
            outputs = tf.nest.flatten(self.probe(self.x, training=False))
            loss = tf.reduce_mean(self.loss(self.y, outputs[-1]))
        gradients = [None if g is None else np.asarray(tf.convert_to_tensor(g))
                     for g in tape.gradient(loss, outputs + self.variables)]
        self.before, records = [np.array(variable) for variable in self.variables], []
        for i, (node, output) in enumerate(zip(self.nodes, outputs)):
            hidden = i + 1 < len(self.nodes) and self.nodes[i + 1]["name"] == node["name"] + ".activation"
            records.append({} if hidden else record_output(output, gradients[i]))
            if node["parameters"] and node["inputs"]:
                records[i]["input"] = statistics(outputs[node["inputs"][0]])
        of_parameters = gradients[len(outputs):]
        norm = math.sqrt(sum(float((wide(g) ** 2).sum()) for g in of_parameters if g is not None))
        self.line.update(loss=float(np.asarray(loss)), gradient_norm=norm, nodes=records,
                         parameters=list(map(self._record_parameter, self.entries, self.before, of_parameters)))

    @staticmethod
    def _record_parameter(entry, value, gradient):
        record = measured("value", value)
        if "units" in entry:
            last = entry["units"] == value.shape[-1]
            record["equal_rows"] = equal_units(np.moveaxis(value, -1 if last else -2, 0).reshape(entry["units"], -1))
        return record if gradient is None else {**record, "gradient": statistics(gradient)}

    def on_train_batch_end(self, batch, logs=None):
        if self.before is not None:
            for record, old, variable in zip(self.line["parameters"], self.before, self.variables):
                record["update_norm"] = float(np.linalg.norm(wide(variable) - wide(old)))
        elif logs and "loss" in logs:
            self.line["loss"] = float(logs["loss"])  # Keras' mean over the epoch so far
        self._write(self.line)
        self.number += 1

    def on_train_end(self, logs=None):
        self._write({"record": "end", "ended": "finished"})
        self.file.close()
