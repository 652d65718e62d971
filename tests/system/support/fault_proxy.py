"""A proxy between straycat and the API server whose wire lies: at random, from a seed, or as a test asks."""
import base64
import collections
import http.client
import json
import pathlib
import queue
import random
import re
import socket
import ssl
import struct
import subprocess
import threading
import time

PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>\n"
# What may happen to a request before the server sees it, and to a stream that stands.
REFUSALS = ("reset", "tls cut", "html", "401", "410", "429", "500", "503", "half an answer")
CUTS = ("reset", "tls cut", "half a line, reset", "half a line, ended well", "html in the stream", "500 in the stream",
        "410 in the stream", "silence", "ended well")
TWICE = ("an event twice", "a bookmark twice", "slow bytes")
# A log has no events; and a request that changes something may only be turned away, or be lost on its way.
LOG_CUTS = ("reset", "tls cut", "half a line, reset", "half a line, ended well", "silence", "ended well")
WRITE_REFUSALS = ("429", "503", "reset")


class Gone(Exception):
    pass


def status(code, reason):
    return json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                       "message": "told by a fault"}).encode()


def event(kind, thing):
    return json.dumps({"type": kind, "object": thing}).encode() + b"\n"


def certificate(folder, name):
    """A self-signed certificate for 127.0.0.1: (certificate, key) as paths."""
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                    "-keyout", paths[1], "-out", paths[0], "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    return paths


class FaultProxy:
    """TLS ends here and begins anew towards the cluster. `rate`: the share of requests that are refused, and twice that of
    streams that are cut; 0 = an honest proxy, until the test does something to it."""

    def __init__(self, cluster, folder, seed=0, rate=0.0, longest=3.0):
        self.cluster, self.dice, self.rate, self.longest = cluster, random.Random(seed), rate, longest
        self.faults, self.requests, self.lock = collections.Counter(), [], threading.Lock()
        self.connections, self.listener = set(), None
        # For one followed log after another: how it ends, and after how many seconds. "rotated" ends well, and the next
        # `rotated_lines` that the client has not had are never served.
        self.log_ends, self.rotated_lines, self.swallow, self.last_stamp = [], 10, 0, b""
        self.folder = folder
        self.certificates = [certificate(folder, "proxy")]
        self.tls = self.context(self.certificates[0])
        self.port = 0
        self.come_back()

    @staticmethod
    def context(paths):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*paths)
        return tls

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_away()

    def kubeconfig(self, **user):
        """The cluster's own, by way of the proxy; (path, context). `user` replaces the sign-in."""
        config = json.loads(pathlib.Path(self.cluster.kubeconfig).read_text())
        authority = base64.b64encode(self.certificates[0][0].read_bytes()).decode()
        config["clusters"][0]["cluster"] = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority-data": authority}
        if user:
            config["users"][0]["user"] = user
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps(config))
        path.chmod(0o600)
        return path, config["contexts"][0]["name"]

    # --- what a test does to it ---

    def go_away(self):
        """As an API server that is killed: nobody listens, every connection ends."""
        # shutdown wakes the accept that is under way; the thread then ends.
        for end in [self.listener, *self.connections]:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.close()

    def come_back(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def change_certificate(self, name):
        self.certificates.append(certificate(self.folder, name))
        self.go_away()
        self.tls = self.context(self.certificates[-1])
        self.come_back()

    # --- a connection ---

    def accept(self, listener):
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        self.connections.add(plain)
        client = None
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = self.tls.wrap_socket(plain, server_side=True)
            self.connections.add(client)
            self.exchange(client)
        except (OSError, Gone, http.client.HTTPException, ValueError):
            pass
        finally:
            self.connections -= {plain, client}
            (client or plain).close()

    def exchange(self, client):
        reader = client.makefile("rb")
        method, path, _ = reader.readline().decode().split(" ", 2)
        headers = {}
        while (line := reader.readline().strip()):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        self.requests.append((method, path))
        streams = "watch=true" in path or "/log?" in path and "follow=true" in path
        if self.lies(self.rate):
            self.refuse(client, method, path)
        upstream = self.ask(method, path, headers, body)
        if streams and upstream.status == 200:
            self.stream(client, upstream, "/log?" in path)
        else:
            self.answer(client, upstream.status, upstream.read(), upstream.getheader("Content-Type") or "application/json")

    def ask(self, method, path, headers, body):
        host, port = re.match(r"https://(.*):(\d+)", self.cluster.url).groups()
        connection = http.client.HTTPSConnection(host, int(port), context=self.cluster.tls, timeout=120)
        kept = {name: value for name, value in headers.items() if name not in ("host", "connection", "content-length")}
        connection.request(method, path, body=body or None, headers=kept)
        return connection.getresponse()

    def lies(self, share):
        with self.lock:
            return self.dice.random() < share

    def choose(self, names):
        with self.lock:
            name = self.dice.choice(names)
            self.faults[name] += 1
            return name

    @staticmethod
    def answer(client, code, body, kind="application/json", more=""):
        client.sendall(f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
                       .encode() + body)

    @staticmethod
    def reset(client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def refuse(self, client, method, path):
        names = WRITE_REFUSALS if method != "GET" else ("reset", "429", "503", "tls cut") if "/log?" in path else REFUSALS
        if method == "POST":
            names = ("429",)   # whether it was carried out could not be known
        name = self.choose(names)
        if name == "reset":
            self.reset(client)
        if name == "html":
            self.answer(client, 200, PAGE, "text/html")
        elif name == "half an answer":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"kind\":\"")
        elif name == "503":
            self.answer(client, 503, PAGE, "text/html", "Retry-After: 1\r\n")
        elif name != "tls cut":
            self.answer(client, int(name), status(int(name), {"410": "Expired", "401": "Unauthorized"}.get(name, "Told")),
                        more="Retry-After: 0\r\n" if name == "429" else "")
        raise Gone

    # --- a stream ---

    def stream(self, client, upstream, is_log):
        kind = upstream.getheader("Content-Type") or "application/json"
        client.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode())
        lines = queue.Queue()
        threading.Thread(target=self.pump, args=(upstream, lines), daemon=True).start()
        with self.lock:
            cut_at = time.monotonic() + self.dice.uniform(0.05, self.longest) if self.dice.random() < 2 * self.rate else None
            ends = self.log_ends.pop(0) if is_log and self.log_ends else None
            cut_at = time.monotonic() + ends[1] if ends else cut_at
        while True:
            try:
                line = lines.get(timeout=0.05 if cut_at is None else max(0.001, min(0.05, cut_at - time.monotonic())))
            except queue.Empty:
                line = b""
            if line is None:
                return client.sendall(b"0\r\n\r\n")
            if cut_at is not None and time.monotonic() >= cut_at:
                return self.cut(client, line, is_log, ends[0] if ends else None)
            if not line:
                self.still_there(client)
            elif is_log and self.swallows(line):
                continue
            elif not is_log and self.lies(self.rate / 4):
                self.say_oddly(client, line)
            else:
                self.piece(client, line)

    @staticmethod
    def pump(upstream, lines):
        try:
            for line in upstream:
                lines.put(line)
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass
        lines.put(None)

    @staticmethod
    def piece(client, text):
        client.sendall(f"{len(text):x}\r\n".encode() + text + b"\r\n")

    @staticmethod
    def still_there(client):
        client.settimeout(0.001)
        try:
            if client.recv(1) == b"":
                raise Gone
        except (TimeoutError, ssl.SSLWantReadError):
            pass
        finally:
            client.settimeout(None)

    def say_oddly(self, client, line):
        name = self.choose(TWICE)
        if name == "slow bytes":
            for at in range(0, len(line), len(line) // 3 + 1):
                self.piece(client, line[at:at + len(line) // 3 + 1])
                time.sleep(0.1)
            return
        self.piece(client, line)
        if name == "a bookmark twice":
            told = json.loads(line)
            mark = {"kind": told["object"]["kind"], "apiVersion": told["object"]["apiVersion"],
                    "metadata": {"resourceVersion": told["object"]["metadata"]["resourceVersion"]}}
            line = event("BOOKMARK", mark)
            self.piece(client, line)
        self.piece(client, line)

    def swallows(self, line):
        stamp = line.split(b" ", 1)[0]
        if stamp > self.last_stamp and self.swallow:
            self.swallow -= 1
            return True
        self.last_stamp = max(self.last_stamp, stamp)
        return False

    def cut(self, client, line, is_log, name=None):
        name = name or self.choose(LOG_CUTS if is_log else CUTS)
        if name == "rotated":
            self.swallow = self.rotated_lines
        if name.startswith("half a line"):
            self.piece(client, (line or (b"2026" if is_log else event("MODIFIED", {"kind": "Pod"})))[:-3])
        elif name == "html in the stream":
            self.piece(client, PAGE)
        elif name == "500 in the stream":
            self.piece(client, event("ERROR", json.loads(status(500, "InternalError"))))
        elif name == "410 in the stream":
            self.piece(client, event("ERROR", json.loads(status(410, "Expired"))))
        elif name == "silence":
            while True:
                self.still_there(client)
                time.sleep(0.1)
        if name.endswith("reset"):
            self.reset(client)
        if name != "tls cut":
            client.sendall(b"0\r\n\r\n")
