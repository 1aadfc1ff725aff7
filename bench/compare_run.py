"""Runs fanin and the PyTorch script in turn and compares them; see bench/compare.sh."""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCHS, SEEDS, QUICK_EPOCHS, QUICK_SEEDS = 10, 3, 2, 1
# The last epoch's accuracy of one seed scatters by about 0.4 points. A difference of two means over
# three seeds scatters by 0.33, a single pair by 0.6 (more after few epochs).
TOLERANCE, QUICK_TOLERANCE = 0.01, 0.03
PROBE_EPOCHS, PROBE_BATCHES, PROBE_ROUNDS = 4, 50, 2


class Run:
    """One child process, measured: seconds, cpu seconds, peak memory, and when its lines came."""

    def __init__(self, command, environment=None):
        start = time.perf_counter()
        merged = {**os.environ, **(environment or {})}  # None takes a variable away
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                 env={name: value for name, value in merged.items() if value is not None})
        self.lines = []  # (seconds since the start, text)
        reader = threading.Thread(target=lambda: self.lines.extend(
            (time.perf_counter() - start, line.rstrip("\n")) for line in child.stdout))
        reader.start()
        _, status, usage = os.wait4(child.pid, 0)
        self.seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        reader.join()
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024  # Linux counts kilobytes
        if child.returncode != 0:
            print("\n".join(text for _, text in self.lines[-20:]), file=sys.stderr)
            sys.exit(f"compare.sh: '{' '.join(command)}' failed with exit status {child.returncode}")

    def first_line(self, pattern):
        return next((when for when, text in self.lines if re.search(pattern, text)), float("nan"))


def find_program(build, *places):
    for place in places:
        path = os.path.join(build, place)
        if os.access(path, os.X_OK):
            return path
    return None


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        text = file.read()
    name = re.search(r"model name\s*:\s*(.*)", text)
    flags = set(re.search(r"(?:flags|Features)\s*:\s*(.*)", text).group(1).split())
    return (name.group(1).strip() if name else "unknown processor"), flags, "AuthenticAMD" in text


def busy_fraction():
    """How much of the processors other programs use now, over one second."""
    def times():
        with open("/proc/stat", encoding="utf-8") as file:
            values = [int(word) for word in file.readline().split()[1:]]
        return sum(values[:8]), values[3] + values[4]  # all, and of these idle or waiting for a disk

    before = times()
    time.sleep(1)
    total, idle = (after - then for after, then in zip(times(), before))
    return 1 - idle / max(1, total)


def check_blas(about):
    if re.search(r"/blas/libblas\.so", about["blas"]):
        sys.exit(f"compare.sh: PyTorch here computes with the reference BLAS ({about['blas']}), which is many times\n"
                 "slower than OpenBLAS: a comparison would flatter fanin. Install OpenBLAS and run again:\n"
                 "  apt-get install libopenblas0-pthread")


class Torch:
    """The peer's script under one setting of its environment."""

    def __init__(self, folder):
        self.script = [sys.executable, "-B", os.path.join(HERE, "compare_torch.py")]
        self.result = os.path.join(folder, "torch.json")
        self.about = json.loads(Run(self.script + ["--about"]).lines[-1][1])

    def run(self, setting, arguments):
        threads, core_type = setting
        environment = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads),
                       "OPENBLAS_CORETYPE": core_type}
        run = Run(self.script + arguments + ["--threads", str(threads), "--json", self.result], environment)
        with open(self.result, encoding="utf-8") as file:
            return run, json.load(file)

    def candidates(self, flags, is_amd):
        core_types = [None]  # OpenBLAS decides
        if "openblas" in self.about["blas"]:
            core_types += [os.environ.get("OPENBLAS_CORETYPE")]
            core_types += ["SkylakeX"] if "avx512f" in flags else []
            core_types += ["Haswell"] if "avx2" in flags else []
            core_types += ["Zen"] if is_amd and "avx2" in flags else []
        return [(threads, core_type) for core_type in dict.fromkeys(core_types) for threads in (1, 2)]

    def fastest(self, settings):
        """The setting with the quickest steps, each measured in several short stretches apart in time."""
        stretches = {setting: [] for setting in settings}
        for setting in PROBE_ROUNDS * settings:
            _, result = self.run(setting, ["--seeds", "1", "--inits", "glorot_uniform", "--epochs", str(PROBE_EPOCHS),
                                           "--batches", str(PROBE_BATCHES)])
            stretches[setting] += [epoch["step_seconds"] / PROBE_BATCHES for epoch in result["runs"][0]["epochs"]]
        # Two threads have lucky moments and long slow ones: a whole run takes what the median stretch takes.
        typical = {setting: statistics.median(seconds) for setting, seconds in stretches.items()}
        print(f"PyTorch's training step, the median of {PROBE_ROUNDS * PROBE_EPOCHS} times {PROBE_BATCHES} steps:")
        for setting, seconds in typical.items():
            print(f"  {1000 * seconds:6.2f} ms  {describe(setting)}")
        return min(typical, key=typical.get)


def describe(setting):
    threads, core_type = setting
    return f"{threads} thread{'s' if threads > 1 else ''}, OPENBLAS_CORETYPE " + (core_type or "unset")


def run_fanin(program, folder, options):
    result = os.path.join(folder, "fanin.json")
    run = Run([program, "compare", "--seeds", str(options.seeds), "--epochs", str(options.epochs), "--workers", "2",
               "--json", result])
    with open(result, encoding="utf-8") as file:
        return run, json.load(file)


def report_run(name, run, progress_line):
    print(f"  {name:<16} {run.seconds:7.2f} s   {run.cpu_seconds:7.2f} s   {run.peak_mb:5.0f} MB   "
          f"{run.first_line(progress_line):5.2f} s", flush=True)


def compare_accuracies(fanin, torch, tolerance):
    """Prints both means per initialization; true when all agree within `tolerance`."""
    mine = {entry["init"]: entry["test_accuracy_mean"] for entry in fanin["summary"]}
    agree = True
    print(f"\nTest accuracy, mean over the seeds (they agree within {100 * tolerance:.0f} point(s)):")
    for entry in torch["summary"]:
        value = mine.get(entry["init"])
        same = value is not None and abs(value - entry["test_accuracy_mean"]) <= tolerance
        agree = agree and same
        shown = "missing" if value is None else f"{100 * value:.2f} %"
        print(f"  {entry['init']:<18} fanin {shown:>8}   PyTorch {100 * entry['test_accuracy_mean']:.2f} %"
              f"{'' if same else '   DIFFERS'}")
    return agree


def parse_arguments():
    parser = argparse.ArgumentParser(prog="compare.sh", description="times fanin against PyTorch")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true",
                        help=f"{QUICK_SEEDS} seed and {QUICK_EPOCHS} epochs in place of {SEEDS} and {EPOCHS}")
    parser.add_argument("--json", help="also write the figures there")
    options = parser.parse_args()
    options.epochs = QUICK_EPOCHS if options.quick else EPOCHS
    options.seeds = QUICK_SEEDS if options.quick else SEEDS
    return options


def main():
    options = parse_arguments()
    program = find_program(options.build, "bin/fanin", "apps/fanin/fanin")
    if program is None:
        sys.exit(f"compare.sh: there is no program {options.build}/bin/fanin; `make bench` builds it")
    name, flags, is_amd = processor()
    with tempfile.TemporaryDirectory() as folder:
        torch = Torch(folder)
        check_blas(torch.about)
        busy = busy_fraction()
        print(f"{name}, {os.cpu_count()} cores, {'AVX-512' if 'avx512f' in flags else 'no AVX-512'}"
              + (f"; OTHER PROGRAMS USE {100 * busy:.0f} % OF THEM: these times mean little" if busy > 0.1 else "")
              + f"\nPyTorch {torch.about['torch']} with {torch.about['blas']}\n")
        setting = torch.fastest(torch.candidates(flags, is_amd))
        print(f"  fastest: {describe(setting)}\n")

        fraction = options.epochs * options.seeds / (EPOCHS * SEEDS)
        print(f"The default experiment: 4 initializations, {options.seeds} seed(s), {options.epochs} epochs"
              + (f" ({100 * fraction:.0f} % of it; start and loading weigh more than in the whole)" if options.quick
                 else "") + "\n                      wall      processor   memory   first line of a run")
        first, _ = run_fanin(program, folder, options)
        report_run("fanin", first, r"\brun \d")
        peer, peer_result = torch.run(setting, ["--seeds", str(options.seeds), "--epochs", str(options.epochs)])
        report_run("PyTorch", peer, r"\bepoch \d")
        second, fanin_result = run_fanin(program, folder, options)
        report_run("fanin, again", second, r"\brun \d")

        mine = max((first, second), key=lambda run: run.seconds)
        figures = {"ratio": peer.seconds / mine.seconds, "ratio_processor_time": peer.cpu_seconds / mine.cpu_seconds,
                   "fanin_seconds": [first.seconds, second.seconds], "torch_seconds": peer.seconds,
                   "torch_setting": describe(setting), "fanin_peak_mb": max(first.peak_mb, second.peak_mb),
                   "torch_peak_mb": peer.peak_mb, "fanin_first_line_seconds": first.first_line(r"\brun \d")}
        print(f"\nfanin is {figures['ratio']:.1f} times faster: the slower of its two runs against PyTorch's run,\n"
              "which takes one initialization after another. Per processor second: "
              f"{figures['ratio_processor_time']:.1f} times")

        _, loader = torch.run(setting, ["--seeds", "1", "--epochs", "1", "--inits", "glorot_uniform", "--loader",
                                        "dataloader"])
        scale = 4 * options.seeds * options.epochs
        figures["dataloader_seconds_scaled"] = loader["training_seconds"] * scale
        print(f"With a DataLoader one epoch takes PyTorch {loader['training_seconds']:.2f} s: scaled by {scale} "
              f"epochs, not run, {figures['dataloader_seconds_scaled']:.0f} s,\n"
              f"{figures['dataloader_seconds_scaled'] / mine.seconds:.1f} times fanin's")

        agree = compare_accuracies(fanin_result, peer_result, QUICK_TOLERANCE if options.quick else TOLERANCE)
        figures["accuracies_agree"] = agree
        if options.json:
            with open(options.json, "w", encoding="utf-8") as file:
                json.dump(figures, file, indent=2)
    bench = find_program(options.build, "fanin/engine/fanin_engine_bench", "bin/fanin_engine_bench")
    print("\nThe training step beside dnnl_sgemm:", flush=True)
    if bench is None:
        print("  not built; configure with -DFANIN_BENCH=ON and build the target `benches`")
    elif subprocess.run([bench], check=False).returncode != 0:
        sys.exit(f"compare.sh: {bench} failed")
    if not agree:
        sys.exit("compare.sh: the accuracies differ, so the times compare different work")


if __name__ == "__main__":
    main()
