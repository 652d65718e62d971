"""What a pod may expect of the node, the same on both data planes. Each file of tests names the plane."""
import os
import pathlib
import random
import signal
import time
import unittest

import yaml

from cluster import SOURCE, Cluster, alive, descendants

ARTICLE = SOURCE / "scenarios" / "service-selector"
HTTP_READY = {"httpGet": {"path": "/healthz", "port": 3000}, "periodSeconds": 1}


class NodeCases:
    plane = ""
    isolated = False

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(cls.plane)

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.cluster.end()
        assert code == 0, errors

    # ---- life ----

    def test_a_program_of_ours_serves_and_becomes_ready(self):
        c = self.cluster
        c.run_pod("ready", container={"image": "beranm14/sayhi", "readinessProbe": HTTP_READY}, restartPolicy="Always")
        c.until(lambda: c.is_ready("ready"))
        status = c.pod("ready")["status"]
        self.assertEqual(status["phase"], "Running")
        self.assertEqual(status["podIP"], status["podIPs"][0]["ip"])
        self.assertEqual([k["type"] for k in status["conditions"]],
                         ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"])
        reasons = [reason for _, reason, _ in c.events("ready") if reason != "Unhealthy"]
        self.assertEqual(reasons, ["Scheduled", "Pulled", "Created", "Started"])

    def test_completion_and_failure(self):
        c = self.cluster
        c.run_pod("good", "echo done")
        c.run_pod("bad", "exit 7")
        done = c.until_phase("good", "Succeeded")["status"]
        self.assertEqual(done["containerStatuses"][0]["state"]["terminated"]["reason"], "Completed")
        failed = c.until_phase("bad", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
        self.assertEqual((failed["reason"], failed["exitCode"]), ("Error", 7))
        self.assertEqual(c.log("good"), "done\n")

    def test_environment_and_names(self):
        c = self.cluster
        env = [{"name": "WHO", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
               {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}, {"name": "BOTH", "value": "$(WHO) at $(IP)"}]
        c.run_pod("env", 'echo "$BOTH"; hostname; cat /etc/hosts', container={"env": env})
        address = c.until_phase("env", "Succeeded")["status"]["podIP"]
        lines = c.log("env").splitlines()
        self.assertEqual(lines[0], f"env at {address}")
        if self.isolated:
            self.assertEqual(lines[1], "env")
            self.assertIn(f"{address}\tenv", lines)

    def test_crash_loop(self):
        c = self.cluster
        c.run_pod("crash", "echo boom; exit 1", restartPolicy="Always")
        waiting = c.until(lambda: c.container("crash")["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff" and c.container("crash"))
        self.assertEqual(waiting["restartCount"], 1)
        self.assertEqual(waiting["lastState"]["terminated"]["exitCode"], 1)
        self.assertTrue(waiting["state"]["waiting"]["message"].startswith("back-off 10s restarting failed container=c pod=crash_default("))
        self.assertEqual(c.log("crash", "previous=true"), "boom\n")
        self.assertEqual(c.pod("crash")["status"]["phase"], "Running")

    def test_unknown_image(self):
        c = self.cluster
        c.run_pod("unknown", container={"image": "nobody/knows"})
        c.until(lambda: c.container("unknown")["state"]["waiting"]["reason"] == "ImagePullBackOff")
        events = c.events("unknown")
        self.assertTrue(any("straycat cluster --image 'nobody/knows=[" in message for _, _, message in events), events)
        self.assertIn(("Warning", "Failed", "Error: ErrImagePull"), events)
        self.assertEqual(c.call("GET", c.pods("unknown") + "/log")["code"], 400)
        c.call("DELETE", c.pods("unknown"))
        c.until_gone("unknown")

    def test_a_command_that_is_not_there(self):
        c = self.cluster
        c.run_pod("missing", container={"command": ["/no/such/program"]})
        ended = c.until_phase("missing", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
        self.assertEqual((ended["reason"], ended["exitCode"]), ("StartError", 128))
        self.assertIn("No such file", ended["message"])

    def test_what_the_node_cannot_do_is_said(self):
        c = self.cluster
        volume = {"name": "data", "hostPath": {"path": "/etc"}}
        c.run_pod("disk", "true", container={"volumeMounts": [{"name": "data", "mountPath": "/data"}]}, volumes=[volume])
        words = "MountVolume.SetUp failed for volume \"data\" : the embedded cluster has no hostPath volumes" if self.isolated else "mounts nothing"
        c.until(lambda: any(reason == "FailedMount" and words in message for _, reason, message in c.events("disk")))
        self.assertEqual(c.container("disk")["state"]["waiting"]["reason"], "ContainerCreating")
        c.run_pod("settings", "true", container={"envFrom": [{"configMapRef": {"name": "x"}}]})
        waiting = c.until(lambda: (lambda w: w if w.get("reason") == "CreateContainerConfigError" else None)(c.container("settings")["state"].get("waiting", {})))
        self.assertEqual(waiting["message"], 'configmap "x" not found')
        for name in ("disk", "settings"):
            c.call("DELETE", c.pods(name))
            c.until_gone(name)

    def test_what_a_container_leaves_running_dies_with_it(self):
        c = self.cluster
        mark = str(random.randrange(10**6, 10**7))
        c.run_pod("litter", f"sleep {mark} & echo left")
        c.until_phase("litter", "Succeeded")
        words = [p.read_bytes() for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if os.access(p, os.R_OK)]
        self.assertFalse([w for w in words if w == f"sleep\0{mark}\0".encode()])

    def test_init_containers_come_first(self):
        c = self.cluster
        c.run_pod("several", "sleep 60", initContainers=[{"name": "first", "image": "shell", "command": ["sh", "-c", "echo before"]}])
        c.until_phase("several", "Running")
        status = c.pod("several")["status"]
        self.assertEqual(status["initContainerStatuses"][0]["state"]["terminated"]["reason"], "Completed")
        self.assertEqual(c.log("several", "container=first"), "before\n")

    # ---- probes ----

    def test_a_failing_liveness_probe_restarts(self):
        c = self.cluster
        probe = {"exec": {"command": ["sh", "-c", "echo sick; exit 1"]}, "periodSeconds": 1, "failureThreshold": 1}
        c.run_pod("sick", "exec sleep 60", container={"livenessProbe": probe}, restartPolicy="Always", terminationGracePeriodSeconds=1)
        c.until(lambda: c.container("sick")["restartCount"] >= 1)
        events = c.events("sick")
        self.assertTrue(any(m.startswith("Liveness probe failed: sick") for _, r, m in events if r == "Unhealthy"), events)
        self.assertIn(("Normal", "Killing", "Container c failed liveness probe, will be restarted"), events)

    def test_readiness_comes_and_goes(self):
        c = self.cluster
        flag = f"/tmp/straycat-test-{random.getrandbits(40):x}"
        probe = {"exec": {"command": ["test", "-e", flag]}, "periodSeconds": 1, "failureThreshold": 1}
        c.run_pod("moody", f"sleep 2; touch {flag}; sleep 3; rm {flag}; exec sleep 60", container={"readinessProbe": probe})
        c.until_phase("moody", "Running")
        self.assertFalse(c.is_ready("moody"))
        c.until(lambda: c.is_ready("moody"))
        c.until(lambda: not c.is_ready("moody"))
        self.assertEqual(c.container("moody")["restartCount"], 0)

    # ---- the end ----

    def test_term_is_given_its_grace_period(self):
        c = self.cluster
        c.run_pod("polite", 'trap "echo bye; sleep 0.5; exit 0" TERM; echo up; while true; do sleep 0.05; done', terminationGracePeriodSeconds=120)
        c.until(lambda: c.log("polite") == "up\n")
        lines, thread = c.follow("polite")
        c.call("DELETE", c.pods("polite"))
        took = c.until_gone("polite")
        self.assertGreater(took, 0.4)
        self.assertLess(took, 100, "not when its time was over")
        thread.join(300)
        self.assertEqual(lines, ["up", "bye"], "a follower sees the last line")
        self.assertIn(("Normal", "Killing", "Stopping container c"), c.events("polite"))

    def test_kill_when_the_grace_period_is_over(self):
        c = self.cluster
        c.run_pod("deaf", 'trap "" TERM; echo up; while true; do sleep 0.05; done', terminationGracePeriodSeconds=120)
        c.until(lambda: c.log("deaf") == "up\n")
        c.call("DELETE", c.pods("deaf") + "?gracePeriodSeconds=1")
        took = c.until_gone("deaf")
        self.assertGreater(took, 0.9)
        self.assertLess(took, 100, "not the pod's own time")

    def test_pre_stop_goes_before_term(self):
        c = self.cluster
        hook = {"preStop": {"exec": {"command": ["sh", "-c", "sleep 0.3"]}}}
        c.run_pod("hooked", 'trap "date +%s.%N; exit 0" TERM; echo up; while true; do sleep 0.05; done', container={"lifecycle": hook})
        c.until(lambda: c.log("hooked") == "up\n")
        lines, thread = c.follow("hooked")
        begin = time.time()
        c.call("DELETE", c.pods("hooked"))
        c.until_gone("hooked")
        thread.join(300)
        self.assertGreater(float(lines[-1]) - begin, 0.3)

    def test_many_lines_arrive_whole_and_in_order(self):
        c = self.cluster
        c.run_pod("chatty", "i=0; while [ $i -lt 20000 ]; do echo line $i xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; i=$((i+1)); done")
        c.until(lambda: c.pod("chatty")["status"].get("containerStatuses", [{}])[0].get("containerID"))
        lines, thread = c.follow("chatty")
        thread.join(300)
        self.assertEqual([int(line.split()[1]) for line in lines], list(range(20000)))


    def test_what_is_written_just_before_the_end_is_kept(self):
        # Each line is a write of its own right before the exit: read and end then race within the node.
        c = self.cluster
        names = [f"hasty-{i}" for i in range(20)]
        for name in names:
            c.run_pod(name, "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done")
        for name in names:
            c.until_phase(name, "Succeeded", 60)
        lost = {name: text for name in names if (text := c.log(name)) != "".join(f"line {i}\n" for i in range(1, 10))}
        self.assertEqual(lost, {})


class ArticleCases:
    """The article's manifests, applied as they stand."""
    plane = ""

    def apply(self, cluster, name):
        item = yaml.safe_load((ARTICLE / name).read_text())
        group = item["apiVersion"]
        plural = item["kind"].lower() + "s"
        base = "/api/v1" if group == "v1" else f"/apis/{group}"
        made = cluster.call("POST", f"{base}/namespaces/default/{plural}", item)
        self.assertEqual(made["kind"], item["kind"], made)

    def ready_addresses(self, cluster):
        slices = cluster.call("GET", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name=sayhi")
        return {a for s in slices["items"] for e in s["endpoints"] or [] if e["conditions"]["ready"] for a in e["addresses"]}

    def test_the_article(self):
        with Cluster(self.plane) as cluster:
            self.apply(cluster, "service.yaml")
            self.apply(cluster, "deployment.yaml")
            cluster.until(lambda: len(self.ready_addresses(cluster)) == 1)
            self.apply(cluster, "job.yaml")
            cluster.until(lambda: len(self.ready_addresses(cluster)) == 2)
            pods = cluster.call("GET", cluster.pods())["items"]
            stray = next(p for p in pods if p["metadata"]["ownerReferences"][0]["kind"] == "Job")["metadata"]["name"]
            cluster.until_phase(stray, "Succeeded", 30)
            cluster.until(lambda: len(self.ready_addresses(cluster)) == 1)
            self.assertEqual(cluster.log(stray).count("🐈"), 10)
            job = cluster.until(lambda: (lambda j: j if j["status"].get("succeeded") else None)(
                cluster.call("GET", "/apis/batch/v1/namespaces/default/jobs/sayhi")))
            self.assertEqual(job["status"]["succeeded"], 1)


class EndCases:
    """Nothing is left behind, however it ends."""
    plane = ""
    kills = 6

    def busy(self):
        cluster = Cluster(self.plane)
        for i in range(3):
            cluster.run_pod(f"busy{i}", "sleep 300 & sleep 300; wait", restartPolicy="Always")
        cluster.run_pod("web", container={"image": "beranm14/sayhi", "readinessProbe": HTTP_READY}, restartPolicy="Always")
        return cluster

    def all_gone(self, below):
        end = time.monotonic() + 300
        while any(alive(pid) for pid in below):
            self.assertLess(time.monotonic(), end, [pid for pid in below if alive(pid)])
            time.sleep(0.02)

    def test_term_ends_everything_quickly_and_well(self):
        cluster = self.busy()
        cluster.until_phase("busy2", "Running")
        below = descendants(cluster.process.pid)
        self.assertGreater(len(below), 4)
        code, errors = cluster.end()
        self.assertEqual(code, 0, errors)   # 4 if it had to be killed when its time was over
        self.all_gone(below)

    def test_kill_at_random_moments(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        chance = random.Random(seed)
        for _ in range(self.kills):
            cluster = self.busy()
            time.sleep(chance.random() * 0.6)
            below = descendants(cluster.process.pid)
            # The keeper, the guard, the cluster, or a process of a pod; a pod's death is no end, so the keeper follows.
            victim = chance.choice([cluster.process.pid, *below])
            with self.subTest(seed=seed, victim=below.index(victim) if victim in below else "keeper"):
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                time.sleep(chance.random() * 0.2)
                below = sorted(set(below) | set(descendants(cluster.process.pid)))
                cluster.end(signal.SIGKILL)
                self.all_gone(below)

    def test_a_container_killed_from_outside_is_restarted(self):
        with self.busy() as cluster:
            cluster.until(lambda: cluster.is_ready("web"))
            before = cluster.pod("web")["status"]["podIP"]
            web = next(p for p in descendants(cluster.process.pid) if b"sayhi" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes())
            os.kill(web, signal.SIGKILL)
            cluster.until(lambda: cluster.container("web")["restartCount"] == 1 and cluster.is_ready("web"))
            self.assertEqual(cluster.pod("web")["status"]["podIP"], before)
            self.assertEqual(cluster.container("web")["lastState"]["terminated"]["exitCode"], 137)
