"""`straycat diagnose` with fewer rights than it would like, and what it writes for programs."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from cluster import Cluster
from denying import Denying
from straycat import straycat
from test_diagnose import DEPLOYMENT, SERVICE


class Rights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("loopback")
        cls.addClassCleanup(cls.cluster.end)
        cls.cluster.call("POST", "/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT)
        cls.cluster.call("POST", "/api/v1/namespaces/default/services", SERVICE)
        cls.cluster.until(lambda: straycat("diagnose", "svc/sayhi", "--kubeconfig", cls.cluster.kubeconfig).returncode == 0)
        cls.api = Denying(cls.cluster)
        cls.addClassCleanup(cls.api.end)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.kubeconfig = self.api.kubeconfig(self.folder / "kubeconfig")

    def diagnose(self, *words, denied=()):
        self.api.denied = set(denied)
        done = straycat("diagnose", "--kubeconfig", self.kubeconfig, *words, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def test_each_list_that_is_denied_is_named(self):
        costs = {"endpointslices": 2, "pods": 2, "deployments": 2, "jobs": 2, "events": 0, "networkpolicies": 0, "services": 2}
        served = straycat("diagnose", "svc/sayhi", "--kubeconfig", self.kubeconfig).stdout
        self.assertIn("exit 0", served)
        for resource, wanted in costs.items():
            code, out, errors = self.diagnose("svc/sayhi", "--json", "-", denied=[f"list {resource}"])
            document = json.loads(out)
            self.assertEqual(code, wanted, f"{resource}: {out}{errors}")
            self.assertEqual([right.split(".")[0] for right in document["missingRights"]], [f"list {resource}"])
            self.assertTrue(any(f"may not list {resource}" in cost for cost in document["notSeen"]), document["notSeen"])

    def test_nothing_may_be_read(self):
        code, out, _ = self.diagnose("svc/sayhi", denied=["*"])
        self.assertEqual(code, 2, out)
        self.assertIn("may not get services, nor list services", " ".join(out.split()))
        self.assertIn("straycat rbac", out)
        code, out, _ = self.diagnose("--all", denied=["*"])
        self.assertEqual((code, "exit 2" in out), (2, True), out)
        code, _, errors = self.diagnose("svc/sayhi", "--", "touch", "touched", denied=["*"])
        self.assertEqual((code, (self.folder / "touched").exists()), (4, False), errors)

    def test_a_name_that_cannot_be_looked_up(self):
        code, out, errors = self.diagnose("svc/sayhi", "--for", "deploy/sayhi", denied=["list deployments"])
        self.assertEqual((code, "Deployment/sayhi" in out), (2, True), f"its pods stand behind the Service: {out}{errors}")
        code, out, errors = self.diagnose("svc/sayhi", "--for", "deploy/nope", denied=["list deployments"])
        self.assertEqual((code, out, "could not be looked up" in errors), (4, "", True), out + errors)
        code, out, errors = self.diagnose("--all", "-n", "kube-system", denied=["get namespaces"])
        self.assertEqual((code, "whether there is a namespace kube-system is not known" in " ".join(out.split())), (2, True), out + errors)

    def test_rbac_for_requests(self):
        verbs = {}
        for flags in ([], ["--probe"]):
            done = straycat("rbac", "-n", "shop", *flags)
            role = json.loads(done.stdout.split("---\n")[1])
            verbs[bool(flags)] = {(resource, verb) for rule in role["rules"] for resource in rule["resources"] for verb in rule["verbs"]}
        self.assertEqual({verb for _, verb in verbs[False]}, {"list"})
        self.assertLessEqual({("services/proxy", "get"), ("pods/proxy", "get"), ("endpointslices", "watch")}, verbs[True])
        self.assertLessEqual(verbs[False], verbs[True])
        self.assertLessEqual({verb for _, verb in verbs[True]}, {"get", "list", "watch"}, "it makes nothing")

    def test_every_output_at_once(self):
        code, out, errors = self.diagnose("svc/sayhi", "--html", "a.html", "--junit", "b.xml", "--markdown", "c.md", "--json", "d.json")
        self.assertEqual(code, 0, errors)
        self.assertIn("NOTHING", out)
        self.assertTrue((self.folder / "a.html").read_text().rstrip().endswith("</html>"))
        self.assertIn('failures="0"', (self.folder / "b.xml").read_text())
        self.assertIn("### straycat: Service/sayhi in namespace default: NOTHING", (self.folder / "c.md").read_text().replace("\\", ""))
        self.assertEqual(json.loads((self.folder / "d.json").read_text())["exitCode"], 0)
        code, _, errors = self.diagnose("--all", "--html", "new.html", "--junit", "b.xml")
        self.assertEqual((code, "--force" in errors, (self.folder / "new.html").exists()), (3, True, False), errors)
        self.assertEqual(self.diagnose("--all", "--html", "new.html", "--junit", "b.xml", "--force")[0], 0)
        for flag, start in [("--json", "{"), ("--html", "<!doctype html>"), ("--junit", "<?xml"), ("--markdown", "### straycat")]:
            code, out, errors = self.diagnose("-A", flag, "-")
            self.assertEqual((code, out.startswith(start)), (0, True), errors)

    def test_reading_only(self):
        self.api.asked.clear()
        self.diagnose("svc/sayhi")
        self.assertEqual({method for method, _ in self.api.asked}, {"GET"})
        self.assertFalse([path for _, path in self.api.asked if "watch" in path or "/secrets" in path or "/configmaps" in path])


if __name__ == "__main__":
    unittest.main()
