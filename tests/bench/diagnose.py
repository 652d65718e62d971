"""How long `straycat diagnose` takes on a cluster of many Services and pods: one Service, and each Service of the
namespace. The API server is a stand-in (big_api.py) whose answers are ready; what it needs for them is in the figures."""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

import measure
from big_cluster import BigCluster

STRAYCAT = os.environ["STRAYCAT"]


def once(cluster, *words):
    """(seconds, MiB at most)"""
    command = [STRAYCAT, "diagnose", *words, "--kubeconfig", str(cluster.kubeconfig)]
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise AssertionError(f"exit {child.returncode}: {said}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--pods", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory(prefix="straycat-bench-") as name:
        cluster = BigCluster(pathlib.Path(name), arguments.services, arguments.pods, "pods")
        print(f"{arguments.services} Services, {arguments.pods} pods: {sum(cluster.sizes.values()) / 1e6:.1f} MB of JSON")
        for words in (["svc/svc-0042"], ["--all"]):
            costs = [once(cluster, *words) for _ in range(arguments.rounds)]
            what = " ".join(["diagnose", *words])
            figures += [measure.Figure(what, "s", [c[0] for c in costs], most=5), measure.Figure(f"{what}: memory", "MiB", [c[1] for c in costs])]
        cluster.end()
    return measure.tell(figures)
