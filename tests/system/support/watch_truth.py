"""What really happened in a cluster, by a watch of the test's own, and a run's log held against it."""
import collections
import json
import threading
import time

PATHS = {"pod": "/api/v1/pods", "service": "/api/v1/services", "slice": "/apis/discovery.k8s.io/v1/endpointslices",
         "workload": "/apis/apps/v1/deployments"}
RESOURCES = {"pod": "pods", "service": "services", "slice": "endpointslices", "workload": "deployments"}
Change = collections.namedtuple("Change", "t kind ns name uid version deleted")


class Truth:
    """Watches from now on. `changes` in the order of each kind; t = CLOCK_MONOTONIC, as in a log."""

    def __init__(self, cluster):
        self.cluster, self.changes = cluster, []
        for kind, path in PATHS.items():
            version = cluster.call("GET", path)["metadata"]["resourceVersion"]
            threading.Thread(target=self.watch, args=(kind, path, version), daemon=True).start()

    def watch(self, kind, path, version):
        while True:
            try:
                with self.cluster.open("GET", f"{path}?watch=true&resourceVersion={version}&timeoutSeconds=3000", timeout=3600) as lines:
                    for line in lines:
                        told = json.loads(line)
                        meta = told["object"]["metadata"]
                        version = meta["resourceVersion"]
                        if told["type"] != "BOOKMARK":
                            self.changes.append(Change(time.monotonic_ns(), kind, meta.get("namespace"), meta["name"], meta["uid"],
                                                       version, told["type"] == "DELETED"))
            except (OSError, ValueError, KeyError):
                return   # the cluster has ended


def gaps_of(log, clock="runner"):
    found = collections.defaultdict(list)
    for one in log:
        if one["kind"] == "watch.gap" and one["clock"] == clock:
            body = one["body"]
            found[body["resource"]].append((body["fromNs"], body["toNs"], body["reason"]))
    return found


def complaints(log, truth, slack=500_000_000, latest=3_000_000_000):
    """Where the runner's log and the truth differ and no gap says so. `slack`: how much later than the runner the truth's own
    watch may have seen a change."""
    ns = log[0]["body"]["namespace"]
    gaps, found = gaps_of(log), []
    known = {(c.kind, c.uid, c.version) for c in truth if not c.deleted}
    gone = {(c.kind, c.uid) for c in truth if c.deleted}
    lines = [one for one in log if one["clock"] == "runner" and one["kind"] in PATHS]
    seen = {}
    for one in lines:
        thing, kind = one["body"]["object"], one["kind"]
        meta = thing["meta"]
        if kind == "workload" and meta["kind"] != "Deployment":
            continue
        if one["body"]["op"] == "delete":
            if (kind, meta["uid"]) not in gone:
                found.append(f"invented: {kind} {meta['name']} was never deleted")
        elif (kind, meta["uid"], meta["resourceVersion"]) not in known:
            found.append(f"invented: {kind} {meta['name']} never had the version {meta['resourceVersion']}")
        else:
            if (kind, meta["uid"], meta["resourceVersion"]) in seen and kind == "slice" and not gaps[RESOURCES[kind]]:
                found.append(f"twice: {kind} {meta['name']} {meta['resourceVersion']}")
            seen.setdefault((kind, meta["uid"], meta["resourceVersion"]), one["t"])
    started = {one["body"]["resource"]: one["t"] for one in reversed(log) if one["kind"] == "watch.started" and one["clock"] == "runner"}
    ended = {one["body"]["resource"]: one["t"] for one in log if one["kind"] == "watch.ended" and one["clock"] == "runner"}
    for change in truth:
        resource = RESOURCES[change.kind]
        if change.ns != ns or change.kind != "slice" or change.deleted:
            continue   # of other kinds the log leaves out what it has no word for
        if not started[resource] < change.t < ended[resource] - slack:
            continue
        covering = [g for g in gaps[resource] if g[0] - slack <= change.t <= g[1] + slack]
        told = seen.get((change.kind, change.uid, change.version))
        if told is None and not any(g[2].startswith("lost") for g in covering):
            found.append(f"lost without a gap: {change.kind} {change.name} {change.version}")
        elif told is not None and told - change.t > latest and not covering:
            found.append(f"late by {(told - change.t) / 1e9:.1f} s without a gap: {change.kind} {change.name} {change.version}")
    return found
