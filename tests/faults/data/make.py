#!/usr/bin/env python3
"""Writes the tables of this folder: python3 make.py. NumPy's PCG64 with fixed seeds; the files are kept as well."""
import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def text(values):
    return [f"{value:.4g}" for value in values]


def rare():
    """One row in twenty is positive (1.0), and lies apart in three of eight columns."""
    rng = np.random.default_rng(1)
    inputs = rng.standard_normal((1500, 8))
    positive = (np.arange(1500) % 20 == 0).astype(float)
    inputs[:, :3] += 2.0 * positive[:, None]
    write("rare.csv", [f"x{i}" for i in range(8)] + ["positive"],
          [text(row) + [label] for row, label in zip(inputs, positive)])


def unequal():
    """Three classes of 80, 15 and 5 percent around centres of their own."""
    rng = np.random.default_rng(2)
    labels = rng.choice(3, size=1500, p=[0.8, 0.15, 0.05])
    centres = rng.standard_normal((3, 8)) * 1.2
    inputs = centres[labels] + rng.standard_normal((1500, 8))
    write("unequal.csv", [f"x{i}" for i in range(8)] + ["class"],
          [text(row) + [label] for row, label in zip(inputs, labels)])


def units():
    """Columns in units from a thousandth to ten thousand, some far from zero; three classes."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 3, size=1500)
    centres = rng.standard_normal((3, 8)) * 1.5
    inputs = centres[labels] + rng.standard_normal((1500, 8))
    unit = np.array([1, 1000, 0.01, 50, 10000, 0.001, 5, 300])
    offset = np.array([0, 20000, 1, 0, 0, 0, 400, 1000])
    write("units.csv", [f"x{i}" for i in range(8)] + ["class"],
          [[f"{value:.6g}" for value in row] + [label] for row, label in zip(inputs * unit + offset, labels)])


rare()
unequal()
units()
