"""The Kubernetes of scripts/kubernetes, as whoever breaks it sees it: its processes, its API server, its etcd."""
import json
import os
import pathlib
import signal
import sys
import urllib.request

LAB = os.environ.get("STRAYCAT_TEST_LAB", "")


def is_here():
    return bool(LAB)


if LAB:
    sys.path.append(str(pathlib.Path(LAB) / "tests/kubernetes/lab"))
    import machine
    import control


def stop(name):
    """Stands still, as if the processor were taken away from it."""
    machine.send(name, signal.SIGSTOP)


def go_on(name):
    machine.send(name, signal.SIGCONT)


def restart_api_server(new_certificate=False):
    control.restart_api_server(new_certificate)


def etcd(path, **body):
    request = urllib.request.Request(f"http://127.0.0.1:2379/v3/kv/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def compact_etcd():
    """Forgets all history: whoever goes on from an older resourceVersion gets 410."""
    now = etcd("range", key="AA==")["header"]["revision"]
    etcd("compaction", revision=now, physical=True)
