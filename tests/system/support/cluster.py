"""`straycat cluster` as a child process, and its API as a person with the kubeconfig reaches it."""
import base64
import json
import os
import pathlib
import signal
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

SOURCE = pathlib.Path(os.environ.get("STRAYCAT_SOURCE", pathlib.Path(__file__).resolve().parents[3]))
STRAYCAT = os.environ.get("STRAYCAT", str(SOURCE / "build/release/straycat"))


class Cluster:
    """Use as a context manager; `data_plane`: auto, kernel or loopback."""

    def __init__(self, data_plane="auto", *flags, images=None, command=()):
        words = [*command, STRAYCAT, "cluster", "--data-plane", data_plane, *flags]
        for name, program in {"shell": ["sh"], **(images or {})}.items():
            words += ["--image", f"{name}={json.dumps(program)}"]
        self.started = time.monotonic()
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("export KUBECONFIG="):
            raise AssertionError(f"no kubeconfig: {line!r} {self.process.communicate()}")
        self.kubeconfig = line.strip().split("=", 1)[1]
        config = json.loads(pathlib.Path(self.kubeconfig).read_text())
        entry = config["clusters"][0]["cluster"]
        self.url = entry["server"]
        self.token = config["users"][0]["user"]["token"]
        authority = base64.b64decode(entry["certificate-authority-data"]).decode()
        self.tls = ssl.create_default_context(cadata=authority)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, number=signal.SIGTERM):
        """Ends it; (exit code, standard error)."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=300)
        return self.process.returncode, errors

    def open(self, method, path, body=None, content="application/json", timeout=300):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("Content-Type", content)
        try:
            return urllib.request.urlopen(request, context=self.tls, timeout=timeout)
        except urllib.error.HTTPError as error:
            return error

    def call(self, method, path, body=None, **options):
        with self.open(method, path, body, **options) as answer:
            return json.loads(answer.read())

    def pods(self, name="", ns="default"):
        return f"/api/v1/namespaces/{ns}/pods" + (f"/{name}" if name else "")

    def run_pod(self, name, script="", labels=None, container=None, **spec):
        """A pod that runs a shell script (or whatever `container` says)."""
        item = {"name": "c", "image": "shell", "command": ["sh", "-c", script]} if script else {"name": "c", "image": "shell"}
        item.update(container or {})
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or {}},
               "spec": {"containers": [item], "restartPolicy": "Never", **spec}}
        made = self.call("POST", self.pods(), pod)
        if made["kind"] != "Pod":
            raise AssertionError(made)
        return made

    def pod(self, name):
        return self.call("GET", self.pods(name))

    def container(self, name):
        return self.pod(name)["status"]["containerStatuses"][0]

    def log(self, name, query=""):
        with self.open("GET", self.pods(name) + "/log?" + query) as answer:
            return answer.read().decode()

    def follow(self, name, query=""):
        """The lines of a followed log, in a list that a thread fills until the log ends."""
        lines = []

        def read():
            with self.open("GET", self.pods(name) + "/log?follow=true&" + query, timeout=300) as answer:
                for line in answer:
                    lines.append(line.decode().rstrip("\n"))

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return lines, thread

    def events(self, name):
        items = self.call("GET", "/api/v1/namespaces/default/events")["items"]
        return [(e["type"], e["reason"], e["message"]) for e in items if e["involvedObject"]["name"] == name]

    def until(self, what, seconds=120):
        """Waits for a condition, asking again and again; its value."""
        end = time.monotonic() + seconds
        while True:
            value = what()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError("it never came true")
            time.sleep(0.02)

    def until_phase(self, name, phase, seconds=120):
        return self.until(lambda: (lambda pod: pod if pod.get("status", {}).get("phase") == phase else None)(self.pod(name)), seconds)

    def until_gone(self, name, seconds=120):
        """How long it took."""
        begin = time.monotonic()
        self.until(lambda: self.pod(name)["kind"] == "Status", seconds)
        return time.monotonic() - begin

    def is_ready(self, name):
        conditions = self.pod(name).get("status", {}).get("conditions", [])
        return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def descendants(pid):
    """Every process below `pid`, children first."""
    parents = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parents.setdefault(int((process / "stat").read_text().rsplit(")", 1)[1].split()[1]), []).append(int(process.name))
        except OSError:
            pass
    found, todo = [], [pid]
    while todo:
        below = parents.get(todo.pop(0), [])
        found += below
        todo += below
    return found


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
