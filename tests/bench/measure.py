"""What the benches share: a figure with its repetitions and its bound, the table, the machine."""
import os
import pathlib
import platform
import statistics


class Figure:
    """One measured thing. `most`: the bound on its median, or None when it is only told."""

    def __init__(self, name, unit, values, most=None):
        self.name, self.unit, self.values, self.most = name, unit, sorted(values), most

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def broken(self):
        return self.most is not None and self.median > self.most

    def row(self):
        bound = "" if self.most is None else f"at most {self.most:g}: {'BROKEN' if self.broken else 'kept'}"
        return (self.name, str(len(self.values)), f"{self.median:.3g} {self.unit}",
                f"{self.values[0]:.3g} .. {self.values[-1]:.3g}", bound)


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{cpu}, {os.cpu_count()} processors, Linux {platform.release()}, load {load}"


def tell(figures):
    """Prints the table; the exit code."""
    rows = [("what", "n", "median", "least .. most", "bound")] + [figure.row() for figure in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"machine: {machine()}")
    return 1 if any(figure.broken for figure in figures) else 0
