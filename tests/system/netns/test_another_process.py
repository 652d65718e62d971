#!/usr/bin/python3
"""The article against `straycat cluster` in another process, through a proxy that records what is asked: whatever the
runner knows, it has from there."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from fault_proxy import FaultProxy
from straycat import SCENARIOS, STRAYCAT, kernel_data_plane, skip


def remote_ports(pid):
    """The remote ports of the process's TCP connections."""
    inodes = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
        try:
            inodes.update(re.findall(r"socket:\[(\d+)\]", os.readlink(entry)))
        except OSError:
            pass
    rows = [line.split() for line in pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[2].split(":")[1], 16) for row in rows if row[9] in inodes}


class AnotherProcess(unittest.TestCase):
    def test_the_article_through_the_api_alone(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-proxy-") as name, Cluster("kernel") as cluster, \
                FaultProxy(cluster, pathlib.Path(name)) as proxy:
            folder = pathlib.Path(name)
            kubeconfig, context = proxy.kubeconfig()
            words = [STRAYCAT, "run", str(SCENARIOS / "service-selector"), "--quiet", "--full", "--out", str(folder / "run"), "--kubeconfig", str(kubeconfig),
                     "--context", context, "--agent-image", "straycat/agent"]
            with open(folder / "said", "w+", encoding="utf-8") as said:
                runner = subprocess.Popen(words, stdout=said, stderr=said, text=True)
                ports = set()
                while runner.poll() is None:
                    ports |= remote_ports(runner.pid)
                    time.sleep(0.05)
                said.seek(0)
                self.assertEqual(runner.returncode, 0, said.read())
            report = json.loads((folder / "run/report.json").read_text())
            finding = report["verdict"]["findings"][0]
            self.assertEqual((finding["cause"], finding["workload"]["kind"], finding["workload"]["name"]), ("stray-endpoint", "Job", "sayhi"))
            self.assertEqual(ports, {proxy.port}, "the runner speaks to the proxy and to nobody else")
            asked = "\n".join(f"{method} {path}" for method, path in proxy.requests)
            for wanted in (r"POST /api/v1/namespaces\?", r"PATCH /apis/batch/v1/namespaces/\S+/jobs/sayhi\?", r"GET /api/v1/\S*pods\?\S*watch=",
                           r"GET /apis/discovery.k8s.io/v1/\S*endpointslices\?\S*watch=", r"GET \S*/pods/\S+/log\?\S*follow=true",
                           r"DELETE /api/v1/namespaces/"):
                self.assertRegex(asked, wanted)


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("the kernel data plane is not allowed here")
    unittest.main(warnings="ignore")  # sockets end with the threads that relay
