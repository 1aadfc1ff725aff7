"""Writes golden files: named arrays that golden_file.hpp reads."""
import os


def path_of(name):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)


def number(value, digits=17):
    """Shortest text of `value` that reads back to the same double (or float32, with digits=9)."""
    if abs(value) < 1e6 and value == int(value) and str(value) != "-0.0":
        return str(int(value))
    for precision in range(1, digits + 1):
        text = f"{value:.{precision}g}"
        if float(text) == value:
            return text
    return f"{value:.{digits}g}"


class GoldenWriter:
    def __init__(self):
        self.lines = []

    def comment(self, text):
        self.lines += [("# " + line).rstrip() for line in text.strip("\n").split("\n")]

    def array(self, name, values, digits=17):
        values = [float(v) for v in values]
        self.lines.append(f"{name} {len(values)}")
        for i in range(0, len(values), 8):
            self.lines.append(" ".join(number(v, digits) for v in values[i:i + 8]))

    def write(self, name):
        with open(path_of(name), "w", encoding="ascii") as file:
            file.write("\n".join(self.lines) + "\n")
