"""The shape of what the two API servers say: the article's manifests applied with kubectl to both, each object's fields compared, and
each refusal."""
import concurrent.futures
import json
import unittest

import kubernetes
from cluster import Cluster
from kubectl import Kubectl
from straycat import SCENARIOS, kernel_data_plane, skip

ARTICLE = SCENARIOS / "service-selector"
NAMESPACE = "shape-test"
KINDS = ["deployments", "replicasets", "pods", "services", "endpointslices", "jobs", "events"]
FREE = ("/labels", "/annotations", "/matchLabels", "/selector")  # maps whose keys are the data
# What differs, and is meant to.
ACCEPTED = {
    ("endpointslices", "/endpoints[]/zone:str"): "the embedded node has a zone, so that rules about zones have something to read",
}
# An event that depends on the moment, or on images that are pulled from somewhere.
EVENTS_BY_CHANCE = {"Pulling", "Unhealthy", "BackOff"}
REFUSED = {
    "unknown field": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "bad"}, "spec": {"ports": [{"port": 80, "targetport": 1}]}},
    "invalid": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "Bad_Name"}, "spec": {"ports": [{"port": 80}]}},
    "wrong type": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "bad"}, "spec": {"ports": [{"port": "http"}]}},
    "selector of others": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "bad"},
                           "spec": {"selector": {"matchLabels": {"app": "a"}}, "template": {
                               "metadata": {"labels": {"app": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}},
}


def fields(value, path=""):
    if isinstance(value, dict):
        for key, more in value.items():
            if key == "managedFields":
                continue
            if path.endswith(FREE):
                yield f"{path}/{key}"
            else:
                yield from fields(more, f"{path}/{key}")
    elif isinstance(value, list):
        for more in value:
            yield from fields(more, path + "[]")
    else:
        yield f"{path}:{type(value).__name__}"


def name_of(kind, item):
    if kind == "pods":
        owner = "Job" if "batch.kubernetes.io/job-name" in item["metadata"]["labels"] else "Deployment"
        return f"pods of a {owner}, {item['status']['phase']}"
    return f"events {item['reason']}" if kind == "events" else kind


class Side:
    """One cluster, while the article is played on it."""

    def __init__(self, kubeconfig):
        self.kubectl = Kubectl(kubeconfig, NAMESPACE)
        self.shapes, self.refusals = {}, {}

    def call(self, *words, text=None):
        done = self.kubectl.run(*words, text=text)
        if done.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def look(self):
        for kind in KINDS:
            for item in json.loads(self.call("get", kind, "-o", "json"))["items"]:
                self.shapes.setdefault(name_of(kind, item), set()).update(fields(item))

    def play(self):
        self.call("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}))
        try:
            self.call("apply", "-f", str(ARTICLE / "deployment-readiness.yaml"), "-f", str(ARTICLE / "service.yaml"))
            self.call("wait", "deployment/sayhi", "--for=condition=Available", "--timeout=60s")
            self.call("apply", "-f", str(ARTICLE / "job.yaml"))
            self.call("wait", "pods", "-l", "app=sayhi", "--for=condition=Ready", "--timeout=30s")
            self.look()
            for name, manifest in REFUSED.items():
                self.refusals[name] = self.kubectl.run("apply", "--server-side", "-f", "-", text=json.dumps(manifest)).stderr
            self.call("wait", "job/sayhi", "--for=condition=Complete", "--timeout=60s")
            self.look()
        finally:
            self.kubectl.run("delete", "namespace", NAMESPACE, "--wait=false")
            self.kubectl.close()
        return self


class Shape(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kubernetes.find_cluster()
        if not kernel_data_plane():
            skip("no kernel data plane for the embedded cluster here")
        with Cluster("kernel") as embedded, concurrent.futures.ThreadPoolExecutor(2) as pool:
            played = [pool.submit(Side(config).play) for config in (embedded.kubeconfig, kubernetes.KUBECONFIG)]
            cls.embedded, cls.real = (one.result() for one in played)

    def test_every_object_has_the_same_fields(self):
        by_chance = {f"events {reason}" for reason in EVENTS_BY_CHANCE}
        for name in sorted((set(self.real.shapes) | set(self.embedded.shapes)) - by_chance):
            with self.subTest(of=name):
                real, embedded = self.real.shapes.get(name, set()), self.embedded.shapes.get(name, set())
                different = {field for field in real ^ embedded if (name, field) not in ACCEPTED}
                self.assertEqual({f for f in different & real}, set(), "only the real one has them")
                self.assertEqual({f for f in different & embedded}, set(), "only the embedded one has them")

    def test_every_refusal_says_the_same(self):
        for name in REFUSED:
            with self.subTest(refused=name):
                self.assertTrue(self.real.refusals[name])
                self.assertEqual(self.embedded.refusals[name], self.real.refusals[name])


if __name__ == "__main__":
    unittest.main()
