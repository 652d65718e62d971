#!/usr/bin/python3
"""The article against `straycat cluster` in another process, through a proxy that records what is asked: whatever the
runner knows, it has from there."""
import base64
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from cluster import Cluster
from straycat import SCENARIOS, STRAYCAT, kernel_data_plane, skip


class RecordingProxy:
    """TLS ends here and begins anew towards the cluster; `asked` has the request lines."""

    def __init__(self, cluster, folder):
        self.cluster, self.asked = cluster, []
        self.certificate, key = folder / "proxy.pem", folder / "proxy.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                        "-keyout", key, "-out", self.certificate, "-subj", "/CN=proxy", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def kubeconfig(self, folder):
        config = json.loads(pathlib.Path(self.cluster.kubeconfig).read_text())
        config["clusters"][0]["cluster"] = {"server": f"https://127.0.0.1:{self.port}",
                                            "certificate-authority-data": base64.b64encode(self.certificate.read_bytes()).decode()}
        path = folder / "kubeconfig"
        path.write_text(json.dumps(config))
        path.chmod(0o600)
        return path, config["contexts"][0]["name"]

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        host, port = re.match(r"https://(.*):(\d+)", self.cluster.url).groups()
        try:
            client = self.tls.wrap_socket(plain, server_side=True)
            server = self.cluster.tls.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
        except OSError:
            plain.close()
            return
        threading.Thread(target=self.relay, args=(client, server, True), daemon=True).start()
        self.relay(server, client, False)

    def relay(self, source, target, record):
        try:
            while data := source.recv(65536):
                if record:
                    self.asked += re.findall(rb"(?m)^(?:GET|POST|PUT|PATCH|DELETE) \S+(?= HTTP/1\.1\r$)", data)
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def remote_ports(pid):
    """The remote ports of the process's TCP connections."""
    inodes = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
        try:
            inodes.update(re.findall(r"socket:\[(\d+)\]", os.readlink(entry)))
        except OSError:
            pass
    rows = [line.split() for line in pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[2].split(":")[1], 16) for row in rows if row[9] in inodes}


class AnotherProcess(unittest.TestCase):
    def test_the_article_through_the_api_alone(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-proxy-") as name, Cluster("kernel") as cluster:
            folder = pathlib.Path(name)
            proxy = RecordingProxy(cluster, folder)
            kubeconfig, context = proxy.kubeconfig(folder)
            words = [STRAYCAT, "run", str(SCENARIOS / "service-selector"), "--quiet", "--out", str(folder / "run"), "--kubeconfig", str(kubeconfig),
                     "--context", context, "--agent-image", "straycat/agent"]
            with open(folder / "said", "w+", encoding="utf-8") as said:
                runner = subprocess.Popen(words, stdout=said, stderr=said, text=True)
                ports = set()
                while runner.poll() is None:
                    ports |= remote_ports(runner.pid)
                    time.sleep(0.05)
                said.seek(0)
                self.assertEqual(runner.returncode, 0, said.read())
            report = json.loads((folder / "run/report.json").read_text())
            finding = report["verdict"]["findings"][0]
            self.assertEqual((finding["cause"], finding["workload"]["kind"], finding["workload"]["name"]), ("stray-endpoint", "Job", "sayhi"))
            self.assertEqual(ports, {proxy.port}, "the runner speaks to the proxy and to nobody else")
            asked = b"\n".join(proxy.asked).decode()
            for wanted in (r"POST /api/v1/namespaces\?", r"PATCH /apis/batch/v1/namespaces/\S+/jobs/sayhi\?", r"GET /api/v1/\S*pods\?\S*watch=",
                           r"GET /apis/discovery.k8s.io/v1/\S*endpointslices\?\S*watch=", r"GET \S*/pods/\S+/log\?\S*follow=true",
                           r"DELETE /api/v1/namespaces/"):
                self.assertRegex(asked, wanted)


if __name__ == "__main__":
    if not kernel_data_plane():
        skip("the kernel data plane is not allowed here")
    unittest.main(warnings="ignore")  # sockets end with the threads that relay
