"""An API server that is none, or lies, or never ends: `answer(request)` says what it does with each request."""
import http.server
import json
import pathlib
import threading


def status(code, reason, message):
    return json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}).encode()


class Request:
    def __init__(self, handler):
        self.handler, self.method = handler, handler.command
        self.path, _, self.query = handler.path.partition("?")
        self.is_watch = "watch=true" in self.query

    def reply(self, code, body, kind="application/json", **headers):
        self.handler.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": len(body), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), str(value))
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def stream(self, pieces):
        """Without a length, until the client goes away or the pieces end."""
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "application/json")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        for piece in pieces:
            self.handler.wfile.write(piece)
        self.handler.close_connection = True


class HostileApi:
    """Without TLS and sign-in; a context manager."""

    def __init__(self, folder, answer):
        api = self
        self.requests, self.answer = [], answer

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self)
                api.requests.append((request.method, self.path))
                try:
                    api.answer(request)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.kubeconfig = pathlib.Path(folder) / "kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u", "namespace": "shop"}}],
            "clusters": [{"name": "k", "cluster": {"server": self.url}}], "users": [{"name": "u", "user": {"token": "s3cret"}}]}))

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def most_memory(pid):
    """The most that a process has had, in MiB; None when it is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")]
    return found[0] if found else None

