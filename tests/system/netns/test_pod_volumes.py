"""What pods mount: empty folders, ConfigMaps, Secrets, projections of them and of the pod itself; and what they are told."""
import base64
import json
import unittest

from cluster import Cluster


class Volumes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("kernel")
        cls.make("configmaps", {"kind": "ConfigMap", "metadata": {"name": "words"}, "data": {"greeting": "hello", "name": "cat"},
                                "binaryData": {"raw": base64.b64encode(b"\0\1").decode()}})
        cls.make("secrets", {"kind": "Secret", "metadata": {"name": "keys"}, "data": {"key": base64.b64encode(b"opens").decode()}})

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.cluster.end()
        assert code == 0, errors

    @classmethod
    def make(cls, plural, item, method="POST", name=""):
        path = f"/api/v1/namespaces/default/{plural}" + (f"/{name}" if name else "")
        content = "application/merge-patch+json" if method == "PATCH" else "application/json"
        made = cls.cluster.call(method, path, {"apiVersion": "v1", **item}, content=content)
        assert made["kind"] == item["kind"], made

    def output(self, name, script, mounts, volumes, **container):
        c = self.cluster
        c.run_pod(name, script, container={"volumeMounts": mounts, **container}, volumes=volumes, labels={"app": "cat"})
        c.until_phase(name, "Succeeded")
        return c.log(name).splitlines()

    def test_files_of_every_source(self):
        volumes = [{"name": "words", "configMap": {"name": "words"}},
                   {"name": "some", "configMap": {"name": "words", "items": [{"key": "greeting", "path": "deep/er", "mode": 0o400}], "defaultMode": 0o444}},
                   {"name": "keys", "secret": {"secretName": "keys", "defaultMode": 0o600}},
                   {"name": "none", "secret": {"secretName": "nobody", "optional": True}},
                   {"name": "self", "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
                                                             {"path": "cpu", "resourceFieldRef": {"containerName": "c", "resource": "limits.cpu", "divisor": "1m"}}]}},
                   {"name": "all", "projected": {"sources": [{"configMap": {"name": "words", "items": [{"key": "name", "path": "name"}]}},
                                                            {"secret": {"name": "keys"}}, {"serviceAccountToken": {"path": "token"}}]}}]
        mounts = [{"name": v["name"], "mountPath": "/v/" + v["name"]} for v in volumes] + [
            {"name": "words", "mountPath": "/etc/motd", "subPath": "greeting"}]
        lines = self.output("sources", """cd /v; cat words/greeting; echo; stat -Lc %s words/raw; cat some/deep/er; echo; stat -Lc %a some/deep/er
            cat keys/key; echo; stat -Lc %a keys/key; ls none | wc -l; cat self/labels; echo; cat self/cpu; echo; cat all/name all/key; echo; tr -cd . < all/token | wc -c
            cat /etc/motd; echo; (echo x > words/greeting) 2>&1 | grep -o 'Read-only.*'; ls -A words""", mounts, volumes,
                            resources={"limits": {"cpu": "250m"}})
        self.assertEqual(lines[:11], ["hello", "2", "hello", "400", "opens", "600", "0", 'app="cat"', "250", "catopens", "2"])  # a token: header.claims.signature
        self.assertEqual(lines[11:13], ["hello", "Read-only file system"])
        self.assertEqual([name for name in lines[13:] if not name.startswith("..")], ["greeting", "name", "raw"])

    def test_an_empty_folder_is_the_pods_and_bounded(self):
        mount = {"name": "shared", "mountPath": "/shared"}
        first = {"name": "first", "image": "shell", "command": ["sh", "-c", "echo left > /shared/note; ln -s /etc /shared/out; mkdir /shared/in"],
                 "volumeMounts": [mount]}
        c = self.cluster
        c.run_pod("empty", "cat /shared/note; ls -A /below; ls -d /outside/passwd /outside/shadow 2>&1; head -c 2000000 /dev/zero 2>&- > /shared/big; stat -c %s /shared/big",
                  container={"volumeMounts": [{**mount}, {"name": "shared", "mountPath": "/below", "subPath": "made/here"},
                                              {"name": "shared", "mountPath": "/inside", "subPath": "in", "readOnly": True}]},
                  initContainers=[first], volumes=[{"name": "shared", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}])
        c.until_phase("empty", "Succeeded")
        lines = c.log("empty").splitlines()
        self.assertEqual(lines[0], "left")
        self.assertTrue(900_000 < int(lines[-1]) <= 1 << 20, f"sizeLimit: {lines}")
        # A link that a container laid leads nowhere of the node's: what it names is looked for in the volume.
        c.run_pod("astray", "true", container={"volumeMounts": [{"name": "shared", "mountPath": "/outside", "subPath": "out"}]},
                  initContainers=[first], volumes=[{"name": "shared", "emptyDir": {}}])
        c.until(lambda: c.container("astray")["state"].get("waiting", {}).get("reason") != "PodInitializing")
        self.assertNotEqual(c.pod("astray")["status"]["phase"], "Succeeded")

    def test_what_is_missing_holds_the_pod_until_it_is_there(self):
        c = self.cluster
        c.run_pod("late", "cat /v/k", container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]}, volumes=[{"name": "v", "configMap": {"name": "later"}}])
        words = 'MountVolume.SetUp failed for volume "v" : configmap "later" not found'
        c.until(lambda: ("Warning", "FailedMount", words) in c.events("late"))
        self.assertEqual(c.container("late")["state"]["waiting"]["reason"], "ContainerCreating")
        self.make("configmaps", {"kind": "ConfigMap", "metadata": {"name": "later"}, "data": {"k": "there"}})
        c.until_phase("late", "Succeeded")
        self.assertEqual(c.log("late"), "there\n")

    def test_a_changed_map_is_seen_in_the_volume(self):
        c = self.cluster
        self.make("configmaps", {"kind": "ConfigMap", "metadata": {"name": "live"}, "data": {"k": "old", "gone": "x"}})
        c.run_pod("watcher", "cat /v/k; echo; until grep -q new /v/k; do sleep 0.1; done; ls /v", labels={},
                  container={"volumeMounts": [{"name": "v", "mountPath": "/v"}]}, volumes=[{"name": "v", "configMap": {"name": "live"}}])
        c.until(lambda: c.log("watcher").startswith("old"))
        self.make("configmaps", {"kind": "ConfigMap", "data": {"k": "new", "gone": None}}, "PATCH", "live")
        c.until_phase("watcher", "Succeeded", 30)
        self.assertEqual(c.log("watcher").splitlines(), ["old", "k"])

    def test_environment_from_everything(self):
        c = self.cluster
        env = [{"name": "ONE", "valueFrom": {"configMapKeyRef": {"name": "words", "key": "greeting"}}},
               {"name": "TWO", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "key"}}},
               {"name": "NOT", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "no", "optional": True}}},
               {"name": "MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "requests.memory", "divisor": "1Mi"}}},
               {"name": "SUM", "value": "$(ONE) $(P_name) ${NOT-unset}"}]
        c.run_pod("env", 'echo "$ONE $TWO ${NOT-unset} $MEMORY $P_name $key; $SUM"',
                  container={"env": env, "envFrom": [{"configMapRef": {"name": "words"}, "prefix": "P_"}, {"secretRef": {"name": "keys"}}],
                             "resources": {"requests": {"memory": "10Mi"}}})
        c.until_phase("env", "Succeeded")
        self.assertEqual(c.log("env"), "hello opens unset 10 cat opens; hello cat ${NOT-unset}\n")
        c.run_pod("nokey", "true", container={"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "words", "key": "no"}}}]})
        waiting = c.until(lambda: (lambda w: w if w.get("reason") == "CreateContainerConfigError" else None)(c.container("nokey")["state"].get("waiting", {})))
        self.assertEqual(waiting["message"], "couldn't find key no in ConfigMap default/words")


if __name__ == "__main__":
    unittest.main()
