"""Records a PyTorch training (1.13 or later) for `fanin check --trace run.jsonl`; docs/trace.md describes the file.

    recorder = FaninRecorder(model, "run.jsonl", optimizer=optimizer, loss=criterion, every=50)
    for x, y in loader:                              # an unchanged training loop
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()                             # writes a line
    recorder.close()                                 # or `with FaninRecorder(...):`

Where the loss is a function and no module, give its name (loss="softmax_cross_entropy") and call recorder.see(loss, y)
before each optimizer.step(). Steps 0, 1, 2, 5, 10, 20 and every `every`-th are recorded in full. Watching changes no
bit of the training: it draws no random numbers and writes to no tensor.
"""
import functools
import json
import math

import torch
from torch import nn

KINDS = [("dense", nn.Linear), ("conv", (nn.Conv1d, nn.Conv2d, nn.Conv3d)), ("lstm", nn.LSTM), ("gru", nn.GRU),
         ("conv_transpose", (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)), ("rnn", nn.RNN),
         ("attention", nn.MultiheadAttention), ("embedding", nn.Embedding), ("layer_norm", nn.LayerNorm),
         ("batch_norm", nn.modules.batchnorm._BatchNorm), ("group_norm", nn.GroupNorm), ("softmax", nn.Softmax),
         ("log_softmax", nn.LogSoftmax), ("flatten", nn.Flatten), ("dropout", nn.modules.dropout._DropoutNd),
         ("glu", nn.GLU)]
ACTIVATIONS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "GELU": "gelu",
               "SiLU": "silu", "ELU": "elu", "SELU": "selu", "Softplus": "softplus", "Softsign": "softsign",
               "Hardtanh": "hardtanh", "Hardsigmoid": "hardsigmoid", "Hardswish": "hardswish", "Mish": "mish"}
FUNCTIONS = {(name + "Backward").lower(): text for name, text in ACTIVATIONS.items()}  # as autograd calls them
LOSSES = {"CrossEntropyLoss": "softmax_cross_entropy", "NLLLoss": "softmax_cross_entropy", "HuberLoss": "huber",
          "BCEWithLogitsLoss": "binary_cross_entropy", "MSELoss": "mean_squared_error", "SmoothL1Loss": "huber"}
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


def wide(tensor):
    return tensor.detach().to(torch.float32 if tensor.device.type == "mps" else torch.float64)


def statistics(tensor):
    x = wide(tensor).flatten()
    result = {"count": x.numel()}
    finite = torch.isfinite(x)
    if not bool(finite.all()):
        result.update(nan=int(torch.isnan(x).sum()), infinite=int(torch.isinf(x).sum()),
                      first_non_finite=int((~finite).to(torch.uint8).argmax()))
        x = x[finite]
    if x.numel():
        d = x - x.mean()
        v = (d * d).mean()
        numbers = torch.stack([x.mean(), v, (d ** 3).mean() / v ** 1.5, (d ** 4).mean() / v ** 2, x.min(), x.max()])
        result.update(zip(("mean", "variance", "skewness", "kurtosis", "min", "max"), numbers.tolist()))
        result.update(zero=int((x == 0).sum()), positive=int((x > 0).sum()))
    return result


def equal_units(units, relative=0.0, absolute=0.0, zeros=False):
    """Fraction of rows of `units` [units, values] that equal another one, up to `relative` of their norm."""
    if not bool(torch.isfinite(units).all()):
        return None
    norm = units.norm(dim=1)
    live = torch.ones_like(norm, dtype=torch.bool) if zeros else norm > 0
    x, norm = units[live], norm[live]
    position = torch.arange(1, units.shape[1] + 1, dtype=x.dtype, device=x.device)
    order = (x @ (1 + 0.5 * torch.sin(12.9898 * position))).argsort()  # equal rows become neighbours
    x, norm = x[order], norm[order]
    equal = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    for shift in range(1, min(4, len(x))):
        allowed = (relative * torch.maximum(norm[shift:], norm[:-shift])).clamp(min=absolute)
        close = (x[shift:] - x[:-shift]).norm(dim=1) <= allowed
        equal[shift:] |= close
        equal[:-shift] |= close
    return int(equal.sum()) / units.shape[0]


def arranged(tensor, channels_last):
    """As [rows, units, positions]: every position of a sequence is a row, those of an image are not."""
    if tensor.dim() < 3 or channels_last:
        return tensor.reshape(-1, tensor.shape[-1] if tensor.dim() > 1 else 1, 1)
    return tensor.reshape(tensor.shape[0], tensor.shape[1], -1)


def record_output(rows):
    x = wide(rows)
    flat = x.flatten(1)
    norm = flat.norm(dim=1, keepdim=True)
    live = int((norm > 0).sum())
    record = {"output": statistics(rows), "row_variance": float(flat.var(0, unbiased=False).mean())}
    if live > 1:
        total = float((flat / norm.masked_fill(norm == 0, 1)).sum(0).square().sum())
        record["correlation"] = (total - live) / (live * (live - 1))
    units = x.transpose(0, 1).flatten(1)
    size = units.abs().mean(1)
    record.update(dead_units=float((size == 0).double().mean()), equal_units=equal_units(units, relative=1e-5),
                  dormant_units=float((size < 0.025 * size.mean()).double().mean()) if size.any() else 1.0)
    return record


def saturated(function, x):
    def slope(at):
        with torch.enable_grad():
            at = at.detach().clone().requires_grad_()
            return torch.autograd.grad(function(at.clone()).sum(), at)[0].abs()
    grid = slope(torch.linspace(-20, 20, 8001, dtype=x.dtype, device=x.device))
    return float((slope(x) < 0.025 * grid.max()).double().mean())


def describe(name, module, local, parameter):
    """Role, fans and units of a parameter, and how to see it as [units, values]."""
    shape, taps = list(parameter.shape), max(1, math.prod(parameter.shape[2:]))
    entry = {"name": f"{name}.{local}" if name else local, "shape": shape, "role": "weight"}
    if "bias" in local:
        entry["role"] = "shift" if "norm" in kind_of(module) else "bias"
    elif isinstance(module, nn.Embedding):
        entry.update(role="embedding", units=shape[1])
    elif len(shape) < 2 or kind_of(module) == type(module).__name__:
        entry["role"] = "scale" if len(shape) < 2 else "weight"
    elif isinstance(module, nn.modules.conv._ConvTransposeNd):
        entry.update(fan_in=shape[0] // module.groups * taps, fan_out=shape[1] * taps, units=shape[1])
    else:
        packed = {"lstm": 4, "gru": 3}.get(kind_of(module), 3 if local == "in_proj_weight" else 1)
        groups = getattr(module, "groups", 1)
        entry.update(fan_in=shape[1] * taps, fan_out=shape[0] // packed // groups * taps, units=shape[0])
        entry["role"] = "recurrent" if "_hh_" in local else "weight"
    return entry


def as_units(entry, tensor, module):
    turned = isinstance(module, (nn.Embedding, nn.modules.conv._ConvTransposeNd))
    return wide(tensor.transpose(0, 1) if turned else tensor).reshape(entry["units"], -1)


def attributes(module):
    """What fanin calls an activation or a pooling."""
    name = type(module).__name__
    if isinstance(module, (nn.LeakyReLU, nn.ELU)):
        return f"leaky_relu({module.negative_slope})" if name == "LeakyReLU" else f"elu({module.alpha})"
    return ACTIVATIONS.get(name, "max" if "MaxPool" in name else "average" if "AvgPool" in name else "")


def kind_of(module):
    for kind, types in KINDS:
        if isinstance(module, types):
            return kind
    name = type(module).__name__
    if name in ACTIVATIONS:
        return "activation"
    return "pooling" if "Pool" in name else "rms_norm" if name == "RMSNorm" else name


def ranks(units):
    values = torch.linalg.svdvals(units)
    share = values / values.sum()
    return {"stable_rank": float((values ** 2).sum() / values[0] ** 2), "largest_singular_value": float(values[0]),
            "effective_rank": float(torch.exp(-torch.special.xlogy(share, share).sum()))}


def data_facts(x, y, outputs):
    facts = {"rows": len(x), "tokens": not torch.is_floating_point(x)}
    if not facts["tokens"]:
        x = wide(x).flatten(1)
        deviations, means = x.std(0, unbiased=False), x.mean(0).abs()
        vary = deviations > 0
        facts.update(mean=float(x.mean()), std_dev=float(x.std(unbiased=False)), largest_magnitude=float(x.abs().max()),
                     constant_features=int((~vary).sum()))
        if vary.any():
            facts.update(smallest_feature_std_dev=float(deviations[vary].min()),
                         largest_feature_std_dev=float(deviations.max()),
                         largest_feature_mean=float((means[vary] / deviations[vary]).max()))
    if torch.is_tensor(y) and not torch.is_floating_point(y):
        labels = y[y >= 0].flatten()
        facts["class_shares"] = (torch.bincount(labels, minlength=outputs).double() / max(1, len(labels))).tolist()
    elif torch.is_tensor(y):
        y = wide(y).reshape(len(y), -1)
        facts.update(target_means=y.mean(0).tolist(), target_std_devs=y.std(0, unbiased=False).tolist())
    return facts


class FaninRecorder:
    def __init__(self, model, path, optimizer, loss="", every=50, clipping="", init=""):
        self.model, self.optimizer, self.every, self.number = model, optimizer, every, 0
        self.nodes, self.parameters, self.records, self.known, self.handles = [], {}, {}, {}, []
        self.inputs = self.targets = self.scores = self.loss = self.accuracy = None
        self.seeing = self.started = self.broken = False
        criterion = loss if isinstance(loss, nn.Module) else None
        self.sums = getattr(criterion, "reduction", "mean") == "sum"
        self.about = {"loss": LOSSES.get(type(loss).__name__, type(loss).__name__) if criterion else loss,
                      "clipping": clipping, "init": init}
        self.handles.append(model.register_forward_pre_hook(self._begin))
        for name, module in model.named_modules():
            attention = isinstance(module, nn.MultiheadAttention)
            if attention or next(module.children(), None) is None and not name.endswith("out_proj"):
                for local, parameter in module.named_parameters():
                    self._add_parameter(name, module, local, parameter)
                self.handles.append(module.register_forward_pre_hook(functools.partial(self._before_module, name)))
                self.handles.append(module.register_forward_hook(functools.partial(self._see_module, name)))
        for name, parameter in model.named_parameters():  # those that a container holds itself
            self._add_parameter("", nn.Module(), name, parameter)
        if criterion is not None:
            self.handles.append(criterion.register_forward_hook(
                lambda _, arguments, value: torch.is_grad_enabled() and self.see(value, arguments[1], arguments[0])))
        self.file = open(path, "w", encoding="utf-8")
        self.optimizer_step = optimizer.step
        optimizer.step = functools.wraps(optimizer.step)(functools.partial(self._step))

    def see(self, loss, targets=None, scores=None):
        """The loss of the step, before optimizer.step(); where at hand, the targets and the network's output."""
        self.loss = float(loss.detach()) / (len(targets) if self.sums else 1)
        if torch.is_tensor(scores) and scores.dim() == 2:
            self.scores = scores.detach()
            if torch.is_tensor(targets) and targets.dim() == 1 and not torch.is_floating_point(targets):
                self.accuracy = float((self.scores.argmax(1) == targets).double().mean())
        if not self.started and self.targets is None and torch.is_tensor(targets):
            self.targets = targets.detach()

    def see_data(self, inputs, targets=None):
        """Rows of the training data to take their facts from, before the first step; else those of the first batch."""
        self.inputs, self.targets = inputs, targets

    def close(self, ended="finished"):
        if self.file.closed:
            return
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

    def _add_parameter(self, name, module, local, parameter):
        if id(parameter) not in self.parameters:
            self.parameters[id(parameter)] = (describe(name, module, local, parameter), parameter, module)

    def _begin(self, model, arguments):
        full = self.broken or self.number % self.every == 0 or self.number in EARLY
        self.seeing = full and model.training and torch.is_grad_enabled() and not self.records  # a step's first batch
        x = next((a for a in arguments if torch.is_tensor(a)), None)
        if self.seeing and x is not None:
            self.calls, self.pending, self.rows, self.most_rows = {}, {}, len(x), 1
            if self.inputs is None:
                self.inputs = x.detach()
            self._see("input", {"kind": "input"}, x, x.dim() < 4)

    def _see(self, name, entry, tensor, channels_last, recorded=True):
        """Describes a node at the first step; records its output and, when it comes, its gradient."""
        place = next((i for i, node in enumerate(self.nodes) if node["name"] == name), None)
        if place is None and self.started:
            return None
        if place is None:
            place = len(self.nodes)
            units = arranged(tensor, channels_last).shape[1]
            self.nodes.append({"name": name, "layer": name, "units": units, **entry, "channels_last": channels_last})
        rows = arranged(tensor, channels_last)
        self.most_rows = max(self.most_rows, rows.shape[0] * rows.shape[2])
        self.records[place] = record = record_output(rows) if recorded else {}
        key = tensor.grad_fn or id(tensor)
        self.known[key] = (place, tensor, tensor._version)  # holds the tensor, so that no other one gets its id
        if recorded and tensor.grad_fn is not None:
            def see_gradient(_, gradients, output=tensor.output_nr):
                if gradients[output] is not None and "gradient" not in record:
                    record["gradient"] = statistics(gradients[output])
                    zero = arranged(gradients[output], channels_last) == 0
                    record["zero_gradient_units"] = float(zero.all(2).all(0).double().mean())
            self.handles.append(tensor.grad_fn.register_hook(see_gradient))
        return place

    def _sources(self, tensor):
        """The nodes that a tensor comes from, and what functions autograd saw in between."""
        if (tensor.grad_fn or id(tensor)) in self.known or tensor.grad_fn is None:
            return [self.known.get(tensor.grad_fn or id(tensor), (0,))[0]], []
        found, between, waiting, seen = [], [], [tensor.grad_fn], set()
        while waiting:
            function = waiting.pop(0)
            if function in self.known:
                found.append(self.known[function][0])
            elif function not in seen:
                seen.add(function)
                between.append(function.name().rstrip("0123456789").lower())
                waiting.extend(inner for inner, _ in function.next_functions if inner is not None)
        return sorted(set(found)), between

    def _before_module(self, name, module, arguments):
        """What must be seen before a module that works in place."""
        call = self.calls[name] = self.calls.get(name, -1) + 1 if self.seeing else 0
        if not self.seeing or call and next(module.parameters(), None) is not None:
            return  # weights that are used again and again count once
        x = next((a for a in arguments if torch.is_tensor(a)), None)
        record = {}
        if x is not None and torch.is_floating_point(x):
            if kind_of(module) == "activation":
                record["saturated"] = saturated(module.forward, x)
            elif next(module.parameters(), None) is not None:
                record["input"] = statistics(x)
        self.pending[name] = ([] if x is None else self._inputs(x), x is None or x.dim() < 4, record)

    def _see_module(self, name, module, arguments, output):
        if not self.seeing or name not in self.pending:
            return
        inputs, flat, record = self.pending.pop(name)
        kind, call = kind_of(module), self.calls[name]
        before = self.nodes[inputs[0]]["channels_last"] if inputs else flat
        channels_last = kind not in ("conv", "conv_transpose", "batch_norm") and (
            before or kind in ("dense", "embedding", "flatten", "lstm", "gru", "rnn", "attention", "layer_norm"))
        own = [list(self.parameters).index(id(parameter)) for parameter in module.parameters()]
        entry = {"kind": kind, "inputs": inputs, "parameters": own, "attributes": attributes(module)}
        tensors = [output] if torch.is_tensor(output) else [o for o in output if torch.is_tensor(o)]
        place = self._see(f"{name}#{call + 1}" if call else name, entry, tensors[0], channels_last)
        if place is not None:
            self.records[place].update(record)

    def _inputs(self, x):
        """Positions of the nodes that feed `x`, after nodes for the sum and the function that are no modules."""
        inputs, between = self._sources(x)
        names = [FUNCTIONS[name] for name in between if name in FUNCTIONS]
        if len(inputs) > 1 and "addbackward" in between:
            last = self.nodes[inputs[-1]]
            extra = {"kind": "add", "inputs": inputs, "layer": last["layer"]}
            inputs = [self._see(last["name"] + ".add", extra, x, last["channels_last"], recorded=not names)]
        if len(inputs) == 1 and inputs[0] and len(names) == 1:
            place, before = inputs[0], self.nodes[inputs[0]]
            extra = {"kind": "activation", "attributes": names[0], "inputs": inputs, "layer": before["layer"]}
            source = next((t for p, t, version in self.known.values() if p == place and t._version == version), None)
            channels_last = before["channels_last"] or x.dim() < 3
            inputs = [self._see(f"{before['name']}.{names[0]}", extra, x, channels_last)]
            if before["kind"] != "add" and source is not None and inputs[0] is not None:
                function = getattr(torch, names[0], None) or getattr(nn.functional, names[0])
                self.records[inputs[0]]["saturated"] = saturated(function, source)
        return [i for i in inputs if i is not None]

    def _header(self):
        group, kind = self.optimizer.param_groups[0], type(self.optimizer).__name__.lower()
        arguments = [f"{key}={group[key]:g}" for key in ("momentum", "weight_decay") if group.get(key)]
        rates = {id(p): g["lr"] for g in self.optimizer.param_groups for p in g["params"]}
        for key, (entry, _, _) in self.parameters.items():
            entry["learning_rate_factor"] = rates.get(key, 0.0) / group["lr"] if group["lr"] else 1.0
        outputs = self.scores.shape[1] if self.scores is not None else self.nodes[-1]["units"] if self.nodes else 0
        header = {"record": "header", "format": "fanin-trace", "version": 1, "origin": "pytorch",
                  "origin_version": torch.__version__, **self.about, "outputs": outputs,
                  "optimizer": kind + (f"({', '.join(arguments)})" if arguments else ""), "learning_rate": group["lr"]}
        if self.inputs is not None:
            header["batch_rows"] = self.rows
            header["data"] = data_facts(self.inputs, self.targets, outputs)
        if self.sums:
            header["loss_factor"] = float(self.rows)
        if self.scores is not None:
            header["output_means"] = wide(self.scores).mean(0).tolist()
        header["nodes"] = [{k: v for k, v in node.items() if k != "channels_last"} for node in self.nodes]
        header["parameters"] = [entry for entry, _, _ in self.parameters.values()]
        self._write(header)
        self.started, self.inputs, self.targets = True, None, None

    def _parameter_records(self):
        records, largest, rounding = [], 0.0, min(1e-3, 2 ** -23 * self.most_rows)
        for entry, parameter, _ in self.parameters.values():
            record = {"value": statistics(parameter)}
            if parameter.grad is not None:
                record["gradient"] = statistics(parameter.grad.to_dense())
                if entry.get("units") and "fan_in" in entry:
                    largest = max(largest, float(wide(parameter.grad).norm()) / math.sqrt(entry["units"]))
            records.append(record)
        for record, (entry, parameter, module) in zip(records, self.parameters.values()):
            if "units" not in entry:
                continue
            units = as_units(entry, parameter, module)
            record["equal_rows"] = equal_units(units, zeros=True)
            if min(units.shape) <= 512 and bool(torch.isfinite(units).all()) and units.any():
                record.update(ranks(units))
            if parameter.grad is not None:
                absolute = rounding * largest if record["equal_rows"] else 0.0
                gradient = as_units(entry, parameter.grad.to_dense(), module)
                record["equal_gradients"] = equal_units(gradient, relative=rounding, absolute=absolute)
        return records

    @torch.no_grad()
    def _line(self):
        own = self.parameters.values()
        gradients = [(entry["name"], p.grad.to_dense()) for entry, p, _ in own if p.grad is not None]
        norm = float(torch.stack([wide(g).norm() for _, g in gradients]).norm()) if gradients else None
        line = {"record": "step", "step": self.number, "loss": float("nan") if self.loss is None else self.loss,
                "accuracy": self.accuracy, "learning_rate": self.optimizer.param_groups[0]["lr"], "gradient_norm": norm}
        if self.records:
            line["nodes"] = [self.records.get(i, {}) for i in range(len(self.nodes))]
            line["parameters"] = self._parameter_records()
        if norm is not None and not math.isfinite(norm) and not self.broken:
            self.broken = True  # every step is recorded in full from here on
            name, gradient = next((n, g) for n, g in gradients if not bool(torch.isfinite(g).all()))
            s = statistics(gradient)
            self._write({"record": "facts", "non_finite": {
                "step": self.number, "name": name, "tensor": "gradient", "element": s["first_non_finite"],
                "nan": bool(torch.isnan(gradient.flatten()[s["first_non_finite"]]))}})
        return line

    def _step(self, *arguments, **keywords):
        if not self.started:
            self._header()
        line = self._line()
        before = [p.detach().clone() for _, p, _ in self.parameters.values()] if self.records else []
        result = self.optimizer_step(*arguments, **keywords)
        for record, old, (_, parameter, _) in zip(line.get("parameters", []), before, self.parameters.values()):
            record["update_norm"] = float((wide(parameter) - wide(old)).norm())
        self._write(line)
        self.number += 1
        self.records, self.known, self.seeing = {}, {}, False
        self.loss = self.accuracy = None
        return result
