"""Canaries in every place where a cluster, a kubeconfig or a scenario keeps secrets: none may show in what straycat writes, prints or shows
to whoever lists processes."""
import base64
import json
import pathlib
import subprocess
import tempfile
import threading
import unittest

import kubernetes
from live_run import small_scenario
from straycat import STRAYCAT, straycat

NAMESPACE = "secrets-test"
CANARY = "canary-{}-8f3a61c2d9"
PLACES = ["secret", "secret-in-scenario", "environment", "annotation", "service-annotation", "argument", "header", "plugin-environment",
          "other-token", "other-password", "url-password"]
STEPS = """\
apiVersion: straycat/v1alpha1
kind: Scenario
metadata: {name: meddled}
spec:
  for: Deployment/sayhi
  traffic:
  - name: cats
    url: http://jane:URL@sayhi/hi
    headers: {Authorization: "Bearer HEADER"}
    rate: 50/s
    timeout: 2s
  steps:
  - {name: deploy, phase: deployed, apply: [secret.yaml, deployment.yaml, service.yaml]}
  - wait: {for: Deployment/sayhi, condition: Available, timeout: 60s}
  - wait: {for: Deployment/sayhi, condition: Routable}
  - traffic: start
"""
PLUGIN = """\
#!/bin/sh
cat <<END
{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {{"token": "{token}"}}}}
END
"""


def canary(place):
    return CANARY.format(place)


def deployment():
    labels = {"app": "sayhi"}
    container = {"name": "sayhi", "image": "beranm14/sayhi", "ports": [{"containerPort": 3000}],
                 "env": [{"name": "PASSWORD", "value": canary("environment")},
                         {"name": "FROM_SECRET", "valueFrom": {"secretKeyRef": {"name": "in-cluster", "key": "password"}}}],
                 "readinessProbe": {"httpGet": {"path": "/healthz", "port": 3000, "httpHeaders": [{"name": "X-Key", "value": canary("header")}]}}}
    stray = {"name": "sleeper", "image": "straycat/sleeper", "env": [{"name": "ARGUMENT", "value": canary("argument")}]}
    template = {"metadata": {"labels": labels, "annotations": {"password": canary("annotation")}}, "spec": {"containers": [container]}}
    return [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sayhi", "annotations": {"password": canary("annotation")}},
             "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stray", "labels": labels, "annotations": {"password": canary("annotation")}},
             "spec": {"terminationGracePeriodSeconds": 1, "containers": [stray]}}]


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kubernetes.find_cluster()
        cls.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        cls.folder = pathlib.Path(cls.temporary.name)
        kubernetes.kubectl("create", "namespace", NAMESPACE)
        kubernetes.kubectl("create", "secret", "generic", "in-cluster", "-n", NAMESPACE, f"--from-literal=password={canary('secret')}")
        kubernetes.kubectl("create", "serviceaccount", "runner", "-n", NAMESPACE)
        kubernetes.kubectl("create", "rolebinding", "runner", "-n", NAMESPACE, "--clusterrole=cluster-admin", f"--serviceaccount={NAMESPACE}:runner")
        cls.token = kubernetes.kubectl("create", "token", "runner", "-n", NAMESPACE).strip()
        cls.write_scenario()
        cls.write_kubeconfig()

    @classmethod
    def tearDownClass(cls):
        kubernetes.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
        cls.temporary.cleanup()

    @classmethod
    def write_scenario(cls):
        head = STEPS.replace("HEADER", canary("header")).replace("URL", canary("url-password"))
        cls.scenario = small_scenario(cls.folder, ["name: more, pause: 3s"], head)
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "of-the-run"}, "stringData": {"key": canary("secret-in-scenario")},
                  "data": {"more": base64.b64encode(canary("secret-in-scenario").encode()).decode()}}
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "sayhi", "annotations": {"password": canary("service-annotation")}},
                   "spec": {"selector": {"app": "sayhi"}, "ports": [{"port": 80, "targetPort": 3000}]}}
        (cls.scenario / "secret.yaml").write_text(json.dumps(secret))
        (cls.scenario / "service.yaml").write_text(json.dumps(service))
        (cls.scenario / "deployment.yaml").write_text("\n---\n".join(json.dumps(one) for one in deployment()))

    @classmethod
    def write_kubeconfig(cls):
        plugin = cls.folder / "plugin"
        plugin.write_text(PLUGIN.format(token=cls.token))
        plugin.chmod(0o700)
        config = json.loads(kubernetes.kubectl("config", "view", "--raw", "--flatten", "-o", "json"))
        run = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin), "interactiveMode": "Never",
               "env": [{"name": "SECRET", "value": canary("plugin-environment")}]}
        config["users"] = [{"name": "runner", "user": {"exec": run}}, {"name": "other", "user": {"token": canary("other-token")}},
                           {"name": "basic", "user": {"username": "x", "password": canary("other-password")}}]
        config["contexts"] = [{"name": "runner", "context": {"cluster": config["clusters"][0]["name"], "user": "runner", "namespace": NAMESPACE}}]
        config["current-context"] = "runner"
        (cls.folder / "kubeconfig").write_text(json.dumps(config))

    def secrets(self):
        plain = [canary(place) for place in PLACES] + [self.token]
        return plain + [base64.b64encode(one.encode()).decode().rstrip("=") for one in plain]

    def check(self, where, text):
        for secret in self.secrets():
            at = text.find(secret)
            self.assertEqual(at, -1, f"{where}: ...{text[max(0, at - 200):at + 60]}...")

    def straycat(self, *words):
        """Runs it while others list the processes; its exit code and all that it printed."""
        process = subprocess.Popen([STRAYCAT, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        listed, over = [], threading.Event()

        def look():
            while not over.wait(0.5):
                listed.append(subprocess.run(["ps", "-eo", "args", "-ww"], capture_output=True, text=True, check=False).stdout)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            out, err = process.communicate(timeout=120)
        finally:
            over.set()
            watcher.join()
        self.check(f"straycat {words[0]} prints", out + err)
        self.check(f"ps beside straycat {words[0]}", "\n".join(listed))
        return process.returncode, out + err

    def check_files(self, folder):
        files = [path for path in folder.rglob("*") if path.is_file()]
        self.assertTrue(files)
        for path in files:
            self.check(str(path), path.read_text(encoding="utf-8", errors="replace"))

    def test_run_diagnose_and_every_report(self):
        named = ["--kubeconfig", self.folder / "kubeconfig", "--context", "runner"]
        out = self.folder / "out"
        code, words = self.straycat("run", self.scenario, *named, "-n", NAMESPACE, "--agent-image", "straycat/agent", "--out", out)
        self.assertEqual(code, 1, words)  # the stray is found, and nothing was expected
        self.assertIn("stray", words)
        written = self.folder / "written"
        written.mkdir()
        self.straycat("report", out, "--html", written / "a.html", "--junit", written / "a.xml", "--markdown", written / "a.md", "--json",
                      written / "a.json")
        kubernetes.kubectl("apply", "-n", NAMESPACE, "-f", str(self.scenario / "service.yaml"), "-f", str(self.scenario / "deployment.yaml"))
        kubernetes.kubectl("wait", "-n", NAMESPACE, "deployment/sayhi", "--for=condition=Available", "--timeout=60s")
        self.straycat("diagnose", "svc/sayhi", *named, "--json", written / "diagnose.json")
        self.straycat("diagnose", "svc/sayhi", *named, "--probe=3s", "--agent-image", "straycat/agent", "--out", written / "probe")
        self.straycat("cleanup", *named, "-n", NAMESPACE, "--dry-run")
        self.check_files(out)
        self.check_files(written)

    def test_a_kubeconfig_that_does_not_work(self):
        config = json.loads((self.folder / "kubeconfig").read_text())
        # A token that is refused is no sign-in at all; a password is ignored, and nobody in particular may read nothing.
        for user, expected in (("other", 4), ("basic", 2)):
            config["contexts"][0]["context"]["user"] = user
            path = self.folder / f"{user}.kubeconfig"
            path.write_text(json.dumps(config))
            code, words = self.straycat("diagnose", "svc/sayhi", "--kubeconfig", path)
            self.assertEqual(code, expected, words)
            self.assertIn("does not accept these credentials" if expected == 4 else "this user may not", words)
        self.assertEqual(straycat("diagnose", "svc/sayhi", "--kubeconfig", self.folder / "none").returncode, 3)


if __name__ == "__main__":
    unittest.main()
