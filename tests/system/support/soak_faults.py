"""Runs behind a wire that lies: the log against the server's own truth, and the verdict never more than what was seen."""
import collections
import random
import shutil
import time

import yaml

from cluster import Cluster
from fault_proxy import FaultProxy
from soak import Failure, check, deployment, job, service, tail
from straycat import read_log, run_scenario
from watch_truth import Truth, complaints, gaps_of


def scenario(stray, seconds, patience=60):
    steps = [{"phase": "deployed", "apply": ["deployment.yaml", "service.yaml"]},
             {"wait": {"for": "Deployment/shop", "condition": "Routable", "timeout": "60s"}},
             {"pause": "1500ms"},
             {"traffic": "start"},
             {"pause": "1500ms"},
             {"phase": "job", "apply": ["job.yaml"]},
             {"wait": {"for": "Job/batch", "condition": "Complete", "timeout": f"{patience}s"}},
             {"phase": "after", "pause": f"{seconds}s"}]
    document = {"apiVersion": "straycat/v1alpha1", "kind": "Scenario", "metadata": {"name": "faulty"},
                "spec": {"for": "Deployment/shop", "steps": steps,
                         "traffic": [{"url": "http://shop/hi", "rate": "50/s", "expect": {"status": 200}}]}}
    return {"scenario.yaml": document, "deployment.yaml": deployment("shop", 2, True), "service.yaml": service("shop"),
            "job.yaml": job("batch", "shop" if stray else "shop-batch", 1, 3)}


def write(files, folder):
    folder.mkdir(parents=True)
    for name, document in files.items():
        (folder / name).write_text(yaml.safe_dump(document, sort_keys=False))
    return folder


def faulty(seed, place, seconds=4, rate=0.3):
    """One run behind the proxy; (how many faults there were, the conclusion)."""
    dice = random.Random(seed)
    stray = dice.random() < 0.7
    source = write(scenario(stray, seconds), place / "scenario")
    with Cluster("loopback") as cluster, FaultProxy(cluster, place, seed, rate) as proxy:
        truth = Truth(cluster)
        kubeconfig, context = proxy.kubeconfig()
        done, report = run_scenario(source, place / "run", "--kubeconfig", kubeconfig, "--context", context, "--agent-image", "straycat/agent")
        faults = sum(proxy.faults.values())
        left = cluster.call("GET", "/api/v1/namespaces?labelSelector=straycat.dev/run")["items"]
    if report is None:
        # It could not even begin: nothing was made, and it says why.
        check(done.returncode == 4 and not left and done.stderr.strip(), f"no report: {left} {tail(done)}")
        print(f"soak: faults with seed {seed} never began: {done.stderr.strip().splitlines()[-1]}", flush=True)
        return faults, "never began"
    log = read_log(place / "run")
    found = complaints(log, truth.changes)
    check(not found, "\n".join(found[:10]))
    check(not left or done.returncode == 4, f"left behind: {[one['metadata']['name'] for one in left]} {tail(done)}")
    return faults, judge(report, stray, done, gaps_of(log))


def until(wanted, dice, folder):
    """Runs until so many faults were injected; the failures."""
    began, faults, failures, counts = time.monotonic(), 0, [], collections.Counter()
    while faults < wanted and len(failures) < 5:
        own = dice.randrange(1 << 31)
        place = folder / f"faults-{own}"
        try:
            made, conclusion = faulty(own, place)
            faults += made
            counts[conclusion] += 1
        except AssertionError as error:
            counts["failed"] += 1
            failures.append(Failure("faults", own, error))
            print(f"soak: faults with seed {own} failed: {error}", flush=True)
        shutil.rmtree(place, ignore_errors=True)
    print(f"soak: {faults} faults: {dict(counts)} in {time.monotonic() - began:.0f} s", flush=True)
    return failures


def judge(report, stray, done, gaps):
    """Right, or honestly inconclusive: never an accusation of somebody else, never "nothing" where there was something."""
    verdict = report["verdict"]
    accused = [f["workload"]["name"] for f in verdict["findings"] if f["cause"] == "stray-endpoint"]
    check(accused in ([], ["batch"] if stray else []), f"accuses {accused}: {tail(done)}")
    if stray and not accused:
        check(verdict["conclusion"] == "inconclusive", f"{verdict['conclusion']} though there was a stray: {tail(done)}")
    if verdict["conclusion"] == "inconclusive":
        check(verdict["reasons"], "inconclusive without a reason")
        check(gaps or done.returncode == 4, f"inconclusive without a gap: {verdict['reasons']}")
    return verdict["conclusion"]

