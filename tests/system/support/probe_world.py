"""What the black-box tests of `straycat probe` share: servers on 127.0.0.1, certificates, a probe's summary."""
import http.server
import itertools
import json
import pathlib
import socket
import ssl
import subprocess
import threading

from straycat import straycat


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_GET(self):
        self.server.targets.append(self.path)
        body = next(self.server.bodies)
        self.send_response(404 if self.path == "/404" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, bodies=(b"Meow",), tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies, self.connections, self.targets = itertools.cycle(bodies), 0, []
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):   # a client that does not trust us is no error here
        pass

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Silent:
    """Accepts by the kernel's own hand and says nothing; `cut` closes what it accepts."""

    def __init__(self, cut=False):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        if cut:
            threading.Thread(target=self.cut, daemon=True).start()

    def cut(self):
        while True:   # until the listener is shut down
            try:
                self.listener.accept()[0].close()
            except OSError:
                return

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        self.listener.close()


def probe(url, *flags, command=()):
    """(exit code, the JSON summary). One request after the other, where no flag says otherwise: then none is due at any time,
    and none missing on a machine that is busy."""
    pace = [] if {"--rate", "--loops"} & set(flags) else ["--loops", "1"]
    time = [word for flag in ("--timeout", "--connect-timeout") if flag not in flags for word in (flag, "120s")]
    words = ["probe", url, "--json", "-", *pace, *time, *flags] + (["--", *command] if command else [])
    done = straycat(*words)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """Issues certificates in a folder: ca.pem, NAME.pem, NAME.key."""

    def __init__(self, folder):
        self.place = pathlib.Path(folder)
        self.ca = self.place / "ca.pem"
        self.openssl("req", "-x509", *NEW_KEY, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.place, check=True, capture_output=True)

    def issue(self, name, extension, days=30):
        (self.place / "extensions").write_text(extension + "\n")
        self.openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                     str(days), "-extfile", "extensions", "-out", f"{name}.pem")

    def context(self, name, ask_client=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.place / f"{name}.pem", self.place / f"{name}.key")
        if ask_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        return context
