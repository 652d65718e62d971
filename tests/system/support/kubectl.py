"""Where a kubectl comes from, and how the tests call it."""
import os
import re
import shutil
import subprocess
import tempfile

from straycat import skip


def find_kubectl():
    """The kubectl that the variable KUBECTL names, or the one of this machine (Debian: kubernetes-client)."""
    program = os.environ.get("KUBECTL") or shutil.which("kubectl")
    if program is None:
        skip("no kubectl here: install kubernetes-client, or name one in the variable KUBECTL")
    return program


class Kubectl:
    """A kubectl with a home of its own (its caches must not meet those of the person), on one cluster and namespace."""

    def __init__(self, kubeconfig, namespace):
        self.program = find_kubectl()
        self.home = tempfile.TemporaryDirectory(prefix="straycat-kubectl-")
        self.environment = {"KUBECONFIG": kubeconfig, "HOME": self.home.name, "PATH": os.environ.get("PATH", "")}
        self.namespace = namespace

    def minor(self):
        """The program's minor version; a build from the Go module has none: then it is a new one."""
        text = subprocess.run([self.program, "version", "--client"], capture_output=True, text=True, env=self.environment, check=False).stdout
        found = re.search(r'(?:v1\.|Minor:")(\d+)', text)
        return int(found.group(1)) if found else 99

    def run(self, *arguments, text=None, timeout=90):
        """The finished process; nothing is checked."""
        command = [self.program, "-n", self.namespace, *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=timeout, env=self.environment, check=False)

    def start(self, *arguments):
        """A command that goes on, with its output on a pipe."""
        return subprocess.Popen([self.program, "-n", self.namespace, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment)

    def close(self):
        self.home.cleanup()
