"""What the parts of the cluster on this machine share: where things lie, how its processes start and end."""
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "straycat"
STATE = pathlib.Path(os.environ.get("STRAYCAT_KUBERNETES_STATE", ROOT / "build/kubernetes"))
NAMESPACE = "straycat-lab"
CONTROL = "172.30.0.1"
NOT_HERE = 77  # exit code: this machine cannot have it (no way to the Go module proxy, a missing privilege)


def fail(words, code=1):
    print(f"kubernetes: {words}", file=sys.stderr)
    sys.exit(code)


def say(words):
    print(f"kubernetes: {words}", flush=True)


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def namespace_of(node):
    return NAMESPACE if node == 1 else f"{NAMESPACE}{node}"


def address_of(node):
    return f"172.30.0.{node}"


def inside(node=1):
    """In a node's network, with the machine's own files and processes."""
    return ["nsenter", f"--net=/run/netns/{namespace_of(node)}"]


def in_node(node=1):
    """In all of a node's namespaces: whatever starts there ends with the node, and its mounts with it."""
    return ["nsenter", f"--target={init_of(node)}", "--net", "--mount", "--pid"]


def init_of(node):
    """The node's process 1, by its number on this machine."""
    holder = pid_of(f"node{node}")
    children = pathlib.Path(f"/proc/{holder}/task/{holder}/children")
    return int(children.read_text().split()[0]) if children.exists() and children.read_text() else None


def wait_for(what, test, seconds):
    until = time.monotonic() + seconds
    while not test():
        if time.monotonic() > until:
            fail(f"{what} is not there after {seconds} s (logs in {STATE}/log)")
        time.sleep(0.1)


# --- processes: each writes into log/NAME.log, and is remembered in pids/NAME


def pid_of(name):
    return int((STATE / "pids" / name).read_text())


def start(name, *command):
    with open(STATE / f"log/{name}.log", "ab") as log:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    (STATE / f"pids/{name}").write_text(str(process.pid))


def send(name, number):
    """A signal to a process of the cluster, through the nsenter that waits for it; False when it has ended."""
    try:
        os.killpg(pid_of(name), number)
    except ProcessLookupError:
        return False
    try:  # a child of ours that has ended stays as a zombie, and a signal to it would succeed
        return os.waitpid(pid_of(name), os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return True


def end(names, number=signal.SIGTERM, seconds=10):
    for name in names:
        send(name, number)
    until = time.monotonic() + seconds
    for name in names:
        while time.monotonic() < until and send(name, 0):
            time.sleep(0.05)
        send(name, signal.SIGKILL)


def known():
    return sorted(path.name for path in (STATE / "pids").glob("*"))


def programs():
    return pathlib.Path((STATE / "programs").read_text())


def kubectl(*words, timeout=30):
    return subprocess.run([*inside(), programs() / "kubectl", f"--kubeconfig={STATE}/admin.kubeconfig", *words],
                          capture_output=True, text=True, check=False, timeout=timeout)
