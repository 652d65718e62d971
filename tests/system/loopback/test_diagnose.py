"""`straycat diagnose` and its company against the embedded cluster, which serves only some kinds."""
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from straycat import STRAYCAT, SCENARIOS, straycat

LABELS = {"app": "sayhi"}
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sayhi"},
              "spec": {"replicas": 1, "selector": {"matchLabels": LABELS},
                       "template": {"metadata": {"labels": LABELS},
                                    "spec": {"containers": [{"name": "sayhi", "image": "beranm14/sayhi",
                                                             "ports": [{"containerPort": 3000}],
                                                             "readinessProbe": {"httpGet": {"path": "/healthz", "port": 3000}}}]}}}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "sayhi"},
           "spec": {"selector": LABELS, "ports": [{"port": 80, "targetPort": 3000}]}}


class Diagnose(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster("loopback")
        self.addCleanup(self.cluster.end)
        self.cluster.call("POST", "/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT)
        self.cluster.call("POST", "/api/v1/namespaces/default/services", SERVICE)
        self.wait(lambda: self.diagnose()[0] == 0, "the Deployment stands behind the Service")

    def wait(self, test, what, seconds=300):
        until = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), until, f"{what}: not within {seconds} s")
            time.sleep(0.2)

    def diagnose(self, *words, service="svc/sayhi"):
        # It says what it could not read within its 5 s: a busy machine is asked again.
        for _ in range(20):
            done = straycat("diagnose", service, "--kubeconfig", self.cluster.kubeconfig, "--json", "-", *words)
            if "no answer within" not in done.stdout + done.stderr:
                break
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def test_a_stray_now(self):
        self.cluster.run_pod("debug", labels=LABELS, container={"image": "straycat/sleeper"})
        self.wait(lambda: self.diagnose()[0] == 1 and self.diagnose()[1]["services"][0]["findings"][0]["cause"] == "stray-endpoint",
                  "the stray is found")
        _, document = self.diagnose()
        finding = document["services"][0]["findings"][0]
        self.assertEqual(finding["workload"]["name"], "debug")
        self.assertEqual(finding["fix"]["changes"][0]["to"], "sayhi-pod")
        self.assertEqual(document["notSeen"], [], "a kind that is not served is nothing that was missed")
        text = straycat("diagnose", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig)
        self.assertIn("FOUND", text.stdout)
        self.assertIn("Pod/debug", text.stdout)

    def test_all_services(self):
        done = straycat("diagnose", "-A", "--kubeconfig", self.cluster.kubeconfig)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("default/sayhi", done.stdout)

    def test_as_kubectls_plugin(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            plugin = pathlib.Path(folder) / "kubectl-straycat"
            plugin.symlink_to(os.path.realpath(STRAYCAT))
            done = subprocess.run([str(plugin), "diagnose", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("kubectl straycat", subprocess.run([str(plugin), "--help"], capture_output=True, text=True, check=True).stdout)

    def test_bad_input_and_trouble(self):
        code, words = self.diagnose(service="svc/sayhy")
        self.assertEqual((code, 'did you mean "sayhi"' in words), (3, True), words)
        self.assertEqual(self.diagnose(service="pod/sayhi")[0], 3)
        self.assertEqual(self.diagnose("--probe=5s", "--agent-image", "x")[0], 3, "what makes objects needs --context")
        self.assertEqual(straycat("diagnose", "--kubeconfig", self.cluster.kubeconfig).returncode, 3)
        self.cluster.end()
        done = straycat("diagnose", "svc/sayhi", "--kubeconfig", self.cluster.kubeconfig)
        self.assertIn(done.returncode, (3, 4), "the kubeconfig goes with the cluster")

    def test_names_are_looked_up_before_anything_is_concluded(self):
        for words, says in [(["svc/sayhi", "--for", "deploy/nope"], "there is no Deployment/nope in namespace default"),
                            (["svc/sayhi", "--for", "deploy/sayhy"], 'did you mean "Deployment/sayhi"'),
                            (["svc/sayhi", "--for", "sts/sayhi"], 'did you mean "Deployment/sayhi"'),
                            (["svc/sayhi", "--for", "deploy/sayhi", "--for", "job/nope"], "Job/nope"),
                            (["svc/sayhi", "--for", "depoy/sayhi"], 'unknown kind "depoy" in "depoy/sayhi" (did you mean "deploy"?)'),
                            (["svc/sayhi", "--for", "svc/sayhi"], "for what has pods"), (["svc/sayhi", "--for", "sayhi"], "Kind/name"),
                            (["scv/sayhi"], 'did you mean "svc"'), (["svc/sayhy"], 'did you mean "sayhi"'), (["svc/"], "svc/NAME"),
                            (["--all", "-n", "nothere"], "there is no namespace nothere"),
                            (["--all", "-n", "defualt"], 'did you mean "default"'), (["svc/sayhi", "-n", "nothere"], "no namespace nothere")]:
            done = straycat("diagnose", *words, "--kubeconfig", self.cluster.kubeconfig, timeout=30)
            self.assertEqual((done.returncode, done.stdout), (3, ""), f"{words}: {done.stdout}{done.stderr}")
            self.assertIn(says, done.stderr)
            self.assertTrue(done.stderr.startswith("straycat: "), done.stderr)
        for word in ("deploy/sayhi", "Deployment/sayhi", "deployments.apps/sayhi"):
            code, document = self.diagnose("--for", word)
            self.assertEqual((code, document["services"][0]["findings"]), (0, []), document)
        self.assertEqual(straycat("diagnose", "--all", "-n", "kube-system", "--kubeconfig", self.cluster.kubeconfig).returncode, 0)

    def test_cleanup_looks_the_namespace_up(self):
        context = json.loads(pathlib.Path(self.cluster.kubeconfig).read_text())["current-context"]
        done = straycat("cleanup", "--kubeconfig", self.cluster.kubeconfig, "--context", context, "-n", "nothere")
        self.assertEqual((done.returncode, "there is no namespace nothere" in done.stderr), (3, True), done.stdout + done.stderr)

    def test_cleanup_and_rbac(self):
        context = json.loads(pathlib.Path(self.cluster.kubeconfig).read_text())["current-context"]
        where = ["--kubeconfig", self.cluster.kubeconfig, "--context", context]
        self.cluster.run_pod("left", "sleep 100", labels={"straycat.dev/run": "abc123"})
        self.cluster.run_pod("foreign", "sleep 100")
        # Whatever kind a scenario may have applied is looked for, those of no namespace too.
        wide = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
        self.cluster.call("POST", wide, {"metadata": {"name": "wide", "labels": {"straycat.dev/run": "abc123"}}, "rules": []})
        shown = straycat("cleanup", "--dry-run", *where)
        self.assertIn("default/left, of run abc123", shown.stdout)
        self.assertRegex(shown.stdout, "ClusterRole +wide, of run abc123")
        self.assertEqual(straycat("cleanup", *where).returncode, 0)
        self.wait(lambda: self.cluster.pod("left")["kind"] == "Status", "the leftover goes")
        self.assertEqual(self.cluster.pod("foreign")["kind"], "Pod")
        self.assertEqual(self.cluster.call("GET", wide + "/wide")["kind"], "Status")
        self.assertIn("nothing is left", straycat("cleanup", *where).stdout)
        self.assertEqual(straycat("cleanup").returncode, 3)
        roles = straycat("rbac", SCENARIOS / "service-selector", "-n", "shop", "--to", "User:jane")
        self.assertEqual(roles.returncode, 0, roles.stderr)
        documents = [json.loads(part) for part in roles.stdout.split("---\n")[1:]]
        self.assertEqual([d["kind"] for d in documents], ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"])


if __name__ == "__main__":
    unittest.main()
