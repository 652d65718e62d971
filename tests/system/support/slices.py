"""An API server that knows one Service's EndpointSlice and nothing else: it lists it, and tells the watch of a change ten
times a second, for an agent that runs by itself."""
import http.server
import json
import threading
import urllib.parse


class Slices(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, authority, port, addresses):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port, self.addresses, self.over = port, addresses, threading.Event()
        self.socket = authority.context("good").wrap_socket(self.socket, server_side=True)
        self.kubeconfig = authority.place / "kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}], "users": [{"name": "u", "user": {"token": "t"}}],
            "clusters": [{"name": "k", "cluster": {"server": f"https://127.0.0.1:{self.server_port}",
                                                   "certificate-authority": str(authority.ca)}}]}), "utf-8")

    def slice(self, version):
        """The last address comes and goes with each version."""
        def endpoint(address, ready):
            return {"addresses": [address], "conditions": {"ready": ready, "serving": ready, "terminating": False},
                    "targetRef": {"kind": "Pod", "name": f"pod-{address}", "uid": f"uid-{address}"}}
        ready = [True] * (len(self.addresses) - 1) + [version % 2 == 0]
        return {"kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1", "addressType": "IPv4",
                "metadata": {"name": "sayhi-1", "namespace": "default", "resourceVersion": str(version),
                             "labels": {"kubernetes.io/service-name": "sayhi"}},
                "ports": [{"name": "", "port": self.port, "protocol": "TCP"}],
                "endpoints": [endpoint(*one) for one in zip(self.addresses, ready)]}

    def handle_error(self, *_):   # an agent that ends is no error here
        pass

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if "watch" in query:
            return self.watch()
        text = json.dumps({"kind": "EndpointSliceList", "apiVersion": "discovery.k8s.io/v1", "metadata": {"resourceVersion": "1"},
                           "items": [self.server.slice(0)]}).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def watch(self):
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        version = 1
        while not self.server.over.wait(0.1):
            version += 1
            line = json.dumps({"type": "MODIFIED", "object": self.server.slice(version)}).encode() + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()

    def log_message(self, *_):
        pass
