"""`straycat diagnose` on a real Kubernetes: Services that nobody prepared, strays of several kinds, rights taken away."""
import json
import os
import tempfile
import unittest

import kubernetes
from straycat import SCENARIOS, straycat

NAMESPACE = "diagnose-test"


def object_of(kind, name, **more):
    api = {"Job": "batch/v1", "CronJob": "batch/v1", "Role": "rbac.authorization.k8s.io/v1",
           "RoleBinding": "rbac.authorization.k8s.io/v1"}.get(kind, "v1")
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE, **more.pop("metadata", {})}, **more}


def sleeper(labels):
    return {"metadata": {"labels": labels},
            "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                     "containers": [{"name": "main", "image": "straycat/sleeper"}]}}


class Diagnose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kubernetes.find_cluster()
        kubernetes.kubectl("create", "namespace", NAMESPACE)
        for name in ("deployment-readiness.yaml", "service.yaml"):
            kubernetes.kubectl("apply", "-n", NAMESPACE, "-f", str(SCENARIOS / "service-selector" / name))
        kubernetes.kubectl("wait", "-n", NAMESPACE, "deployment/sayhi", "--for=condition=Available", "--timeout=60s")

    @classmethod
    def tearDownClass(cls):
        kubernetes.kubectl("delete", "namespace", NAMESPACE, "--wait=false")

    def make(self, manifest):
        target = f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"
        kubernetes.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
        self.addCleanup(kubernetes.kubectl, "delete", "-n", NAMESPACE, target, "--wait=true")

    def found(self, *flags):
        code, document = kubernetes.diagnose("svc/sayhi", "-n", NAMESPACE, *flags)
        findings = document["services"][0]["findings"]
        return code, {(f["cause"], (f["workload"] or {}).get("kind"), (f["workload"] or {}).get("name")) for f in findings}

    def test_nothing_suspicious(self):
        self.assertEqual(self.found(), (0, set()))

    def test_a_cron_job_that_never_ran(self):
        template = {"spec": {"template": sleeper({"app": "sayhi"})}}
        self.make(object_of("CronJob", "nightly", spec={"schedule": "0 3 1 1 *", "jobTemplate": template}))
        self.assertEqual(self.found(), (1, {("latent-overlap", "CronJob", "nightly")}))

    def test_a_bare_pod_now(self):
        pod = object_of("Pod", "debug", spec=sleeper({})["spec"])
        pod["metadata"]["labels"] = {"app": "sayhi", "more": "labels"}
        self.make(pod)
        kubernetes.kubectl("wait", "-n", NAMESPACE, "pod/debug", "--for=condition=Ready", "--timeout=60s")
        self.assertEqual(self.found(), (1, {("stray-endpoint", "Pod", "debug")}))

    def test_a_job_that_is_over(self):
        self.make(object_of("Job", "cats", spec={"template": {
            "metadata": {"labels": {"app": "sayhi"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "cats", "image": "beranm14/sayhi-job",
                                                               "env": [{"name": "COUNT_OF_CATS", "value": "1"}]}]}}}))
        kubernetes.kubectl("wait", "-n", NAMESPACE, "job/cats", "--for=condition=Complete", "--timeout=60s")
        self.assertEqual(self.found(), (1, {("stray-endpoint", "Job", "cats")}))

    def test_rights_taken_away_one_by_one(self):
        kubernetes.kubectl("create", "serviceaccount", "-n", NAMESPACE, "looker")
        token = kubernetes.kubectl("create", "token", "-n", NAMESPACE, "looker").strip()
        config = json.loads(kubernetes.kubectl("config", "view", "--raw", "-o", "json"))
        config["users"] = [{"name": "looker", "user": {"token": token}}]
        config["contexts"] = [{"name": "looker", "context": {"cluster": config["clusters"][0]["name"], "user": "looker"}}]
        config["current-context"] = "looker"
        rights = {"": ["services", "endpointslices", "pods", "events"],
                  "apps": ["deployments", "replicasets", "statefulsets", "daemonsets"], "batch": ["jobs", "cronjobs"]}
        everything = [(group, resource) for group, names in rights.items() for resource in names]
        everything += [("discovery.k8s.io", "endpointslices"), ("", "replicationcontrollers"), ("networking.k8s.io", "networkpolicies")]
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(config, file)
        self.addCleanup(os.unlink, file.name)
        self.make(object_of("RoleBinding", "looker", roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "looker"},
                            subjects=[{"kind": "ServiceAccount", "name": "looker", "namespace": NAMESPACE}]))

        def allow(without=None):
            rules = [{"apiGroups": [g], "resources": [r], "verbs": ["list"]} for g, r in everything if r != without]
            kubernetes.kubectl("apply", "-f", "-", stdin=json.dumps(object_of("Role", "looker", rules=rules)))
            done = straycat("diagnose", "svc/sayhi", "-n", NAMESPACE, "--kubeconfig", file.name, "--json", "-", timeout=30)
            return done.returncode, done.stdout, done.stderr

        self.assertEqual(allow()[0], 0, "all that `straycat rbac` names is enough")
        for resource, code in (("cronjobs", 2), ("jobs", 2), ("pods", 2), ("endpointslices", 2), ("events", 0), ("replicasets", 0)):
            with self.subTest(without=resource):
                got, out, err = allow(without=resource)
                self.assertEqual(got, code, out + err)
                self.assertIn(f"{resource} in {NAMESPACE} could not be read", " ".join(json.loads(out)["notSeen"]))
                self.assertIn(f"list {resource}", " ".join(json.loads(out)["missingRights"]))
        got, out, err = allow(without="services")
        self.assertEqual(got, 2, out + err)
        self.assertIn("may not get services, nor list services", json.loads(out)["services"][0]["headline"])

    def test_bad_names(self):
        done = straycat("diagnose", "svc/sayhy", "-n", NAMESPACE, "--kubeconfig", kubernetes.KUBECONFIG, timeout=30)
        self.assertEqual(done.returncode, 3)
        self.assertIn('did you mean "sayhi"?', done.stderr)


if __name__ == "__main__":
    unittest.main()
