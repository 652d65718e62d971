"""Least privilege and no harm: what a user lacks is said at once, what is somebody else's is not touched."""
import json
import pathlib
import tempfile
import threading
import unittest

import yaml

from cluster import Cluster
from soak import deployment, service
from soak_faults import write
from straycat import read_log, straycat

OPTIONAL = {"networkpolicies": "policies as a rival cause", "cronjobs": "which workload a pod of this kind belongs to"}


def looking_on(*steps, **files):
    """A scenario of these steps, with hardly any traffic."""
    document = {"apiVersion": "straycat/v1alpha1", "kind": "Scenario", "metadata": {"name": "harm"},
                "spec": {"traffic": [{"url": "http://target/", "service": "target", "rate": "1/s"}], "steps": list(steps)}}
    return {"scenario.yaml": document, **{name.replace("_", ".", 1): thing for name, thing in files.items()}}


class Harm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("loopback")
        cls.cluster.call("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        cls.cluster.call("POST", "/api/v1/namespaces/shop/services", service("target"))

    @classmethod
    def tearDownClass(cls):
        cls.cluster.end()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="straycat-test-harm-")
        self.addCleanup(folder.cleanup)
        self.folder, self.runs = pathlib.Path(folder.name), 0

    def run_it(self, files, kubeconfig=None):
        self.runs += 1
        self.run = self.folder / f"run-{self.runs}"
        source = write(files, self.folder / f"scenario-{self.runs}")
        done = straycat("run", source, "--out", self.run, "--quiet", "--full", "--kubeconfig", kubeconfig or self.cluster.kubeconfig,
                        "--context", "straycat", "-n", "shop", "--agent-image", "straycat/agent")
        return done.returncode, done.stdout + done.stderr

    # --- rights ---

    def limited(self, name, files, without):
        """A kubeconfig of a service account with just what `straycat rbac` prints, but for `without`: {(resource, verb)}."""
        source = write(files, self.folder / "wanted")
        printed = straycat("rbac", source, "-n", "shop", "--to", f"ServiceAccount:shop/{name}").stdout
        self.cluster.call("POST", "/api/v1/namespaces/shop/serviceaccounts", {"metadata": {"name": name}})
        for thing in yaml.safe_load_all(printed):
            if not thing:
                continue
            thing["metadata"]["name"] += "-" + name
            if "roleRef" in thing:
                thing["roleRef"]["name"] += "-" + name
            # One rule a verb, so that one can be left out.
            thing["rules"] = [{**rule, "resources": [resource], "verbs": [verb]} for rule in thing.get("rules", [])
                              for resource in rule["resources"] for verb in rule["verbs"] if (resource, verb) not in without]
            if "roleRef" in thing:
                del thing["rules"]
            inside = f"namespaces/{thing['metadata']['namespace']}/" if "namespace" in thing["metadata"] else ""
            made = self.cluster.call("POST", f"/apis/{thing['apiVersion']}/{inside}{thing['kind'].lower()}s", thing)
            self.assertEqual(made["kind"], thing["kind"], made)
        pod = {"metadata": {"name": f"token-of-{name}"},
               "spec": {"serviceAccountName": name, "restartPolicy": "Never",
                        "containers": [{"name": "c", "image": "shell", "command": ["sh", "-c", "cat $KUBECONFIG"]}]}}
        self.cluster.call("POST", "/api/v1/namespaces/shop/pods", pod)
        log = f"/api/v1/namespaces/shop/pods/token-of-{name}/log"

        def own():
            with self.cluster.open("GET", log) as answer:
                text = answer.read().decode()
            return text if text.startswith(("{", "apiVersion")) and '"Status"' not in text else None

        config = yaml.safe_load(self.cluster.until(own))
        theirs = json.loads(pathlib.Path(self.cluster.kubeconfig).read_text())
        user = config["users"][0]["user"]
        token = user.get("token") or pathlib.Path(user["tokenFile"]).read_text()
        theirs["users"][0]["user"] = {"token": token}
        path = self.folder / f"kubeconfig-{name}"
        path.write_text(json.dumps(theirs))
        return path

    def test_every_right_that_is_missing_is_said_at_once(self):
        files = looking_on({"apply": "service.yaml"}, service_yaml=service("mine"))
        kubeconfig = self.limited("poor", files, {("services", "create"), ("pods", "watch"), ("networkpolicies", "list")})
        code, said = self.run_it(files, kubeconfig)
        self.assertEqual(code, 4, said)
        line = next(line for line in said.splitlines() if "may not:" in line)
        self.assertIn("create services", line)
        self.assertIn("watch pods", line)
        self.assertNotIn("networkpolicies", line)
        self.assertIn("list networkpolicies.networking.k8s.io; what is lost: policies as a rival cause", said)
        self.assertFalse((self.run / "log.jsonl").exists(), "nothing was begun")
        self.assertEqual(self.cluster.call("GET", "/api/v1/namespaces/shop/services/mine")["kind"], "Status")

    def test_what_a_run_can_do_without_is_named_and_it_goes_on(self):
        files = looking_on({"pause": "200ms"})
        kubeconfig = self.limited("frugal", files, {(resource, verb) for resource in OPTIONAL for verb in ("list", "watch")})
        code, said = self.run_it(files, kubeconfig)
        for resource, cost in OPTIONAL.items():
            self.assertRegex(said, f"may not list {resource}[^;]*; what is lost: {cost}")
        self.assertNotEqual(code, 4, said)
        watched = {e["body"]["resource"] for e in read_log(self.run) if e["kind"] == "watch.started"}
        self.assertIn("pods", watched)
        self.assertEqual(watched & set(OPTIONAL), set(), "what was not seen is not said to be")

    # --- what is somebody else's ---

    def theirs(self, name, **more):
        thing = {"metadata": {"name": name, **more}, "spec": {"selector": {"app": "theirs"}, "ports": [{"port": 80}]}}
        return self.cluster.call("POST", "/api/v1/namespaces/shop/services", thing)

    def test_what_this_run_did_not_make_is_refused_and_stays(self):
        before = self.theirs("old")
        code, said = self.run_it(looking_on({"apply": "service.yaml"}, service_yaml=service("old")))
        self.assertIn(code, (3, 4), said)
        self.assertRegex(" ".join(said.split()), r"Service/old.*(was not made by this run|conflict)")
        there = self.cluster.call("GET", "/api/v1/namespaces/shop/services/old")
        self.assertEqual((there["metadata"]["uid"], there["metadata"]["resourceVersion"]),
                         (before["metadata"]["uid"], before["metadata"]["resourceVersion"]))

    def test_cluster_scoped_objects_and_other_namespaces_are_refused_before_the_first_change(self):
        elsewhere = service("away")
        elsewhere["metadata"]["namespace"] = "default"
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "wide"}, "rules": []}
        for thing in (elsewhere, role):
            with self.subTest(kind=thing["kind"]):
                files = looking_on({"apply": ["service.yaml", "bad.yaml"]}, service_yaml=service("first"), bad_yaml=thing)
                code, said = self.run_it(files)
                self.assertIn(code, (3, 4), said)
                self.assertRegex(said, "namespace")
                self.assertEqual(self.cluster.call("GET", "/api/v1/namespaces/shop/services/first")["kind"], "Status")

    def test_a_misspelt_field_is_refused_before_the_first_change(self):
        wrong = deployment("typo", 1, False)
        wrong["spec"]["replcas"] = 3
        files = looking_on({"apply": "service.yaml"}, {"apply": "wrong.yaml"}, service_yaml=service("first"), wrong_yaml=wrong)
        code, said = self.run_it(files)
        self.assertIn(code, (3, 4), said)
        self.assertIn("replcas", said)
        self.assertEqual(self.cluster.call("GET", "/api/v1/namespaces/shop/services/first")["kind"], "Status")

    def test_a_conflict_with_somebody_else_is_reported_and_not_forced(self):
        second = service("ours")
        second["spec"]["ports"][0]["port"] = 81
        files = looking_on({"apply": "service.yaml"}, {"phase": "meanwhile", "pause": "3s"}, {"apply": "again.yaml"},
                           service_yaml=service("ours"), again_yaml=second)
        path = "/api/v1/namespaces/shop/services/ours"

        def edit():
            self.cluster.until(lambda: self.cluster.call("GET", path)["kind"] == "Service", 60)
            theirs = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "ours"}, "spec": {"selector": {"app": "theirs"}}}
            self.cluster.call("PATCH", path + "?fieldManager=somebody&force=true", theirs, content="application/apply-patch+yaml")
            self.seen = self.cluster.call("GET", path)

        editor = threading.Thread(target=edit)
        editor.start()
        code, said = self.run_it(files)
        editor.join()
        self.assertEqual(self.seen["spec"]["selector"], {"app": "theirs"})
        self.assertEqual(code, 1, "what the person's file asks for is not had: " + said)
        self.assertIn("somebody", said, "who the conflict is with")
        self.assertEqual(self.cluster.call("GET", path)["kind"], "Status", "what the run made is gone, edited or not")

    def test_another_life_of_a_name_is_not_deleted(self):
        files = looking_on({"apply": "service.yaml"}, {"phase": "meanwhile", "pause": "2s"}, service_yaml=service("reborn"))
        path = "/api/v1/namespaces/shop/services/reborn"

        def replace():
            self.cluster.until(lambda: self.cluster.call("GET", path)["kind"] == "Service", 60)
            self.cluster.call("DELETE", path)
            self.cluster.until(lambda: self.cluster.call("GET", path)["kind"] == "Status")
            self.theirs("reborn")

        replacer = threading.Thread(target=replace)
        replacer.start()
        code, said = self.run_it(files)
        replacer.join()
        self.assertNotEqual(code, 3, said)
        self.assertEqual(self.cluster.call("GET", path)["kind"], "Service", said)


if __name__ == "__main__":
    unittest.main()
