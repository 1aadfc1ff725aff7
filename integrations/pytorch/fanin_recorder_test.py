"""Tests of the PyTorch recorder; with --fanin PROGRAM also of the verdicts. Exit status 77, skipped, without torch."""
import argparse
import copy
import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    print("skipped: this Python has no torch (Debian: python3-torch)")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).parent))
import fanin_recorder as fr  # noqa: E402
from fanin_recorder import FaninRecorder  # noqa: E402

FANIN = None
torch.set_num_threads(1)


class Residual(nn.Module):
    """Functions and modules mixed, in place and reused, as scripts do."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8)
        self.second, self.relu = nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(inplace=True)
        self.drop, self.head = nn.Dropout(0.2), nn.Linear(8, 10)

    def forward(self, x):
        x = self.relu(self.norm(self.first(x)))
        y = self.second(x)
        y += x
        y = self.relu(y)
        return self.head(self.drop(F.adaptive_avg_pool2d(y, 1).flatten(1)))


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.cell = nn.Embedding(20, 16), nn.LSTM(16, 12, batch_first=True)
        self.attend, self.norm = nn.MultiheadAttention(12, 2, batch_first=True), nn.LayerNorm(12)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        h, _ = self.cell(self.embed(x))
        h = self.norm(h + self.attend(h, h, h)[0])
        return self.head(torch.tanh(h[:, -1]))


def dense(widths, function=nn.ReLU, start=None):
    layers = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        layers += [nn.Linear(fan_in, fan_out), function()]
        (start or (lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")))(layers[-2].weight)
        nn.init.zeros_(layers[-2].bias)
    return nn.Sequential(*layers[:-1])


def clusters(rows=512, features=20, classes=10, seed=5):
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(classes, features, generator=generator)
    y = torch.randint(0, classes, (rows,), generator=generator)
    return centres[y] + torch.randn(rows, features, generator=generator), y


def train(model, x, y, path=None, steps=12, rate=0.05, **options):
    torch.manual_seed(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=options.pop("momentum", 0.0))
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1000)
    criterion = nn.CrossEntropyLoss()
    recorder = FaninRecorder(model, path, optimizer, criterion, **options) if path else None
    if recorder and len(x) > 64:
        recorder.see_data(x, y)
    losses = []
    for step in range(steps):
        rows = slice(step * 64 % len(x), step * 64 % len(x) + 64)
        optimizer.zero_grad()
        loss = criterion(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
        scheduler.step()
    if recorder:
        recorder.close()
    return losses, [p.detach().clone() for p in model.parameters()]


def read(path):
    def refuse(name):
        raise ValueError(f"{name} is no JSON")
    return [json.loads(line, parse_constant=refuse) for line in Path(path).read_text().splitlines()]


class RecorderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "run.jsonl")

    def test_training_gives_the_same_bits_with_and_without(self):
        y = torch.randint(0, 10, (64,))
        for model, x in [(nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 10)),
                          torch.randn(64, 20)),
                         (Residual(), torch.randn(64, 3, 8, 8)), (Sequence(), torch.randint(0, 20, (64, 7)))]:
            twin = copy.deepcopy(model)
            losses, watched = train(model, x, y, self.path)
            same_losses, alone = train(twin, x, y)
            self.assertEqual(losses, same_losses)
            self.assertTrue(all(torch.equal(a, b) for a, b in zip(watched, alone)), type(model).__name__)
            self.assertEqual([line["loss"] for line in read(self.path)[1:-1]], losses)

    def test_a_closed_recorder_leaves_nothing_behind(self):
        model = Residual()
        hooks = lambda: sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())  # noqa: E731
        train(model, torch.randn(64, 3, 8, 8), torch.randint(0, 10, (64,)), self.path, steps=2)
        self.assertEqual(hooks(), 0)

    def test_statistics_are_what_their_definitions_say(self):
        x = torch.randn(1000, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) ** 2 + 100
        values = x.tolist()
        mean = math.fsum(values) / 1000
        moment = lambda k: math.fsum((v - mean) ** k for v in values) / 1000  # noqa: E731
        s = fr.statistics(x)
        for key, expected in [("mean", mean), ("variance", moment(2)), ("kurtosis", moment(4) / moment(2) ** 2)]:
            self.assertAlmostEqual(s[key], expected, delta=1e-9 * abs(expected))
        s = fr.statistics(torch.tensor([0.0, 1.0, float("inf"), float("nan"), -3.0, float("-inf")]))
        self.assertEqual([s[key] for key in ("count", "nan", "infinite", "zero", "positive")], [6, 1, 2, 1, 1])
        self.assertNotIn("mean", fr.statistics(torch.tensor([float("nan")])))

    def test_histograms_count_every_finite_value(self):
        x = torch.tensor([*torch.linspace(0, 1, 4800, dtype=torch.float64).tolist(), 1000.0, math.inf, math.nan])
        bins = fr.measured("output", x)["output_histogram"]
        mean, reach = float(x[:4801].double().mean()), 4 * float(x[:4801].double().std(unbiased=False))
        self.assertEqual(bins["low"], 0)
        self.assertAlmostEqual(bins["high"], mean + reach, places=9)
        width = bins["high"] / 48
        inner = [sum(k * width <= v < (k + 1) * width for v in x.tolist()) for k in range(47)]
        self.assertEqual(bins["counts"][:47], inner)
        self.assertEqual(sum(bins["counts"]), 4801)  # the outlier is in the last bin
        self.assertEqual(fr.measured("g", torch.full((7,), 0.1))["g_histogram"]["counts"], [7])
        self.assertNotIn("g_histogram", fr.measured("g", torch.tensor([math.nan])))
        train(dense([20, 16, 10]), *clusters(64), self.path, steps=1)
        step = read(self.path)[1]
        self.assertEqual([sum(r["output_histogram"]["counts"]) for r in step["nodes"]], [64 * 20, 64 * 16, 64 * 16, 640])
        self.assertEqual(sum(step["parameters"][0]["value_histogram"]["counts"]), 320)
        self.assertEqual(sum(step["nodes"][1]["gradient_histogram"]["counts"]), 64 * 16)

    def test_what_units_and_rows_have_in_common_is_measured(self):
        output = torch.tensor([[1.0, 1, 0, 3, 0.001], [2, 2, 0, 3, 0.001], [0, 0, 0, 1, 0.0]])
        record = fr.record_output(fr.arranged(output, True))
        rows = output.double() / output.double().norm(dim=1, keepdim=True)
        pairs = [float(rows[i] @ rows[j]) for i in range(3) for j in range(i)]
        self.assertAlmostEqual(record["correlation"], sum(pairs) / 3, places=12)
        self.assertAlmostEqual(record["row_variance"], float(output.double().var(0, unbiased=False).mean()), places=12)
        self.assertEqual(record["dead_units"], 0.2)
        image = torch.zeros(2, 3, 4, 4)
        image[:, 0] = 1
        self.assertAlmostEqual(fr.record_output(fr.arranged(image, False))["dead_units"], 2 / 3)

    def test_slopes_are_those_of_the_functions(self):
        for name, slope in fr.SLOPES.items():
            function = getattr(torch, name, None) or getattr(F, name)
            u = torch.linspace(-7, 7, 1001, dtype=torch.float64, requires_grad=True)
            y = function(u)
            expected = torch.autograd.grad(y.sum(), u)[0]
            expected = expected / expected.max()
            self.assertTrue(torch.allclose(slope(y.detach()), expected, atol=1e-12), name)
        y = fr.wide(torch.tanh(torch.tensor([2.5, 2.6, -9.0, 1.0])))
        self.assertEqual((fr.SLOPES["tanh"](y) < 0.025).tolist(), [False, True, True, False])  # φ' = 0.0266, 0.0219

    def test_equal_gradients_are_seen_up_to_rounding_and_zeros_apart(self):
        g = torch.randn(6, 50, dtype=torch.float64)
        g[3], g[4] = g[0] * (1 + 5e-7), 0
        self.assertAlmostEqual(fr.equal_units(g, 1e-6, zeros=False), 2 / 6)
        self.assertEqual(fr.equal_units(g), 0)
        g[5] = 0
        self.assertEqual(fr.equal_units(g, zeros=False), 0)
        self.assertAlmostEqual(fr.equal_units(g), 2 / 6)
        self.assertEqual(fr.equal_units(fr.wide(torch.full((2, 2), float("nan")))), 0)

    def described(self, model, x):
        """The header's parameters by name, after one step of a model that need not classify."""
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with FaninRecorder(model, self.path, optimizer, "none") as recorder:
            output = model(x)
            loss = (output[0] if isinstance(output, tuple) else output).double().square().mean()
            loss.backward()
            recorder.see(loss)
            optimizer.step()
        return {entry["name"]: entry for entry in read(self.path)[0]["parameters"]}

    def test_fans_follow_the_operation(self):
        sequence, image = torch.randn(2, 5, 5), torch.randn(2, 4, 8, 8)
        cases = [(nn.Linear(5, 7), sequence, "weight", (5, 7, 7)),
                 (nn.Conv2d(4, 6, 3, groups=2), image, "weight", (18, 27, 6)),
                 (nn.ConvTranspose2d(4, 6, (2, 3)), image, "weight", (24, 36, 6)),
                 (nn.LSTM(5, 3), sequence, "weight_ih_l0", (5, 3, 12)),
                 (nn.GRU(5, 3), sequence, "weight_hh_l0", (3, 3, 9)),
                 (nn.Conv1d(4, 6, 5), torch.randn(2, 4, 9), "weight", (20, 30, 6))]
        for module, x, local, expected in cases:
            entry = self.described(nn.ModuleDict({"m": module})["m"], x)[local]
            self.assertEqual((entry["fan_in"], entry["fan_out"], entry["units"]), expected, f"{module}.{local}")
        attention = self.described(Sequence(), torch.randint(0, 20, (4, 7)))
        for local in ("in_proj_weight", "out_proj.weight"):
            entry = attention[f"attend.{local}"]
            units = 36 if local == "in_proj_weight" else 12
            self.assertEqual((entry["fan_in"], entry["fan_out"], entry["units"]), (12, 12, units))
        roles = {name: entry["role"] for name, entry in attention.items()}
        self.assertEqual([roles[name] for name in ("embed.weight", "cell.weight_hh_l0", "norm.weight", "norm.bias",
                                                   "head.bias")],
                         ["embedding", "recurrent", "scale", "shift", "bias"])
        self.assertNotIn("fan_in", attention["embed.weight"])

    def test_functions_become_nodes_whoever_calls_them(self):
        train(Residual(), torch.randn(64, 3, 8, 8), torch.randint(0, 10, (64,)), self.path, steps=1)
        nodes = read(self.path)[0]["nodes"]
        names = [node["name"] for node in nodes]
        self.assertEqual(names, ["input", "first", "norm", "norm.relu", "second", "second.add", "second.add.relu",
                                 "second.add.relu.adaptive_avg_pool2d", "head"])
        self.assertEqual([node["kind"] for node in nodes], ["input", "conv", "batch_norm", "activation", "conv", "add",
                                                            "activation", "pooling", "dense"])
        self.assertEqual(nodes[5]["inputs"], [3, 4])
        self.assertEqual(nodes[8]["inputs"], [7])
        self.assertEqual(nodes[7]["attributes"], "average")
        train(Sequence(), torch.randint(0, 20, (64, 7)), torch.randint(0, 10, (64,)), self.path, steps=1)
        nodes = read(self.path)[0]["nodes"]
        self.assertEqual([(n["name"], n["kind"]) for n in nodes],
                         [("input", "input"), ("embed", "embedding"), ("cell", "lstm"), ("attend", "attention"),
                          ("attend.add", "add"), ("norm", "layer_norm"), ("norm.tanh", "activation"),
                          ("head", "dense")])

    def test_weights_that_a_batch_uses_again_count_once(self):
        class Shared(nn.Module):
            def __init__(self):
                super().__init__()
                self.cell, self.head = nn.Linear(20, 20), nn.Linear(20, 10)

            def forward(self, x):
                for _ in range(5):
                    x = F.leaky_relu(self.cell(x), 0.2)
                return self.head(x)
        x, y = clusters(64)
        train(Shared(), x, y, self.path, steps=3)
        nodes = read(self.path)[0]["nodes"]
        self.assertEqual([(n["name"], n["inputs"]) for n in nodes[1:]],
                         [("cell", [0]), ("cell.leaky_relu", [1]), ("head", [2])])
        self.assertEqual(nodes[2]["attributes"], "leaky_relu(0.2)")

    def test_gradients_of_outputs_are_those_of_autograd(self):
        torch.manual_seed(0)
        model, (x, y) = dense([20, 16, 10]), clusters(64)
        h = [x]
        for layer in model:
            h.append(layer(h[-1]))
            h[-1].retain_grad()
        F.cross_entropy(h[-1], y).backward()
        train(model, x, y, self.path, steps=1)
        step = read(self.path)[1]
        for record, expected in zip(step["nodes"][1:], h[1:]):
            variance = float(expected.grad.double().var(unbiased=False))
            self.assertAlmostEqual(record["gradient"]["variance"], variance, places=12)
            self.assertEqual(record["output"]["positive"], int((expected > 0).sum()))
        self.assertEqual(step["parameters"][0]["equal_rows"], 0)
        norm = math.sqrt(sum(r["gradient"]["count"] * (r["gradient"]["mean"] ** 2 + r["gradient"]["variance"])
                             for r in step["parameters"]))
        self.assertAlmostEqual(step["gradient_norm"], norm, delta=1e-6 * norm)
        self.assertAlmostEqual(step["parameters"][0]["update_norm"],
                               0.05 * math.sqrt(320 * (step["parameters"][0]["gradient"]["variance"] +
                                                       step["parameters"][0]["gradient"]["mean"] ** 2)), places=5)

    def test_full_records_come_when_they_should_and_a_killed_run_is_sound(self):
        model, (x, y) = dense([20, 16, 10]), clusters(64)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        recorder = FaninRecorder(model, self.path, optimizer, "softmax_cross_entropy", every=7)
        for _ in range(16):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            recorder.see(loss, y)
            optimizer.step()
            with torch.no_grad():
                model(x)  # an evaluation is not recorded
        lines = read(self.path)
        self.assertEqual([line["step"] for line in lines[1:]], list(range(16)))
        self.assertEqual([line["step"] for line in lines[1:] if "nodes" in line], [0, 1, 2, 5, 7, 10, 14])
        recorder.close("interrupted")
        self.assertEqual(read(self.path)[-1], {"record": "end", "ended": "interrupted"})

    def test_the_first_gradient_that_is_not_finite_is_named(self):
        model, (x, y) = dense([20, 16, 10]), clusters(64)
        with torch.no_grad():
            model[2].weight[3, 4] = float("nan")
        train(model, x, y, self.path, steps=2)
        facts = [line for line in read(self.path) if line["record"] == "facts"]
        self.assertEqual(facts[0]["non_finite"]["step"], 0)
        self.assertTrue(facts[0]["non_finite"]["nan"])


class VerdictTest(unittest.TestCase):
    """What `fanin check --trace` says of trainings with and without a fault that was put in."""

    def setUp(self):
        if FANIN is None:
            self.skipTest("--fanin PROGRAM was not given")

    def verdict(self, model, rate=0.05, factor=1.0, x=None, y=None):
        torch.manual_seed(7)
        model = model()
        inputs, labels = clusters(2048) if x is None else (x, y)
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "run.jsonl")
            train(model, factor * inputs, labels, path, steps=60, rate=rate)
            command = [FANIN, "check", "--trace", path, "--json"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            result = json.loads(done.stdout)
            self.assertEqual(done.returncode, int(result["verdict"] == "unhealthy"))
            return result["verdict"], {f["problem"] for f in result["findings"] if f["severity"] != "note"}

    def test_sound_trainings_are_healthy(self):
        plain_start = lambda: nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(),  # noqa: E731
                                            nn.Linear(64, 10))
        y = torch.randint(0, 10, (512,), generator=torch.Generator().manual_seed(2))
        images = torch.randn(512, 3, 8, 8, generator=torch.Generator().manual_seed(3)) + 0.1 * y.view(-1, 1, 1, 1)
        for case in [{"model": lambda: dense([20, 64, 64, 10])}, {"model": plain_start},
                     {"model": lambda: dense([20, 64, 64, 10], nn.Tanh, nn.init.xavier_normal_)},
                     {"model": Residual, "x": images, "y": y}]:
            self.assertEqual(self.verdict(**case), ("healthy", set()))

    def test_faults_are_found_by_their_names(self):
        normal = lambda std: lambda w: nn.init.normal_(w, 0, std)  # noqa: E731

        def dead():
            model = dense([20, 64, 64, 10])
            nn.init.constant_(model[0].bias, -20)
            return model
        deep, linear = [20] + [64] * 4 + [10], [nn.Identity, nn.init.xavier_normal_]
        cases = [("symmetric_units", {"model": lambda: dense([20, 64, 64, 10], start=nn.init.zeros_)}),
                 ("symmetric_units", {"model": lambda: dense(deep, start=lambda w: nn.init.constant_(w, 0.1))}),
                 ("poor_init_scale", {"model": lambda: dense(deep, start=normal(0.01))}),
                 ("poor_init_scale", {"model": lambda: dense(deep, start=normal(1))}),
                 ("saturated_activation", {"model": lambda: dense(deep, nn.Tanh, normal(2))}),
                 ("dead_relu", {"model": dead}),
                 ("learning_rate", {"model": lambda: dense([20, 64, 64, 10]), "rate": 50}),
                 ("learning_rate", {"model": lambda: dense([20, 64, 64, 10]), "rate": 1e-8}),
                 ("unscaled_input", {"model": lambda: dense([20, 64, 64, 10]), "factor": 200}),
                 ("missing_nonlinearity", {"model": lambda: dense([20, 64, 64, 10], *linear)})]
        for problem, case in cases:
            verdict, problems = self.verdict(**case)
            self.assertEqual(verdict, "unhealthy", problem)
            self.assertIn(problem, problems)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fanin")
    options, rest = parser.parse_known_args()
    FANIN = options.fanin
    unittest.main(argv=sys.argv[:1] + rest)
