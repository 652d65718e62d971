"""`straycat guard` on a real API server: it keeps the article's Job out, and hinders nobody whom the Service is for."""
import json
import subprocess
import tempfile
import time
import unittest

import kubernetes
from straycat import SCENARIOS, straycat

NAMESPACE = "guard-test"
ARTICLE = SCENARIOS / "service-selector"
API = {"Job": "batch/v1", "CronJob": "batch/v1", "Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1",
       "ReplicaSet": "apps/v1"}


def kubectl(*words, stdin=None):
    """(exit code, all that it said)."""
    done = subprocess.run(["kubectl", f"--kubeconfig={kubernetes.KUBECONFIG}", "-n", NAMESPACE, *words], input=stdin,
                          capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def maker(kind, name, labels, restart="Always"):
    template = {"metadata": {"labels": labels},
                "spec": {"restartPolicy": restart, "terminationGracePeriodSeconds": 0,
                         "containers": [{"name": "main", "image": "straycat/sleeper"}]}}
    spec = {"template": template}
    if kind == "CronJob":
        spec = {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": spec}}
    elif kind == "Pod":
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": template["spec"]}
    elif kind != "Job":
        spec["selector"] = {"matchLabels": labels}
    return {"apiVersion": API[kind], "kind": kind, "metadata": {"name": name}, "spec": spec}


def stray(kind, name="stray"):
    return json.dumps(maker(kind, name, {"app": "sayhi"}, "Never" if kind in ("Job", "CronJob") else "Always"))


def service(name, labels):
    return json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                       "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 3000}]}})


class Guard(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kubernetes.find_cluster()
        kubernetes.kubectl("create", "namespace", NAMESPACE)
        for name in ("deployment-readiness.yaml", "service.yaml"):
            kubernetes.kubectl("apply", "-n", NAMESPACE, "-f", str(ARTICLE / name))
        cls.apply(service("db", {"app": "db"}), json.dumps(maker("StatefulSet", "db", {"app": "db"})),
                  service("each", {"app": "each"}), json.dumps(maker("DaemonSet", "each", {"app": "each"})),
                  json.dumps(maker("Job", "earlier", {"app": "sayhi", "job": "earlier"}, "Never")))
        kubernetes.kubectl("wait", "-n", NAMESPACE, "deployment/sayhi", "--for=condition=Available", "--timeout=60s")

    @classmethod
    def tearDownClass(cls):
        kubernetes.kubectl("delete", "namespace", NAMESPACE, "--wait=false")

    @classmethod
    def apply(cls, *texts):
        for text in texts:
            code, said = kubectl("apply", "-f", "-", stdin=text)
            assert code == 0, said

    def guard(self, *words):
        done = straycat("guard", *words, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        code, said = kubectl("apply", "-f", "-", stdin=done.stdout)
        self.assertEqual((code, "arning" in said), (0, False), said)
        self.addCleanup(kubectl, "delete", "--ignore-not-found", "-f", "-", stdin=done.stdout)
        return done.stdout

    def wait_until_it_says(self, word, manifest):
        """A policy counts some moments after it is there."""
        until = time.monotonic() + 30
        said = ""
        while time.monotonic() < until:
            said = kubectl("apply", "--dry-run=server", "-f", "-", stdin=manifest)[1]
            if word in said:
                return said
            time.sleep(0.3)
        self.fail(f"no {word}: {said}")

    def at_cluster(self):
        return "--kubeconfig", kubernetes.KUBECONFIG, "-n", NAMESPACE

    def test_whoever_applies_the_articles_job_is_warned(self):
        self.guard("svc/sayhi", "-n", NAMESPACE, *[word for name in ("deployment-readiness", "service", "job")
                                                   for word in ("-f", ARTICLE / f"{name}.yaml")])
        self.wait_until_it_says("Warning", stray("Job"))
        code, said = kubectl("apply", "-f", str(ARTICLE / "job.yaml"))
        self.addCleanup(kubectl, "delete", "-f", str(ARTICLE / "job.yaml"))
        self.assertEqual(code, 0, said)
        self.assertIn("Job/sayhi: Service/sayhi in guard-test is for Deployment/sayhi", said)
        code, said = kubectl("apply", "-f", str(ARTICLE / "deployment-readiness.yaml"))
        self.assertNotIn("Warning", said)

    def test_it_refuses_others_and_hinders_nobody_else(self):
        policy = self.guard("svc/sayhi", "--deny", "--for", "Deployment/sayhi", *self.at_cluster())
        self.assertIn("# Seen, and kept out: Job/earlier", policy)
        self.wait_until_it_says("denied", stray("Job"))
        for kind in ("Job", "CronJob", "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
            with self.subTest(kind=kind):
                code, said = kubectl("apply", "-f", "-", stdin=stray(kind))
                self.assertNotEqual(code, 0, said)
                self.assertIn("Service/sayhi", said)
        self.apply(json.dumps(maker("Job", "other", {"app": "other"}, "Never")))
        code, said = kubectl("apply", "-n", "default", "--dry-run=server", "-f", "-", stdin=stray("Job"))
        self.assertEqual(code, 0, said)
        self.its_own_go_on()
        self.those_from_before_go_on()

    def its_own_go_on(self):
        """New revisions, an old one again, more replicas, a pod that is made anew; and orphans that are adopted."""
        for words in (("rollout", "restart"), ("rollout", "undo")):
            self.said_well(*words, "deployment/sayhi")
            self.said_well("rollout", "status", "deployment/sayhi", "--timeout=60s")
        self.said_well("scale", "deployment/sayhi", "--replicas=3")
        self.said_well("rollout", "status", "deployment/sayhi", "--timeout=60s")
        self.said_well("delete", "pods", "-l", "app=sayhi,pod-template-hash", "--wait=true")
        self.said_well("rollout", "status", "deployment/sayhi", "--timeout=60s")
        self.said_well("delete", "deployment/sayhi", "--cascade=orphan", "--timeout=60s")
        self.said_well("apply", "-f", str(ARTICLE / "deployment-readiness.yaml"))
        self.said_well("rollout", "status", "deployment/sayhi", "--timeout=60s")

    def those_from_before_go_on(self):
        """The Job's pod keeps its finalizer until the Job controller takes it off."""
        self.said_well("delete", "job/earlier", "--wait=true", "--timeout=60s")

    def said_well(self, *words):
        code, said = kubectl(*words)
        self.assertEqual(code, 0, said)

    def test_stateful_and_daemon_sets(self):
        for name, kind in (("db", "statefulset"), ("each", "daemonset")):
            self.guard(f"svc/{name}", "--deny", *self.at_cluster())
            self.wait_until_it_says("denied", json.dumps(maker("Job", "x", {"app": name}, "Never")))
            self.said_well("rollout", "restart", f"{kind}/{name}")
            self.said_well("rollout", "status", f"{kind}/{name}", "--timeout=90s")

    def test_the_api_server_finds_no_fault_with_its_types(self):
        self.guard("svc/sayhi", "--deny", "--for", "Deployment/sayhi", "--for", "CronJob/sayhi-*", *self.at_cluster())
        self.wait_until_it_says("denied", stray("Job"))
        name = f"straycat-guard.{NAMESPACE}.sayhi"
        until = time.monotonic() + 30
        status = {}
        while time.monotonic() < until and "typeChecking" not in status:
            status = json.loads(kubectl("get", "validatingadmissionpolicy", name, "-o", "json")[1]).get("status", {})
            time.sleep(0.3)
        self.assertEqual(status.get("typeChecking"), {}, status)

    def test_bad_words(self):
        for words, code, said in ((("svc/sayhy",), 3, 'did you mean "sayhi"?'), (("svc/sayhi", "--for", "Deployment/x"), 3, "there is no Deployment/x")):
            done = straycat("guard", *words, *self.at_cluster(), timeout=30)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("kind: [")
            file.flush()
            self.assertEqual(straycat("guard", "svc/x", "-f", file.name).returncode, 3)


if __name__ == "__main__":
    unittest.main()
