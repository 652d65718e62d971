"""The stock kubectl on `straycat cluster`: the verbs that a person uses to look in and to help."""
import json
import pathlib
import re
import select
import subprocess
import time
import unittest
import urllib.request

from kubectl import Kubectl, find_kubectl
from straycat import SCENARIOS, STRAYCAT

FOLDER = SCENARIOS / "service-selector"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n"


class ClusterProcess:
    """`straycat cluster` in the foreground of another process, ended by SIGTERM."""

    def __init__(self, *flags):
        self.process = subprocess.Popen([STRAYCAT, "cluster", *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("export KUBECONFIG="):
            self.process.kill()
            raise RuntimeError(f"the cluster did not start: {line}{self.process.stderr.read()}")
        self.kubeconfig = line.strip().split("=", 1)[1]

    def end(self):
        self.process.terminate()
        code = self.process.wait(timeout=300)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class KubectlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        find_kubectl()
        cls.cluster = ClusterProcess("--data-plane", "loopback", "--image", 'any=["env"]')
        cls.kubectl = Kubectl(cls.cluster.kubeconfig, "demo")
        # Before 1.27 kubectl checks manifests against OpenAPI v2 in protobuf, which this server has not.
        cls.validate = ["--validate=false"] if cls.kubectl.minor() < 27 else []

    @classmethod
    def tearDownClass(cls):
        cls.kubectl.close()
        code = cls.cluster.end()
        assert code == 0, f"the cluster ended with {code}"

    def ok(self, *arguments, **options):
        done = self.kubectl.run(*arguments, **options)
        self.assertEqual(done.returncode, 0, f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def refused(self, *arguments, **options):
        done = self.kubectl.run(*arguments, **options)
        self.assertNotEqual(done.returncode, 0, f"kubectl {' '.join(arguments)}: {done.stdout}")
        return done.stderr

    def apply(self, *names):
        return self.ok("apply", *self.validate, *[word for name in names for word in ("-f", str(FOLDER / name))])

    def get(self, *what):
        return json.loads(self.ok("get", *what, "-o", "json"))

    def setUp(self):
        self.ok("apply", *self.validate, "-f", "-", text=NAMESPACE)

    def tearDown(self):
        self.ok("delete", "namespace", "demo", "--timeout=300s")
        self.assertIn("not found", self.refused("get", "namespace", "demo"))

    def test_commands_in_a_container(self):
        self.ok("run", "a", "--image=any", "--restart=Never", "--", "sleep", "300")
        self.ok("wait", "--for=condition=Ready", "pod/a", "--timeout=60s")
        for sockets in ("true", "false"):  # as WebSocket, and as older ones do, in SPDY
            self.kubectl.environment.update(KUBECTL_REMOTE_COMMAND_WEBSOCKETS=sockets, KUBECTL_PORT_FORWARD_WEBSOCKETS=sockets)
            self.assertEqual(self.ok("exec", "-i", "a", "--", "cat", text="through\n" * 100_000), "through\n" * 100_000)
            done = self.kubectl.run("exec", "a", "--", "sh", "-c", "echo said; echo why >&2; exit 3")
            self.assertEqual((done.stdout, done.stderr.splitlines()[0], done.returncode), ("said\n", "why", 3))
            self.assertIn("no-such-program", self.refused("exec", "a", "--", "no-such-program"))
            self.assertEqual(self.ok("run", "--rm", "-i", "--quiet", "b", "--image=any", "--restart=Never", "--", "cat", text="words\n").splitlines()[0], "words")
        self.assertIn("container b is not valid for pod a", self.refused("exec", "a", "-c", "b", "--", "true"))

    def test_a_forwarded_port(self):
        self.apply("deployment-readiness.yaml", "service.yaml")
        self.ok("rollout", "status", "deployment/sayhi", "--timeout=300s")
        for sockets in ("true", "false"):
            self.kubectl.environment.update(KUBECTL_PORT_FORWARD_WEBSOCKETS=sockets)
            forward = self.kubectl.start("port-forward", "deployment/sayhi", ":3000")
            try:
                port = re.search(r"127.0.0.1:(\d+)", forward.stdout.readline())[1]
                for _ in range(3):
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/hi", timeout=30) as answer:
                        self.assertEqual(answer.status, 200)
            finally:
                forward.terminate()
                forward.communicate()

    def test_a_rollout_from_apply_to_undo(self):
        self.assertIn("deployment.apps/sayhi created", self.apply("deployment-readiness.yaml", "service.yaml"))
        self.assertIn("successfully rolled out", self.ok("rollout", "status", "deployment/sayhi", "--timeout=300s"))
        self.assertIn("service/sayhi unchanged", self.apply("service.yaml"))
        self.ok("scale", "deployment/sayhi", "--replicas=3")
        self.ok("rollout", "status", "deployment/sayhi", "--timeout=300s")
        self.assertEqual(self.get("deployment", "sayhi")["status"]["readyReplicas"], 3)
        self.ok("set", "image", "deployment/sayhi", "sayhi=beranm14/sayhi:latest")
        self.ok("rollout", "restart", "deployment/sayhi")
        self.ok("rollout", "status", "deployment/sayhi", "--timeout=300s")
        self.assertIn("2", self.ok("rollout", "history", "deployment/sayhi"))
        self.ok("rollout", "undo", "deployment/sayhi")
        self.ok("rollout", "status", "deployment/sayhi", "--timeout=300s")
        self.assertIn("condition met", self.ok("wait", "--for=condition=Available", "deployment/sayhi", "--timeout=300s"))
        self.assertNotIn("restartedAt", json.dumps(self.get("deployment", "sayhi")["spec"]["template"]))

    def test_looking_in(self):
        self.apply("deployment-readiness.yaml", "service.yaml")
        self.ok("rollout", "status", "deployment/sayhi", "--timeout=300s")
        wide = self.ok("get", "deploy,rs,pods,svc,endpointslices", "-o", "wide")
        for word in ("NOMINATED NODE", "beranm14/sayhi", "1/1", "Running", "80/TCP", "app=sayhi"):
            self.assertIn(word, wide)
        pods = self.ok("get", "pods", "-l", "app=sayhi", "-o", "name").split()
        self.assertEqual(len(pods), 1)
        self.assertEqual(self.ok("get", "pods", "-l", "app=other", "-o", "name"), "")
        self.assertEqual(self.ok("get", "pods", "--field-selector", "status.phase=Running", "-o", "name").split(), pods)
        self.assertIn("name: sayhi", self.ok("get", "service", "sayhi", "-o", "yaml"))
        self.assertIn("Endpoints:", self.ok("describe", "service", "sayhi"))
        self.assertIn("Scaled up replica set", self.ok("describe", "deployment", "sayhi"))
        described = self.ok("describe", "pods")
        self.assertIn("Readiness:", described)
        self.assertIn("Successfully assigned demo/", described)
        self.assertIn("Started", self.ok("get", "events"))
        self.assertIn("Ready", self.ok("get", "nodes", "-o", "wide"))
        self.assertIn("v1.36.3+straycat", json.dumps(json.loads(self.ok("get", "--raw", "/version"))))

    def test_a_job_and_its_log(self):
        self.apply("job.yaml")
        self.ok("wait", "--for=condition=Ready", "pod", "-l", "job-name=sayhi", "--timeout=300s")
        followed = self.ok("logs", "-f", "job/sayhi")
        self.assertEqual(followed.count("\N{CAT}"), 10, "from the first line to the container's end")
        self.assertIn("condition met", self.ok("wait", "--for=condition=complete", "job/sayhi", "--timeout=300s"))
        self.assertEqual(self.ok("logs", "job/sayhi", "--tail=2").count("\N{CAT}"), 2)
        self.assertIn("1/1", self.ok("get", "jobs"))
        self.assertIn("1 Succeeded", self.ok("describe", "job", "sayhi"))
        self.ok("delete", "-f", str(FOLDER / "job.yaml"))
        self.assertEqual(self.ok("get", "jobs,pods", "-o", "name"), "")

    def test_watching(self):
        watch = self.kubectl.start("get", "service", "-w", "-o", "name")
        try:
            deadline = time.monotonic() + 60
            seen = ""
            self.apply("service.yaml")
            while "service/sayhi" not in seen and time.monotonic() < deadline:
                if select.select([watch.stdout], [], [], 1)[0]:
                    seen += watch.stdout.readline()
            self.assertIn("service/sayhi", seen)
        finally:
            watch.kill()
            watch.communicate()

    def test_patches_labels_and_server_side_apply(self):
        self.apply("deployment.yaml", "service.yaml")
        self.ok("patch", "deployment", "sayhi", "-p", json.dumps({"spec": {"template": {"spec": {"containers": [
            {"name": "sayhi", "env": [{"name": "A", "value": "b"}]}]}}}}))
        self.ok("patch", "deployment", "sayhi", "--type=merge", "-p", '{"metadata":{"annotations":{"a":"b"}}}')
        self.ok("patch", "deployment", "sayhi", "--type=json", "-p", '[{"op":"add","path":"/metadata/annotations/c","value":"d"}]')
        self.ok("label", "service", "sayhi", "x=y")
        self.ok("annotate", "service", "sayhi", "x=y")
        deployment = self.get("deployment", "sayhi")
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual((container["image"], container["env"][0]["name"]), ("beranm14/sayhi", "A"))
        self.assertEqual(deployment["metadata"]["annotations"]["c"], "d")
        address = self.get("service", "sayhi")["spec"]["clusterIP"]
        self.assertIn("serverside-applied", self.ok("apply", *self.validate, "--server-side", "--force-conflicts", "-f", str(FOLDER / "service.yaml")))
        self.ok("replace", *self.validate, "-f", str(FOLDER / "service.yaml"))
        self.assertEqual(self.get("service", "sayhi")["spec"]["clusterIP"], address)
        if not self.validate:   # an old diff asks for OpenAPI v2
            self.assertEqual(self.kubectl.run("diff", "-f", str(FOLDER / "service.yaml")).returncode, 0)

    def test_refusals_come_in_kubernetes_words(self):
        self.assertIn('pods "absent" not found', self.refused("get", "pod", "absent"))
        self.assertIn("the server doesn't have a resource type", self.refused("get", "nonsense"))
        broken = pathlib.Path(FOLDER / "deployment.yaml").read_text().replace("replicas: 1", "replica: 1")
        if not self.validate:
            self.assertIn('unknown field "spec.replica"', self.refused("apply", "-f", "-", text=broken))
        mismatched = json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "m"}, "spec": {
            "selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "c"}}, "spec": {"containers": [{"name": "x", "image": "x"}]}}}})
        self.assertIn("`selector` does not match template `labels`", self.refused("apply", *self.validate, "-f", "-", text=mismatched))

    def test_what_kubectl_sends_as_protobuf_is_read(self):
        self.ok("create", "namespace", "typed")
        self.assertEqual(self.ok("get", "namespace", "typed", "-o", "jsonpath={.metadata.name}"), "typed")


if __name__ == "__main__":
    unittest.main()
