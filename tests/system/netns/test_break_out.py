"""A manifest of a stranger tries to reach what is the caller's: every attempt ends in the pod."""
import json
import os
import pathlib
import re
import socket
import tempfile
import time
import unittest

from cluster import Cluster, descendants
from straycat import run_scenario

# Runs in a pod. Prints what became of each attempt: the error's name, or what was got.
ATTEMPTS = r'''
import ctypes, errno, json, os, socket, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
told = json.loads(sys.argv[1])
got = {}

def attempt(name, do):
    try:
        got[name] = do() or "done"
    except OSError as error:
        got[name] = errno.errorcode.get(error.errno, str(error))

def call(*words):
    ctypes.set_errno(0)
    if libc.syscall(*words) < 0:
        raise OSError(ctypes.get_errno(), "")

def write(path):
    os.close(os.open(path, os.O_WRONLY))

def create(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))

def dial(family, address):
    with socket.socket(family) as s:
        s.settimeout(3)
        s.connect(address)

def climb():
    """Out of a chroot, as far up as it goes."""
    os.mkdir("/tmp/below")
    here = os.open("/", os.O_RDONLY)
    os.chroot("/tmp/below")
    os.fchdir(here)
    for _ in range(100):
        os.chdir("..")
    os.chroot(".")
    return sorted(set(os.listdir("/")) & set(told["folders"])) or "nothing"

def forks():
    count = 0
    while True:
        try:
            if os.fork() == 0:
                os.execv("/bin/sleep", ["sleep", "2"])
        except BlockingIOError:
            return count
        count += 1

def traced():
    mine = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    return [pid for pid in range(1, 3000) if pid not in mine and libc.ptrace(16, pid, 0, 0) == 0] or "nothing"

M = ctypes.c_char_p
attempt("descriptors", lambda: sorted(os.listdir("/proc/self/fd"))[:-1])
for path in ("/usr/bin/new", "/usr/new", "/proc/new", "/bin/new"):
    attempt("create " + path, lambda: create(path))
for path in ("/etc/ld.so.cache", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/usr/bin/env"):
    attempt("write " + path, lambda: write(path))
for path in ("/etc/shadow", "/proc/kcore", "/sys/kernel", "/run/straycat", *told["files"]):
    attempt("read " + path, lambda: os.listdir(path) if os.path.isdir(path) else os.close(os.open(path, os.O_RDONLY)))
attempt("chmod", lambda: os.chmod("/usr/bin/env", 0o4777))
attempt("mount", lambda: call(165, M(b"tmpfs"), M(b"/tmp"), M(b"tmpfs"), 0, None))
attempt("umount", lambda: call(166, M(b"/usr"), 2))
attempt("remount", lambda: call(165, None, M(b"/usr"), None, 32 | 4096, None))
attempt("move a mount", lambda: call(429, -1, M(b""), -1, M(b"/tmp"), 4))
attempt("unshare", lambda: call(272, 0x10000000))
attempt("clone", lambda: call(56, 0x10000000 | 17, None, None, None, None))
attempt("clone3", lambda: call(435, None, 0))
attempt("setns", lambda: call(308, os.open("/proc/self/ns/net", os.O_RDONLY), 0))
attempt("device", lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(254, 0)))
attempt("bpf", lambda: call(321, 0, None, 0))
attempt("keyctl", lambda: call(250, 0, -3, 0))
attempt("perf_event_open", lambda: call(298, None, 0, -1, -1, 0))
attempt("userfaultfd", lambda: call(323, 0))
attempt("io_uring", lambda: call(425, 8, None))
attempt("kexec", lambda: call(246, 0, 0, None, 0))
attempt("the machine's loopback", lambda: dial(socket.AF_INET, ("127.0.0.1", told["port"])))
attempt("the machine's sockets", lambda: dial(socket.AF_UNIX, "\0" + told["socket"]))
attempt("the machine's network", lambda: dial(socket.AF_INET, ("192.0.2.1", 80)))
attempt("processes", lambda: [p for p in os.listdir("/proc") if p.isdigit() and p != str(os.getpid())] or "nothing")
attempt("ptrace", traced)
attempt("folders", lambda: sorted(set(os.listdir("/")) & set(told["folders"])) or "nothing")
attempt("disk", lambda: (lambda f: f.f_blocks * f.f_frsize >> 20)(os.statvfs("/tmp")))
attempt("climb", climb)
attempt("ids", lambda: [os.getuid(), os.getgid()])
print(json.dumps(got), flush=True)
if told["bomb"]:
    print(json.dumps({"forks": forks()}), flush=True)
'''

REFUSED = {"EPERM", "EACCES", "EROFS", "ENOENT", "ENOSYS"}


class BreakOut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp()
        os.chmod(cls.shared, 0o755)
        (pathlib.Path(cls.shared) / "file").write_text("for pods")
        cls.cluster = Cluster("kernel", "--share", cls.shared)

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.cluster.end()
        assert code == 0, errors

    def run_attempts(self, name, told, **spec):
        c = self.cluster
        told = {"files": [], "folders": [], "port": 1, "socket": "nobody", "bomb": False, **told}
        c.run_pod(name, container={"command": ["/usr/bin/python3", "-c", ATTEMPTS, json.dumps(told)]}, **spec)
        return c

    def test_nothing_of_the_machine_is_reached(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as listener, socket.socket(socket.AF_UNIX) as named:
            secret = pathlib.Path(folder) / "secret"
            secret.write_text("the caller's")
            secret.chmod(0o644)
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            word = f"straycat-test-{os.getpid()}"
            named.bind("\0" + word)
            named.listen()
            folders = sorted({p.name for p in pathlib.Path("/").iterdir()} -
                             {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "dev", "proc", "sys", "run", "tmp", "home", "root", "var",
                              pathlib.Path(os.environ["STRAYCAT"]).resolve().parts[1]})
            c = self.run_attempts("breaker", {
                "files": [str(secret), str(pathlib.Path.home() / ".profile"), str(pathlib.Path.home() / ".bashrc"), "/var/lib/dpkg/status"],
                "folders": folders, "port": listener.getsockname()[1], "socket": word})
            c.until_phase("breaker", "Succeeded")
            got = json.loads(c.log("breaker"))
        for name in ("the machine's loopback", "the machine's sockets"):
            self.assertEqual(got.pop(name), "ECONNREFUSED", name)
        self.assertIn(got.pop("the machine's network"), ("ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH", "timed out"))
        self.assertEqual(got.pop("descriptors"), ["0", "1", "2"])
        self.assertEqual(got.pop("ids"), [0, 0], "the pod believes itself root")
        self.assertLessEqual(got.pop("disk"), 1024)
        for name in ("processes", "ptrace", "folders", "climb"):
            self.assertEqual(got.pop(name), "nothing", name)
        self.assertEqual({name: what for name, what in got.items() if what not in REFUSED}, {})
        self.assertGreater(len(got), 25)

    def test_what_is_shared_is_seen_and_only_read(self):
        c = self.cluster
        c.run_pod("reader", f"cat {self.shared}/file; touch {self.shared}/new 2>&1; ls {self.shared}/..")
        c.until_phase("reader", "Succeeded")
        text = c.log("reader")
        self.assertTrue(text.startswith("for pods"), text)
        self.assertFalse((pathlib.Path(self.shared) / "new").exists())
        self.assertEqual(text.splitlines()[-1], pathlib.Path(self.shared).name, "nothing beside it")

    def test_a_scenario_shows_its_pods_only_what_it_brought_for_everybody(self):
        server = ("import http.server, sys\nseen = b''\nfor path in sys.argv[1:]:\n  try: seen += open(path, 'rb').read()\n  except OSError: pass\n"
                  "class H(http.server.BaseHTTPRequestHandler):\n  def do_GET(s):\n    s.send_response(200)\n    s.send_header('Content-Length', str(len(seen)))\n"
                  "    s.end_headers()\n    s.wfile.write(seen)\nhttp.server.HTTPServer(('', 3000), H).serve_forever()\n")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            folder.chmod(0o755)
            (folder / ".ssh").mkdir()
            files = {"open": 0o644, "private": 0o600, ".ssh/id": 0o644}
            for file, mode in files.items():
                (folder / file).write_text(f"[{file}]")
                (folder / file).chmod(mode)
            probe = {"httpGet": {"path": "/", "port": 3000}, "periodSeconds": 1}
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "web"}},
                   "spec": {"containers": [{"name": "c", "image": "reader", "ports": [{"containerPort": 3000}], "readinessProbe": probe}]}}
            service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                       "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 3000}]}}
            (folder / "pod.yaml").write_text(json.dumps(pod) + "\n---\n" + json.dumps(service))
            command = ["/usr/bin/python3", "-c", server, *(str(folder / file) for file in files)]
            for home, seen in ((folder.parent, "[open]"), (folder, "")):
                scenario = {"apiVersion": "straycat/v1alpha1", "kind": "Scenario", "metadata": {"name": "reads"}, "spec": {
                    "for": "Pod/p", "traffic": [{"url": "http://web/", "rate": "100/s", "expect": {"status": 200, "body": seen}}],
                    "steps": [{"apply": "pod.yaml"}, {"wait": {"for": "Pod/p", "condition": "Routable"}}, {"traffic": "start"}, {"pause": "1s"}],
                    "cluster": {"images": {"reader": command}}}}
                (folder / "scenario.yaml").write_text(json.dumps(scenario))
                done, report = run_scenario(folder, f"{folder}/run{len(seen)}", env={**os.environ, "HOME": str(home)})
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn(f"pods do not see {folder}/private: ", done.stderr)
                why = "a part of its path begins with a dot" if seen else "the scenario's folder is your home"
                self.assertIn(f"pods do not see {folder}/.ssh/id: {why}", done.stderr)

    def test_the_machine_counts_another_user(self):
        c = self.cluster
        c.run_pod("who", "exec sleep 77.7")
        c.until_phase("who", "Running")
        found = [p for p in descendants(c.process.pid) if b"77.7" in pathlib.Path(f"/proc/{p}/cmdline").read_bytes()]
        self.assertEqual(len(found), 1)
        status = pathlib.Path(f"/proc/{found[0]}/status").read_text()
        users = set(re.search(r"Uid:\s+(.*)", status)[1].split())
        self.assertEqual(len(users), 1)
        self.assertNotEqual(users, {"0"}, "also when straycat was started by root")
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("Seccomp:\t2", status)
        self.assertEqual(pathlib.Path(f"/proc/{found[0]}/oom_score_adj").read_text(), "1000\n")

    def test_pods_do_not_see_each_other(self):
        c = self.cluster
        c.run_pod("one", "echo mine > /tmp/one; echo mine > /dev/shm/one; exec sleep 60")
        c.until_phase("one", "Running")
        c.run_pod("two", "cat /tmp/one; cat /dev/shm/one; ls /tmp; ps ax | grep -c '[s]leep'; true")
        c.until_phase("two", "Succeeded")
        text = c.log("two")
        self.assertNotIn("mine", text)
        self.assertTrue(text.endswith("0\n"), text)

    def test_a_fork_bomb_is_bounded_and_the_cluster_goes_on(self):
        c = self.run_attempts("bomb", {"bomb": True})
        c.until(lambda: "forks" in c.log("bomb"))
        count = json.loads(c.log("bomb").splitlines()[-1])["forks"]
        self.assertGreater(count, 100)
        self.assertLess(count, 512)
        begin = time.monotonic()
        c.run_pod("beside", "echo lives")
        c.until_phase("beside", "Succeeded")
        self.assertEqual(c.log("beside"), "lives\n")
        print(f"{count} processes in the bomb; a pod beside it ran in {time.monotonic() - begin:.2f} s")

    def test_a_bomb_of_busy_processes_loses_its_priority(self):
        c = self.cluster
        script = "import os\nfor i in range(8):\n  os.fork()\nwhile True: pass"  # 256: enough, and no more than this test needs
        c.run_pod("busy", container={"command": ["/usr/bin/python3", "-c", script]}, terminationGracePeriodSeconds=1)
        c.until(lambda: c.pod("busy")["status"]["phase"] == "Running")
        nice = lambda: [int(p.read_text().rsplit(")", 1)[1].split()[16]) for p in pathlib.Path("/proc").glob("[0-9]*/stat")
                        if b"os.fork()" in (p.parent / "cmdline").read_bytes()]
        c.until(lambda: sum(n == 19 for n in nice()) > 20)
        begin = time.monotonic()
        c.run_pod("alive", "echo lives")
        c.until_phase("alive", "Succeeded")
        took = time.monotonic() - begin
        c.call("DELETE", c.pods("busy") + "?gracePeriodSeconds=0")
        c.until_gone("busy")
        print(f"beside a busy bomb a pod ran in {took:.2f} s")
        self.assertLess(took, 30)

    def test_a_container_over_its_memory_limit_is_killed(self):
        c = self.cluster
        script = "import time\nx = bytearray(200 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\nprint('had it', flush=True)\ntime.sleep(60)"
        limits = {"resources": {"limits": {"memory": "64Mi"}}}
        c.run_pod("greedy", container={"command": ["/usr/bin/python3", "-c", script], **limits})
        ended = c.until_phase("greedy", "Failed")["status"]["containerStatuses"][0]["state"]["terminated"]
        self.assertEqual((ended["reason"], ended["exitCode"]), ("OOMKilled", 137))
        # What processes share counts once: eight with 40 MiB in common stay below the limit.
        script = ("import os, time\nx = bytearray(40 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\n"
                  "for i in range(3):\n  os.fork()\ntime.sleep(1)\nprint('fine', flush=True)\n"
                  "while True:\n  try: os.wait()\n  except ChildProcessError: break")  # who ends first ends the container
        c.run_pod("sharing", container={"command": ["/usr/bin/python3", "-c", script], **{"resources": {"limits": {"memory": "128Mi"}}}})
        c.until_phase("sharing", "Succeeded")
        self.assertEqual(c.log("sharing"), "fine\n" * 8)


if __name__ == "__main__":
    unittest.main()
