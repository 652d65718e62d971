"""`straycat lint --with-cluster` and `straycat guard` with what the embedded cluster holds."""
import json
import pathlib
import tempfile
import time
import unittest

from cluster import Cluster
from straycat import SCENARIOS, main, straycat

ARTICLE = SCENARIOS / "service-selector"
LABELS = {"app": "sayhi"}
CONTAINER = {"name": "main", "image": "straycat/sleeper"}
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sayhi"},
              "spec": {"selector": {"matchLabels": LABELS},
                       "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [{**CONTAINER, "ports": [{"containerPort": 3000}]}]}}}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "sayhi"}, "spec": {"selector": LABELS, "ports": [{"port": 80, "targetPort": 3000}]}}


class LintWithCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("loopback")
        cls.addClassCleanup(cls.cluster.end)
        cls.cluster.call("POST", "/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT)
        cls.cluster.call("POST", "/api/v1/namespaces/default/services", SERVICE)

    def lint(self, *words):
        # It says what it could not read within its 5 s: a busy machine is asked again.
        for _ in range(20):
            done = straycat("lint", *words, "--with-cluster", "--kubeconfig", self.cluster.kubeconfig, "--json", "-")
            if "no answer within" not in done.stdout + done.stderr:
                break
            time.sleep(0.2)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def test_a_job_that_would_stand_behind_the_clusters_service(self):
        self.assertEqual(straycat("lint", ARTICLE / "job.yaml").returncode, 0)  # by itself nothing is wrong with it
        code, document = self.lint(ARTICLE / "job.yaml")
        self.assertEqual(code, 1, document)
        self.assertEqual([(f["rule"], f["object"], f["other"]) for f in document["findings"]], [("E1", "Service/sayhi", "Job/sayhi")])
        self.assertEqual(document["findings"][0]["at"]["file"], "<cluster>")
        self.assertEqual(document["behind"], [{"service": "Service/sayhi", "namespace": "default", "workloads": [
            {"workload": "Job/sayhi", "inCluster": False}, {"workload": "Deployment/sayhi", "inCluster": True}]}])

    def test_what_is_told_to_people(self):
        done = straycat("lint", ARTICLE / "job.yaml", "--with-cluster", "--kubeconfig", self.cluster.kubeconfig)
        self.assertIn("after apply, behind Service/sayhi: Job/sayhi, Deployment/sayhi (in the cluster)\n", done.stdout)

    def test_nothing_comes_to_stand_there(self):
        with tempfile.TemporaryDirectory() as folder:
            job = pathlib.Path(folder) / "job.yaml"
            job.write_text((ARTICLE / "job.yaml").read_text().replace("app: sayhi", "app: cats"))
            code, document = self.lint(job)
            self.assertEqual((code, document["findings"]), (0, []), document)

    def test_bad_words(self):
        code, said = self.lint(ARTICLE / "job.yaml", "-n", "nowhere")
        self.assertEqual(code, 3, said)
        self.assertIn("there is no namespace nowhere", said)
        self.assertEqual(straycat("lint", ARTICLE / "job.yaml", "--with-cluster", "--kubeconfig", "/nowhere").returncode, 3)

    def test_a_guard_for_the_clusters_service(self):
        at = "--kubeconfig", self.cluster.kubeconfig
        done = straycat("guard", "svc/sayhi", *at)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("# Keeps the pods of others than Deployment/sayhi from standing behind Service/sayhi in namespace default", done.stdout)
        for words, said in ((["svc/sayhy"], 'did you mean "sayhi"?'), (["svc/sayhi", "--for", "Deployment/x"], "there is no Deployment/x")):
            done = straycat("guard", *words, *at)
            self.assertEqual(done.returncode, 3, words)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    main()
