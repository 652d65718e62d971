"""What it costs to watch one Service of a big cluster: straycat's run beside client-go's informer, on the same streams of a
stand-in API server (big_api.py). Two ways each: all Services and slices of the namespace, and only what the one Service
needs. The informer (tests/bench/informer) is built with Go, its modules from the Go module proxy."""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import yaml

import measure
from big_cluster import BigCluster

HERE = pathlib.Path(__file__).resolve().parent
STRAYCAT = os.environ["STRAYCAT"]
PROBED = "svc-0042"


def build_informer(folder):
    program = folder / "informer"
    subprocess.run(["go", "build", "-o", program, "."], cwd=HERE / "informer", check=True)
    return program


def cost(pid):
    """(CPU seconds, KiB now, KiB at most) of a process."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return ((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(status["VmRSS"].split()[0]), int(status["VmHWM"].split()[0]))


def scenario(folder, service):
    """A run that looks on; the plan's one named Service decides what it watches."""
    steps = [{"name": "look-on", "pause": "10m"}]
    if not service:  # whose a slice is is not in its name: a plan with one looks at all
        steps.append({"apply": "slice.yaml"})
        slice_ = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "one-more"}, "addressType": "IPv4", "endpoints": []}
        (folder / "slice.yaml").write_text(yaml.safe_dump(slice_))
    document = {"apiVersion": "straycat/v1alpha1", "kind": "Scenario", "metadata": {"name": "look-on"},
                "spec": {"traffic": [{"url": f"http://{PROBED}/", "rate": "1/s", "service": PROBED}],  # which never starts
                         "steps": steps, "expect": {"finding": "inconclusive"}}}
    (folder / "scenario.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return folder / "scenario.yaml"


def straycat_cost(api, folder, service, changes):
    folder.mkdir()
    words = [STRAYCAT, "run", scenario(folder, service), "--kubeconfig", api.kubeconfig, "--context", "big", "-n", "shop", "--out", folder / "run",
             "--quiet"]
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    log = folder / "run/log.jsonl"
    try:
        until(lambda: log.exists() and '"look-on","' in log.read_text().replace(" ", "") and "step.started" in log.read_text(), child)
        time.sleep(1)
        api.send(changes)
        time.sleep(1.5)   # for what is still in the sockets
        return cost(child.pid)
    finally:
        child.kill()
        child.wait()


def until(what, child):
    end = time.monotonic() + 120
    while not what():
        if child.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"it ended: {child.communicate()[1]}")
        time.sleep(0.1)


def informer_cost(api, program, service, changes):
    words = [program, "-kubeconfig", api.kubeconfig, "-namespace", "shop", "-service", service]
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while child.stderr.readline() != "synced\n":
        if child.poll() is not None:
            raise AssertionError(child.communicate())
    time.sleep(1)
    api.send(changes)
    told = json.loads(child.communicate(timeout=60)[0])
    return told["cpuSeconds"], told["rssKiB"], told["peakKiB"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=5000)
    parser.add_argument("--endpoints", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--informer", type=pathlib.Path, help="built already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="straycat-bench-") as name:
        folder = pathlib.Path(name)
        program = arguments.informer or build_informer(folder)
        api = BigCluster(folder, arguments.services, arguments.endpoints)
        print(f"{arguments.services} Services, {arguments.endpoints} endpoints: {sum(api.sizes.values()) / 1e6:.1f} MB of JSON, "
              f"then {arguments.changes} changes of slices")
        figures = []
        for what, service in (("one Service", PROBED), ("all Services", "")):
            for who, run in (("straycat run", lambda i: straycat_cost(api, folder / f"{len(figures)}-{i}", service, arguments.changes)),
                             ("client-go informer", lambda i: informer_cost(api, program, service, arguments.changes))):
                costs = [run(i) for i in range(arguments.rounds)]
                figures += [measure.Figure(f"{what}: {who}, CPU", "s", [c[0] for c in costs]),
                            measure.Figure(f"{what}: {who}, memory now", "MiB", [c[1] / 1024 for c in costs]),
                            measure.Figure(f"{what}: {who}, memory at most", "MiB", [c[2] / 1024 for c in costs])]
        api.end()
    return measure.tell(figures)
