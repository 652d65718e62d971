"""Secrets in every place where a kubeconfig and a cluster have some, and none of them in anything that straycat writes."""
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from fault_proxy import FaultProxy
from soak_faults import scenario, write
from straycat import STRAYCAT, straycat

OUTPUTS = (("--json", "json"), ("--junit", "xml"), ("--markdown", "md"), ("--html", "html"))


def canary(place):
    return f"canary-{place}-Zq7xW"


class Canaries(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-canaries-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.seen = []       # (where, text) of all that was written
        self.secrets = {place: canary(place) for place in
                        ("env", "annotation", "secret", "configmap", "execenv", "execarg", "password", "url", "header")}

    def plugin(self, token):
        """A credential plugin that prints the cluster's token, and chatters on standard error without it."""
        path = self.folder / "login"
        answer = {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": token}}
        (self.folder / "answer").write_text(json.dumps(answer))
        path.write_text(f"#!/bin/sh\ntest -n \"$PASS\" || exit 1\ncat {self.folder}/answer\necho signed in >&2\n")
        path.chmod(0o700)
        return {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path), "interactiveMode": "Never",
                "args": ["--not", "x"], "env": [{"name": "PASS", "value": self.secrets["execenv"]}]}

    def files(self):
        files = scenario(True, 1)
        container = files["deployment.yaml"]["spec"]["template"]["spec"]["containers"][0]
        container["env"] = [{"name": "DB_PASSWORD", "value": self.secrets["env"]}]
        note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"env": self.secrets["annotation"]})}
        for name in ("deployment.yaml", "service.yaml", "job.yaml"):
            files[name]["metadata"]["annotations"] = note
        files["deployment.yaml"]["spec"]["template"]["metadata"]["annotations"] = note
        traffic = files["scenario.yaml"]["spec"]["traffic"][0]
        traffic["url"] = f"http://shop/hi?token={self.secrets['url']}"
        traffic["headers"] = {"Authorization": "Bearer " + self.secrets["header"]}
        return files

    def look(self, where, text):
        for place, secret in self.secrets.items():
            self.assertNotIn(secret, text, f"the secret of {place} is in {where}")

    def run_watched(self, *words):
        """Runs it, and reads every process's command line meanwhile."""
        with open(self.folder / "said", "w+", encoding="utf-8") as output:
            child = subprocess.Popen([STRAYCAT, *map(str, words)], stdout=output, stderr=subprocess.STDOUT)
            while child.poll() is None:
                for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                    try:
                        line = process.read_bytes().decode(errors="replace")
                    except OSError:
                        continue
                    if "straycat" in line:
                        self.look(f"{process}: {line[:200]}", line)
                time.sleep(0.2)
            output.seek(0)
            said = output.read()
        self.look("what it said", said)
        return child.returncode, said

    def test_everywhere(self):
        with Cluster("loopback") as cluster, FaultProxy(cluster, self.folder) as proxy:
            self.secrets["token"] = cluster.token
            cluster.call("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
            for kind, plural in (("Secret", "secrets"), ("ConfigMap", "configmaps")):
                thing = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "keys"}}
                thing["stringData" if kind == "Secret" else "data"] = {"key": self.secrets[kind.lower()]}
                cluster.call("POST", f"/api/v1/namespaces/shop/{plural}", thing)
            kubeconfig, context = proxy.kubeconfig(exec=self.plugin(cluster.token))
            source = write(self.files(), self.folder / "scenario")
            where = ["--kubeconfig", kubeconfig, "--context", context, "-n", "shop"]
            run = self.folder / "run"
            code, said = self.run_watched("run", source, *where, "--out", run, "--agent-image", "straycat/agent")
            self.assertIn(code, (0, 1, 2), said)
            self.assertIn("signed in", said, "a plugin's words are shown")
            for flag, ending in OUTPUTS:
                straycat("report", run, flag, run / f"again.{ending}", "--force")
            self.look("the report", straycat("report", run).stdout)
            written = [path for path in run.rglob("*") if path.is_file()]
            self.assertGreaterEqual(len(written), 5)
            for path in written:
                self.look(path.name, path.read_text(errors="replace"))
            self.run_watched("diagnose", "svc/shop", *where, "--json", "-")
            self.run_watched("diagnose", "--all", *where)
            self.run_watched("cleanup", *where, "--dry-run")

    def test_errors(self):
        """Sign-ins that are refused, servers that are not there, files that are broken: the message names no secret."""
        self.secrets["token"] = canary("token")
        with Cluster("loopback") as cluster, FaultProxy(cluster, self.folder) as proxy:
            for user in ({"token": canary("token")}, {"username": "u", "password": self.secrets["password"]},
                         {"client-key-data": canary("token"), "client-certificate-data": canary("token")},
                         {"exec": {**self.plugin(canary("token")), "args": [self.secrets["execarg"]]}}):
                kubeconfig, context = proxy.kubeconfig(**user)
                code, said = self.run_watched("diagnose", "svc/shop", "--kubeconfig", kubeconfig, "--context", context)
                self.assertIn(code, (2, 3, 4), said)
            proxy.go_away()
            code, said = self.run_watched("diagnose", "svc/shop", "--kubeconfig", kubeconfig, "--context", context)
            self.assertEqual(code, 4, said)
            kubeconfig.write_text(kubeconfig.read_text().replace('"exec"', f'"token": {{"{canary("token")}": 1}}, "exec"'))
            self.assertEqual(self.run_watched("diagnose", "svc/shop", "--kubeconfig", kubeconfig, "--context", context)[0], 3)


if __name__ == "__main__":
    unittest.main()
