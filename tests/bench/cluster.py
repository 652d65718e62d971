"""The embedded cluster: from its start to the first request that a Service answers, and from an endpoint's change to the
kernel's rule. On the kernel data plane; as root, for the client must enter the cluster's network."""
import argparse
import ctypes
import http.client
import json
import multiprocessing
import os
import pathlib
import socket
import struct
import sys
import time

import measure
from cluster import Cluster

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NETLINK_NETFILTER, NFNLGRP_NFTABLES = 12, 7
LABELS = {"app": "sayhi"}
ADDRESS = "10.96.0.77"


def deployment():
    container = {"name": "sayhi", "image": "beranm14/sayhi", "ports": [{"containerPort": 3000}]}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sayhi"},
            "spec": {"replicas": 1, "selector": {"matchLabels": LABELS},
                     "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [container]}}}}


def service(selector):
    spec = {"clusterIP": ADDRESS, "ports": [{"port": 80, "targetPort": 3000}]}
    if selector:
        spec["selector"] = selector
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "sayhi"}, "spec": spec}


def endpoint_slice(addresses):
    endpoints = [{"addresses": [address], "conditions": {"ready": True}} for address in addresses]
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "sayhi-own", "labels": {"kubernetes.io/service-name": "sayhi"}}, "addressType": "IPv4",
            "ports": [{"name": "", "port": 3000, "protocol": "TCP"}], "endpoints": endpoints}


def network_of(cluster):
    """The pid of a process in the node's network namespace: the first descendant that does not share ours."""
    own = os.readlink("/proc/self/ns/net")
    waiting = [cluster.process.pid]
    while waiting:
        pid = waiting.pop(0)
        if os.readlink(f"/proc/{pid}/ns/net") != own:
            return pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        waiting += [int(child) for child in children]
    raise SystemExit("the cluster has no network of its own: this bench needs the kernel data plane (straycat doctor)")


def enter(pid):
    """This process into the network of that one; into its user namespace first, where it is another."""
    libc = ctypes.CDLL(None, use_errno=True)
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    if os.readlink("/proc/self/ns/user") != os.readlink(f"/proc/{pid}/ns/user"):
        libc.setns(os.open(f"/proc/{pid}/ns/user", os.O_RDONLY), CLONE_NEWUSER)
    if libc.setns(network, CLONE_NEWNET) != 0:
        raise SystemExit(f"cannot enter the cluster's network: {os.strerror(ctypes.get_errno())} (run as root)")


def in_network(pid, work, *arguments):
    """Runs work(line, *arguments) in a process of its own inside that network; our end of the line to it."""
    ours, theirs = multiprocessing.Pipe()

    def body():
        enter(pid)
        theirs.send("inside")
        work(theirs, *arguments)

    process = multiprocessing.get_context("fork").Process(target=body, daemon=True)
    process.start()
    assert ours.recv() == "inside"
    return ours


def first_answer(line):
    """From the word on: asks the Service until it answers, then says when that was."""
    line.recv()
    while True:
        # A SYN to an address that is no Service's yet is dropped, and the kernel would send it again after a second only;
        # an answer takes a millisecond. A long wait here would be measured as the cluster's.
        connection = http.client.HTTPConnection(ADDRESS, 80, timeout=0.01)
        try:
            connection.request("GET", "/hi")
            if connection.getresponse().status == 200:
                return line.send(time.monotonic())
        except OSError:
            time.sleep(0.0005)   # refused or not yet known: again at once, without burning the cluster's processor
        finally:
            connection.close()


def time_to_first_answer(min_sync_period):
    with Cluster("kernel", "--min-sync-period", min_sync_period) as cluster:
        served = time.monotonic()
        line = in_network(network_of(cluster), first_answer)
        prepared = time.monotonic()   # the client's own process is no part of it
        cluster.call("POST", "/api/v1/namespaces/default/services", service(LABELS))
        line.send("go")
        cluster.call("POST", "/apis/apps/v1/namespaces/default/deployments", deployment())
        if not line.poll(20):
            raise SystemExit("no answer in 20 s")
        answered = line.recv()
    return (served - cluster.started) * 1e3, (answered - prepared + served - cluster.started) * 1e3


def rule_writes(line):
    """Says when each new generation of rules was announced: one for each transaction (libnftables' `monitor` listens here)."""
    listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    listener.bind((0, 1 << (NFNLGRP_NFTABLES - 1)))
    line.send("listening")
    new_generation = (10 << 8) | 15   # NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWGEN
    while True:
        data, seen = listener.recv(1 << 20), time.monotonic()
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            if kind == new_generation:
                line.send(seen)
            data = data[(length + 3) & ~3:]


def times_to_rule(count):
    """From the moment at which the API server has the change (half of the exchange is counted in) to the kernel's new rules."""
    path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    out = []
    with Cluster("kernel") as cluster:
        line = in_network(network_of(cluster), rule_writes)
        assert line.recv() == "listening"
        cluster.call("POST", "/api/v1/namespaces/default/services", service(None))
        cluster.call("POST", path, endpoint_slice(["10.244.9.1"]))
        api = http.client.HTTPSConnection(cluster.url.removeprefix("https://"), context=cluster.tls)
        headers = {"Authorization": "Bearer " + cluster.token, "Content-Type": "application/merge-patch+json"}
        for i in range(count):
            time.sleep(1.2)   # quiet: beyond minSyncPeriod
            while line.poll(0):
                line.recv()
            change = json.dumps({"endpoints": endpoint_slice([f"10.244.9.{2 + i % 100}"])["endpoints"]})
            sent = time.monotonic()
            api.request("PATCH", path + "/sayhi-own", change, headers)
            answer = api.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            if not line.poll(5):
                raise SystemExit("no rule was written within 5 s of a change")
            out.append((line.recv() - sent) * 1e3)
    return out


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench cluster", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=20)
    count = parser.parse_args().repetitions
    # The Service's own rule is written when it is made; its first endpoint then waits for minSyncPeriod, as kube-proxy's
    # would. The bound is on what is ours, so it is measured without that wait; the other is told beside it.
    starts = [time_to_first_answer("0s") for _ in range(count)]
    usual = [time_to_first_answer("1s")[1] for _ in range(max(1, count // 4))]
    rules = times_to_rule(count)
    return measure.tell([
        measure.Figure("start to the API server's kubeconfig", "ms", [served for served, _ in starts]),
        measure.Figure("start to the Service's first answer", "ms", [answered for _, answered in starts], most=100),
        measure.Figure("the same with kube-proxy's minSyncPeriod of 1 s", "ms", usual),
        measure.Figure("request that changes an endpoint to the kernel's rule", "ms", rules, most=5),
    ])


if __name__ == "__main__":
    sys.exit(main())
