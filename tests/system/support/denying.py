"""An API server that lets a user do less: the embedded cluster behind a proxy that answers 403 as RBAC does."""
import http.server
import json
import re
import threading
import urllib.error
import urllib.request

VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
PATH = re.compile(r"/(?:api/v1|apis/([^/]+)/[^/]+)(?:/namespaces/([^/?]+))?/([a-z]+)(?:/([^/?]+))?(?:/([^?]*))?")


class Denying(http.server.ThreadingHTTPServer):
    """`denied`: "list cronjobs", "get services", "*" ...; may be changed at any time."""
    daemon_threads = True

    def __init__(self, cluster, denied=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.cluster, self.denied, self.asked = cluster, set(denied), []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self):
        self.shutdown()
        self.server_close()

    def kubeconfig(self, path, context="less"):
        """Writes one to `path`, with a current context."""
        user = {"name": "jane", "user": {}}
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": context, "users": [user],
            "clusters": [{"name": "less", "cluster": {"server": f"http://127.0.0.1:{self.server_address[1]}"}}],
            "contexts": [{"name": context, "context": {"cluster": "less", "user": "jane", "namespace": "default"}}]}))
        return path


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def right(self):
        """("list", "cronjobs", "batch", "default") of this request, or None."""
        path = self.path.split("?")[0]
        found = PATH.match(path)
        if not found:
            return None
        group, ns, resource, name, sub = found.groups()
        verb = VERBS.get(self.command, "get")
        if verb == "get" and not name:
            verb = "watch" if "watch=" in self.path else "list"
        return verb, resource + ("/" + sub.split("/")[0] if sub else ""), group or "", ns or ""

    def answer(self, status, body, content="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", content)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forbid(self, right):
        verb, resource, group, ns = right
        where = f' in the namespace "{ns}"' if ns else " at the cluster scope"
        full = resource + ("." + group if group else "")
        words = f'{full} is forbidden: User "jane" cannot {verb} resource "{resource}" in API group "{group}"{where}'
        self.answer(403, json.dumps({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                                     "message": words, "reason": "Forbidden", "code": 403}).encode())

    def forward(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        right = self.right()
        self.server.asked.append((self.command, self.path))
        if right and (f"{right[0]} {right[1]}" in self.server.denied or "*" in self.server.denied):
            return self.forbid(right)
        request = urllib.request.Request(self.server.cluster.url + self.path, body, method=self.command)
        request.add_header("Authorization", "Bearer " + self.server.cluster.token)
        request.add_header("Content-Type", self.headers.get("Content-Type") or "application/json")
        try:
            with urllib.request.urlopen(request, context=self.server.cluster.tls, timeout=300) as reply:
                return self.relay(reply)
        except urllib.error.HTTPError as error:
            return self.answer(error.code, error.read(), error.headers.get("Content-Type", ""))
        except OSError:
            self.close_connection = True
            return None

    def relay(self, reply):
        """As it comes: a watch has no end."""
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.headers.get("Content-Type", ""))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while data := reply.read1(65536):
                self.wfile.write(data)
                self.wfile.flush()
        except OSError:
            pass

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward
