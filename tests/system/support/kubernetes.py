"""The real cluster of the `kubernetes` tier: named by STRAYCAT_TEST_KUBECONFIG (scripts/kubernetes run sets it)."""
import json
import os
import shutil
import subprocess

from straycat import skip, straycat

KUBECONFIG = os.environ.get("STRAYCAT_TEST_KUBECONFIG", "")


def kubectl(*words, stdin=None, check=True):
    done = subprocess.run(["kubectl", f"--kubeconfig={KUBECONFIG}", *words], input=stdin, capture_output=True, text=True,
                          timeout=60, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"kubectl {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def find_cluster():
    """The context to use; without a cluster the tests are skipped (in CI: fail)."""
    if not KUBECONFIG:
        skip("STRAYCAT_TEST_KUBECONFIG names no cluster (scripts/test --kubernetes starts one)")
    if not shutil.which("kubectl"):
        skip("no kubectl")
    return kubectl("config", "current-context").strip()


def flags():
    return ["--kubeconfig", KUBECONFIG, "--context", find_cluster(), "--agent-image", "straycat/agent"]


def leftovers():
    """Objects of any run, as kubectl sees them."""
    listed = kubectl("get", "namespaces,pods,services,deployments,jobs,roles,serviceaccounts", "-A", "-l", "straycat.dev/run",
                     "-o", "name")
    return listed.split()


def diagnose(*words):
    """`straycat diagnose` with its JSON; (exit code, document)."""
    done = straycat("diagnose", "--kubeconfig", KUBECONFIG, "--json", "-", *words, timeout=30)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr
