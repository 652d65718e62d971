"""Rights taken from a run verb by verb: what it needs is named before anything is made; what it can do without, it does without, and says
so. Each case is a person of its own (by impersonation), with a Role that `straycat rbac` printed, less one right."""
import concurrent.futures
import json
import pathlib
import re
import tempfile
import unittest

import kubernetes
from live_run import small_scenario
from straycat import run_scenario, straycat

NAMESPACE = "rights-test"
AT_ONCE = 4


def printed_rights(scenario):
    """What `straycat rbac` prints for a namespace: every right, and those that can be left out."""
    done = straycat("rbac", scenario, "-n", NAMESPACE)
    optional = set(re.findall(r"^# can be left out: (\S+) ([a-z]+)", done.stdout, re.M))
    documents = [json.loads(part) for part in re.sub(r"^#.*$", "", done.stdout, flags=re.M).split("---") if part.strip()]
    role = next(d for d in documents if d["kind"] == "Role")
    rights = [(g, r, v) for rule in role["rules"] for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]]
    needed = [right for right in rights if (right[2], right[1]) not in optional]
    return rights, needed, sorted({(g, r) for g, r, v in rights if (v, r) in optional})


def person(name, namespace, rights):
    rules = [{"apiGroups": [g], "resources": [r], "verbs": [v]} for g, r, v in rights]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name, "namespace": namespace}, "rules": rules}
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": name, "namespace": namespace},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
               "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}]}
    return [role, binding]


class Rights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kubernetes.find_cluster()
        cls.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.scenario = small_scenario(cls.folder, ["name: more, pause: 1s"])
        cls.rights, cls.needed, cls.optional = printed_rights(cls.scenario)
        cls.config = json.loads(kubernetes.kubectl("config", "view", "--raw", "--flatten", "-o", "json"))
        cls.namespaces = [NAMESPACE] + [f"{NAMESPACE}-{i}" for i in range(len(cls.optional))]
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in cls.namespaces]
        for i, right in enumerate(cls.needed):
            objects += person(f"needs-{i}", NAMESPACE, [one for one in cls.rights if one != right])
        for i, (group, resource) in enumerate(cls.optional):
            kept = [one for one in cls.rights if one[:2] != (group, resource) or one in cls.needed]
            objects += person(f"lacks-{i}", f"{NAMESPACE}-{i}", kept)
        kubernetes.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    @classmethod
    def tearDownClass(cls):
        kubernetes.kubectl("delete", "namespace", "--wait=false", *cls.namespaces)
        cls.temporary.cleanup()

    def run_as(self, name, namespace):
        config = json.loads(json.dumps(self.config))
        config["users"][0]["user"]["as"] = name
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(json.dumps(config))
        flags = ["--kubeconfig", path, "--context", config["current-context"], "--agent-image", "straycat/agent", "-n", namespace]
        done, report = run_scenario(self.scenario, self.folder / f"out-{name}", *flags)
        return done.returncode, done.stdout + done.stderr, report

    def each(self, names):
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda pair: self.run_as(*pair), names))

    def test_what_it_needs_is_named_before_anything_is_made(self):
        self.assertGreater(len(self.needed), 20)
        before = kubernetes.kubectl("get", "pods,services,deployments,serviceaccounts", "-n", NAMESPACE, "-o", "name")
        for (group, resource, verb), (code, words, _) in zip(self.needed, self.each([(f"needs-{i}", NAMESPACE) for i in range(len(self.needed))])):
            with self.subTest(without=f"{verb} {resource}"):
                self.assertEqual(code, 4, words)
                self.assertRegex(words, rf"{verb} {resource}\b")
        after = kubernetes.kubectl("get", "pods,services,deployments,serviceaccounts", "-n", NAMESPACE, "-o", "name")
        self.assertEqual(before, after)

    def test_what_it_can_do_without_is_told_and_the_verdict_stands(self):
        self.assertGreater(len(self.optional), 5)
        results = self.each([(f"lacks-{i}", f"{NAMESPACE}-{i}") for i in range(len(self.optional))])
        for (group, resource), (code, words, report) in zip(self.optional, results):
            with self.subTest(without=resource):
                self.assertIn(code, (0, 2), words)
                self.assertIn(resource, words)
                self.assertIn(report["verdict"]["conclusion"], ("none", "inconclusive"))
        self.assertEqual(kubernetes.leftovers(), [])


if __name__ == "__main__":
    unittest.main()
