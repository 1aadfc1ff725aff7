"""Records a PyTorch training (1.13 or later) for `fanin check --trace run.jsonl`; docs/trace.md describes the file.

    recorder = FaninRecorder(model, "run.jsonl", optimizer=optimizer, loss=criterion, every=50)
    for x, y in loader:                              # an unchanged training loop
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()                             # writes a line
    recorder.close()                                 # or `with FaninRecorder(...):`

Where the loss is a function and no module, give its name (loss="softmax_cross_entropy") and call recorder.see(loss, y)
before each optimizer.step(). Steps 0, 1, 2, 5, 10, 20 and every `every`-th are recorded in full: in their forward pass
every torch function that is called, by a module or by the script, is seen. Watching changes no bit of the training: it
draws no random numbers and writes to no tensor.
"""
import functools
import json
import math

import torch
from torch.overrides import TorchFunctionMode

SAME = ("lstm", "gru", "embedding", "batch_norm", "layer_norm", "group_norm", "softmax", "log_softmax", "glu")
ACTIVATIONS = ("relu leaky_relu tanh sigmoid gelu silu elu selu mish softplus softsign hardtanh hardsigmoid hardswish "
               "clamp square sin").split()
KINDS = {"linear": "dense", "rnn_tanh": "rnn", "rnn_relu": "rnn", "multi_head_attention_forward": "attention",
         "cat": "concat", "mean": "pooling", **dict(zip(SAME, SAME)), **dict.fromkeys(ACTIVATIONS, "activation"),
         **{f"{kind}{n}d": kind for kind in ("conv", "conv_transpose") for n in (1, 2, 3)}}
FEATURES_LAST = ("dense", "embedding", "lstm", "gru", "rnn", "attention", "layer_norm")
SLOPES = {"tanh": lambda y: 1 - y * y, "sigmoid": lambda y: 4 * y * (1 - y), "softsign": lambda y: (1 - y.abs()) ** 2,
          "hardtanh": lambda y: (y.abs() < 1).double(), "hardsigmoid": lambda y: (abs(y - 0.5) < 0.5).double()}
LOSSES = {"MSELoss": "mean_squared_error", "HuberLoss": "huber", "BCEWithLogitsLoss": "binary_cross_entropy",
          "CrossEntropyLoss": "softmax_cross_entropy", "NLLLoss": "softmax_cross_entropy"}


def wide(tensor):
    return tensor.detach().to_dense().cpu().double()


def tensors_in(value):
    if torch.is_tensor(value):
        return [value]
    return [tensor for inner in value for tensor in tensors_in(inner)] if isinstance(value, (list, tuple)) else []


def plain(value):
    """JSON knows no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def statistics(tensor):
    x = wide(tensor).flatten()
    result, finite = {"count": len(x)}, x.isfinite()
    if not finite.all():
        result.update(nan=int(x.isnan().sum()), infinite=int(x.isinf().sum()))
        x = x[finite]
    if len(x):
        square = (x - x.mean()).square()
        variance = float(square.mean())
        result.update(mean=float(x.mean()), variance=variance, zero=int((x == 0).sum()), positive=int((x > 0).sum()))
        result["kurtosis"] = float(square.square().mean()) / variance ** 2 if variance ** 2 else math.nan
    return result


def measured(name, tensor):
    """Statistics and histogram, which reaches no further than four standard deviations from the mean."""
    result, x = statistics(tensor), wide(tensor).flatten()
    x = x[x.isfinite()]
    if not len(x):
        return {name: result}
    low, high, counts, reach = float(x.min()), float(x.max()), [len(x)], 4 * math.sqrt(result["variance"])
    ends = max(low, result["mean"] - reach), min(high, result["mean"] + reach)
    if ends[0] < ends[1]:
        low, high, counts = *ends, x.clamp(*ends).histc(48, *ends).long().tolist()
    return {name: result, f"{name}_histogram": {"low": low, "high": high, "counts": counts}}


def equal_units(units, relative=1e-7, zeros=True):
    """Fraction of rows that equal another one up to `relative` of their norm; they are neighbours by one projection."""
    units = units[(units @ torch.arange(1, units.shape[1] + 1).double().sin()).argsort()]
    norm, equal = units.norm(dim=1), torch.zeros(len(units), dtype=torch.bool)
    close = ((units[1:] - units[:-1]).norm(dim=1) <= relative * norm[1:]) & ((norm[1:] > 0) | zeros)
    equal[1:] |= close
    equal[:-1] |= close
    return float(equal.double().mean())


def arranged(tensor, features_last):
    """As [rows, units, positions]: every position of a sequence is a row, those of an image are not."""
    if tensor.dim() < 3 or features_last:
        return wide(tensor).reshape(-1, tensor.shape[-1] if tensor.dim() > 1 else 1, 1)
    return wide(tensor).flatten(2)


def record_output(rows):
    x = rows.flatten(1)
    x, norm = x[x.any(1)], x[x.any(1)].norm(dim=1, keepdim=True)
    pairs = len(x) * (len(x) - 1)
    return {**measured("output", rows), "row_variance": float(rows.var(0, unbiased=False).mean()),
            "dead_units": float((rows == 0).all(2).all(0).double().mean()),
            "correlation": (float((x / norm).sum(0).square().sum()) - len(x)) / pairs if pairs else math.nan}


def describe(entry, kind, x, output):
    """Adds role, fans and units of a parameter that an operation of this kind takes."""
    shape, local, taps = entry["shape"], entry["name"].rpartition(".")[2], math.prod(entry["shape"][2:])
    if entry["role"] == "bias" and "norm" in kind:
        entry["role"] = "shift"
    if entry["role"] != "weight":
        return
    if kind == "embedding":
        entry.update(role="embedding", units=shape[1])
    elif kind == "conv_transpose":
        groups = output.shape[1 - len(shape)] // shape[1]
        entry.update(fan_in=shape[0] // groups * taps, fan_out=shape[1] * taps, units=shape[1])
    else:  # the gates of a cell lie one after another, as groups do
        groups = {"lstm": 4, "gru": 3}.get(kind, 3 if local == "in_proj_weight" else 1)
        groups = x.shape[1 - len(shape)] // shape[1] if kind == "conv" else groups
        entry.update(role="recurrent" if "_hh_" in local else "weight", fan_in=shape[1] * taps,
                     fan_out=shape[0] // groups * taps, units=shape[0])


def record_parameter(parameter, entry, rounding):
    tensors = [parameter] if parameter.grad is None else [parameter, parameter.grad]
    record = {**measured("value", parameter), **({"gradient": statistics(tensors[1])} if len(tensors) > 1 else {})}
    if "units" in entry:
        turned = entry["role"] == "embedding" or entry["units"] != entry["shape"][0]
        units = [(wide(t).transpose(0, 1) if turned else wide(t)).reshape(entry["units"], -1) for t in tensors]
        record["equal_rows"] = equal_units(units[0])
        record["equal_gradients"] = equal_units(units[-1], rounding, zeros=False)
    return record


def data_facts(x, y, outputs):
    facts = {"rows": len(x), "tokens": not x.is_floating_point()}
    x = wide(x).flatten(1)
    spread, some = x.std(0, unbiased=False), x.std(0, unbiased=False) > 0
    facts.update(mean=float(x.mean()), std_dev=float(x.std(unbiased=False)))
    if some.any():
        facts.update(smallest_feature_std_dev=float(spread[some].min()), largest_feature_std_dev=float(spread.max()),
                     largest_feature_mean=float((x.mean(0).abs()[some] / spread[some]).max()))
    if y is not None and y.is_floating_point():
        y = wide(y).reshape(len(y), -1)
        facts.update(target_means=y.mean(0).tolist(), target_std_devs=y.std(0, unbiased=False).tolist())
    elif y is not None:
        facts["class_shares"] = (torch.bincount(y[y >= 0], minlength=outputs) / max(1, int((y >= 0).sum()))).tolist()
    return facts


class FunctionMode(TorchFunctionMode):
    def __init__(self, see):
        super().__init__()
        self.see = see

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        return self.see(function, arguments, keywords or {})


class FaninRecorder:
    def __init__(self, model, path, optimizer, loss="", every=50):
        self.optimizer, self.every, self.number, self.file = optimizer, every, 0, open(path, "w", encoding="utf-8")
        self.parameters = [(p, {"name": name, "shape": list(p.shape), "role": "bias" if "bias" in name else
                                "weight" if p.dim() > 1 else "scale"}) for name, p in model.named_parameters()]
        self.places = {id(parameter): i for i, (parameter, _) in enumerate(self.parameters)}
        self.nodes, self.index, self.records, self.known = [], {}, {}, {}
        self.loss = self.inputs = self.targets = self.mode = None
        self.started = self.broken = False
        self.loss_name = loss if isinstance(loss, str) else LOSSES.get(type(loss).__name__, type(loss).__name__)
        self.handles = [model.register_forward_pre_hook(self._begin), model.register_forward_hook(self._end)]
        if not isinstance(loss, str):
            self.handles.append(loss.register_forward_hook(
                lambda _, given, value: self.see(value, given[1]) if torch.is_grad_enabled() else None))
        self.optimizer_step = optimizer.step
        optimizer.step = functools.wraps(optimizer.step)(functools.partial(self._step))

    def see(self, loss, targets=None):
        """The step's mean loss, before optimizer.step(); where at hand, the targets."""
        self.loss, self.targets = float(loss.detach()), targets if self.targets is None else self.targets

    def see_data(self, inputs, targets=None):
        """Rows of the training data to take their facts from, before the first step; else those of the first batch."""
        self.inputs, self.targets = inputs, targets

    def close(self, ended="finished"):
        if not self.file.closed:
            self._write({"record": "end", "ended": ended})
            self.file.close()
            self.optimizer.step = self.optimizer_step
            for handle in self.handles:
                handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close("interrupted" if kind else "finished")

    def _write(self, line):
        self.file.write(json.dumps(plain(line), allow_nan=False) + "\n")
        self.file.flush()

    def _begin(self, model, arguments):
        full = self.broken or self.number % self.every == 0 or self.number in (1, 2, 5, 10, 20)
        if full and model.training and torch.is_grad_enabled() and not self.records:  # the first part of a batch
            x = tensors_in(arguments)[0]
            self.inputs, self.rows, self.most_rows = x.detach() if self.inputs is None else self.inputs, len(x), 1
            self._add("input", {"kind": "input", "layer": "input", "last": x.dim() < 4}, x, {})
            self.known.update((id(t), (0, t)) for t in tensors_in(arguments))
            self.mode = self.mode or FunctionMode(self._see)
            self.mode.__enter__()

    def _end(self, *_):
        if self.mode is not None:
            self.mode.__exit__(None, None, None)
            self.mode = None

    def _see(self, function, arguments, keywords):
        """Calls a torch function of the forward pass; makes a node of it unless it only moves one node's values."""
        name, given = getattr(function, "__name__", "").rstrip("_"), tensors_in([*arguments, *keywords.values()])
        sources = sorted({self.known[id(t)][0] for t in given if id(t) in self.known})
        own = sorted({self.places[id(t)] for t in given if id(t) in self.places})
        kind = KINDS.get(name, "pooling" if "pool" in name else name if len(sources) > 1 else "")
        record = {"input": statistics(given[0])} if sources and own and kind else {}  # before it may change in place
        output = function(*arguments, **keywords)
        found = tensors_in(output) if sources else []
        if found and kind:
            before = self.nodes[sources[-1]]
            layer = self.parameters[own[0]][1]["name"].rpartition(".")[0] if own else ""
            entry = {"kind": kind, "inputs": sources, "parameters": own, "layer": layer or before["layer"],
                     "last": kind in FEATURES_LAST or before["last"] and kind not in ("conv", "conv_transpose")}
            numbers = [v for v in (*arguments[1:], *keywords.values()) if isinstance(v, float)]
            if kind == "activation":
                entry["attributes"] = f"{name}({numbers[0]})" if numbers and name in ("leaky_relu", "elu") else name
            elif kind == "pooling":
                entry["attributes"] = "max" if "max" in name else "average"
            if name in SLOPES:
                record["saturated"] = float((SLOPES[name](wide(found[0])) < 0.025).double().mean())
            for i in own if not self.started else []:
                describe(self.parameters[i][1], kind, given[0], found[0])
            sources = [self._add(layer or f"{before['name']}.{name}", entry, found[0], record)]
        self.known.update((id(t), (sources[-1], t)) for t in found)  # holds the tensor: no other one gets its id
        return output

    def _add(self, name, entry, tensor, record):
        """Describes a node at the first step; records its output and, when it comes, its gradient."""
        place, rows = self.index.get(name), arranged(tensor, entry["last"])
        if place is None and not self.started:
            place = self.index[name] = len(self.nodes)
            self.nodes.append({"name": name, **entry, "units": rows.shape[1]})
        if place is None or place in self.records:  # weights that are used again and again count once
            return entry["inputs"][-1] if place is None else place
        self.most_rows = max(self.most_rows, rows.shape[0] * rows.shape[2])
        record = self.records[place] = {**record_output(rows), **record}

        def see_gradient(_, gradients, output=tensor.output_nr):
            if gradients[output] is not None:
                record.update(measured("gradient", gradients[output]))
        if tensor.grad_fn is not None:
            tensor.grad_fn.register_hook(see_gradient)
        return place

    def _header(self):
        group, name = self.optimizer.param_groups[0], type(self.optimizer).__name__.lower()
        rates = {id(p): g["lr"] / (group["lr"] or 1) for g in self.optimizer.param_groups for p in g["params"]}
        outputs, self.started = self.nodes[-1]["units"], True
        self._write({"record": "header", "format": "fanin-trace", "version": 1, "origin": "pytorch",
                     "origin_version": torch.__version__, "loss": self.loss_name, "outputs": outputs,
                     "optimizer": name + (f"(momentum={group['momentum']:g})" if group.get("momentum") else ""),
                     "learning_rate": group["lr"], "batch_rows": self.rows, "nodes": self.nodes,
                     "data": data_facts(self.inputs, self.targets, outputs),
                     "parameters": [{**e, "learning_rate_factor": rates.get(id(p), 0.0)} for p, e in self.parameters]})

    @torch.no_grad()
    def _step(self, *arguments, **keywords):
        if not self.started:
            self._header()
        gradients = [(entry["name"], p.grad) for p, entry in self.parameters if p.grad is not None]
        norm = float(torch.stack([g.norm().double().cpu() for _, g in gradients]).norm())
        line = {"record": "step", "step": self.number, "loss": math.nan if self.loss is None else self.loss,
                "learning_rate": self.optimizer.param_groups[0]["lr"], "gradient_norm": norm}
        bad = [] if math.isfinite(norm) else [(n, wide(g)) for n, g in gradients if not wide(g).isfinite().all()]
        if bad and not self.broken:  # every step is recorded in full from here on
            self.broken = {"step": self.number, "name": bad[0][0], "tensor": "gradient",
                           "element": int((~bad[0][1].isfinite()).byte().argmax()),
                           "nan": bool(bad[0][1].isnan().any())}
            self._write({"record": "facts", "non_finite": self.broken})
        before = [wide(parameter).clone() for parameter, _ in self.parameters] if self.records else []
        if self.records:
            rounding = min(1e-3, 2 ** -23 * self.most_rows)
            line["nodes"] = [self.records.get(i, {}) for i in range(len(self.nodes))]
            line["parameters"] = [record_parameter(p, entry, rounding) for p, entry in self.parameters]
        result = self.optimizer_step(*arguments, **keywords)
        for record, old, (parameter, _) in zip(line.get("parameters", []), before, self.parameters):
            record["update_norm"] = float((wide(parameter) - old).norm())
        self._write(line)
        self.number, self.records, self.known, self.loss = self.number + 1, {}, {}, None
        return result
