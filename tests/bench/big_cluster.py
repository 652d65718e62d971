"""big_api.py as a child process."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


class BigCluster:
    def __init__(self, folder, services, endpoints, *more):
        path = os.pathsep.join(sys.path)
        self.process = subprocess.Popen([sys.executable, str(HERE / "big_api.py"), str(folder), str(services), str(endpoints), *more],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})
        self.sizes = json.loads(self.process.stdout.readline())
        self.kubeconfig = folder / "kubeconfig"

    def send(self, changes):
        self.process.stdin.write(f"{changes}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "sent\n"

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
