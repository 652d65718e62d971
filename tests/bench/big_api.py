"""A stand-in for the API server of a big cluster: many Services, their EndpointSlices, and a stream of changes of them.

It serves what `scripts/bench watch` and `scripts/bench diagnose` need of the API and nothing else, one namespace, from texts that are made once. It
runs in a process of its own, so that its cost is nobody else's: `python3 big_api.py FOLDER SERVICES ENDPOINTS` writes
FOLDER/kubeconfig and one line when it serves. A number on its standard input sends so many changes; it answers "sent".
With `pods` as a fourth word each Service has its Deployment, ReplicaSet and pods, too."""
import asyncio
import base64
import json
import os
import pathlib
import re
import ssl
import sys
import urllib.parse

from fault_proxy import certificate

PAGE = 500
PROBED = "svc-0042"


def service(i):
    name = f"svc-{i:04}"
    return {"metadata": {"name": name, "namespace": "shop", "uid": f"s-{i}", "resourceVersion": "1000",
                         "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": name, "team": f"t{i % 40}"},
                         "managedFields": [managed("kubectl")]},
            "spec": {"clusterIP": f"10.{96 + i // 65536}.{i // 256 % 256}.{i % 256}", "type": "ClusterIP", "selector": {"app": name},
                     "ports": [{"name": "http", "protocol": "TCP", "port": 80, "targetPort": 8080}], "sessionAffinity": "None"},
            "status": {"loadBalancer": {}}}


def managed(who):
    return {"manager": who, "operation": "Update", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {"f:ports": {".": {}}, "f:selector": {}}}}


def endpoint(i, k):
    name = f"svc-{i:04}-5d8f7c9b6d-{k:05}"
    return {"addresses": [f"10.{200 + i // 2000}.{i // 8 % 250}.{(i % 8) * 30 + k}"], "nodeName": f"node-{(i + k) % 500}", "zone": f"z{k % 3}",
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "targetRef": {"kind": "Pod", "namespace": "shop", "name": name, "uid": f"p-{i}-{k}-0000-0000-000000000000"}}


def endpoint_slice(i, each, version=1000, mark=None):
    name = f"svc-{i:04}"
    meta = {"name": f"{name}-x7k2p", "generateName": f"{name}-", "namespace": "shop", "uid": f"e-{i}", "resourceVersion": str(version),
            "creationTimestamp": "2026-01-01T00:00:00Z", "generation": version,
            "labels": {"app": name, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                       "kubernetes.io/service-name": name},
            "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": "2026-01-01T00:00:00Z"},
            "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "name": name, "uid": f"s-{i}", "controller": True}],
            "managedFields": [managed("kube-controller-manager")]}
    if mark:
        meta["annotations"]["bench/mark"] = mark
    return {"metadata": meta, "addressType": "IPv4", "endpoints": [endpoint(i, k) for k in range(each)],
            "ports": [{"name": "http", "protocol": "TCP", "port": 8080}]}


def template(name):
    return {"metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "web", "image": f"registry.example/{name}:1", "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                                     "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10}}]}}


def workload(kind, i, each):
    """A Deployment, or its ReplicaSet."""
    name = f"svc-{i:04}" + ("" if kind == "Deployment" else "-5d8f7c9b6d")
    meta = {"name": name, "namespace": "shop", "uid": f"{kind}-{i}", "resourceVersion": "1000", "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": f"svc-{i:04}"}, "managedFields": [managed("kubectl")]}
    if kind == "ReplicaSet":
        meta["ownerReferences"] = [owner("Deployment", f"svc-{i:04}", f"Deployment-{i}")]
    return {"metadata": meta, "spec": {"replicas": each, "selector": {"matchLabels": {"app": f"svc-{i:04}"}}, "template": template(f"svc-{i:04}")},
            "status": {"replicas": each, "readyReplicas": each}}


def owner(kind, name, uid):
    return {"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": True, "blockOwnerDeletion": True}


def pod(i, k):
    there = endpoint(i, k)
    name, when = there["targetRef"]["name"], "2026-01-01T00:00:05Z"
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": when}
                  for kind in ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")]
    state = {"name": "web", "ready": True, "started": True, "restartCount": 0, "image": f"registry.example/svc-{i:04}:1", "imageID": "sha256:" + "0" * 64,
             "containerID": "containerd://" + "0" * 64, "state": {"running": {"startedAt": when}}, "lastState": {}}
    return {"metadata": {"name": name, "generateName": name[:-5], "namespace": "shop", "uid": there["targetRef"]["uid"], "resourceVersion": "1000",
                         "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": f"svc-{i:04}", "pod-template-hash": "5d8f7c9b6d"},
                         "ownerReferences": [owner("ReplicaSet", f"svc-{i:04}-5d8f7c9b6d", f"ReplicaSet-{i}")],
                         "managedFields": [managed("kube-controller-manager"), managed("kubelet")]},
            "spec": {**template(f"svc-{i:04}")["spec"], "nodeName": there["nodeName"], "restartPolicy": "Always", "serviceAccountName": "default"},
            "status": {"phase": "Running", "conditions": conditions, "podIP": there["addresses"][0], "podIPs": [{"ip": there["addresses"][0]}],
                       "startTime": "2026-01-01T00:00:00Z", "containerStatuses": [state], "qosClass": "BestEffort"}}


KINDS = {"services": ("Service", "v1"), "endpointslices": ("EndpointSlice", "discovery.k8s.io/v1"), "pods": ("Pod", "v1"),
         "deployments": ("Deployment", "apps/v1"), "replicasets": ("ReplicaSet", "apps/v1")}


class BigApi:
    def __init__(self, services, endpoints, with_pods=False):
        self.services, self.each = services, endpoints // services
        dump = lambda thing: json.dumps(thing, separators=(",", ":")).encode()
        self.texts = {"services": [dump(service(i)) for i in range(services)],
                      "endpointslices": [dump(endpoint_slice(i, self.each)) for i in range(services)]}
        if with_pods:
            self.texts["pods"] = [dump(pod(i, k)) for i in range(services) for k in range(self.each)]
            for kind in ("Deployment", "ReplicaSet"):
                self.texts[kind.lower() + "s"] = [dump(workload(kind, i, self.each)) for i in range(services)]
        self.watchers, self.finished = [], 0
        self.reviews = dump({"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "status": {"allowed": True}})

    def chosen(self, resource, query):
        """The indexes that the selectors leave."""
        name = query.get("labelSelector", "").removeprefix("kubernetes.io/service-name=") if resource == "endpointslices" else \
            query.get("fieldSelector", "").removeprefix("metadata.name=")
        return [int(name[4:])] if name.startswith("svc-") else range(len(self.texts.get(resource, [])))

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, target, _ = head.split(" ", 2)
                length = re.search(r"(?i)content-length: (\d+)", head)
                if length:
                    await reader.readexactly(int(length[1]))
                path, _, text = target.partition("?")
                query = dict(urllib.parse.parse_qsl(text))
                if query.get("watch") in ("true", "1"):
                    await self.watch(writer, path.rsplit("/", 1)[-1], query)
                else:
                    self.answer(writer, method, path, query)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.close()

    def answer(self, writer, method, path, query):
        resource, code, body = path.rsplit("/", 1)[-1], 200, b"{}"
        if path == "/version":
            body = b'{"major":"1","minor":"36","gitVersion":"v1.36.0"}'
        elif method == "POST":
            code, body = 201, self.reviews
        elif path == "/api/v1/namespaces/shop":
            body = b'{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop","uid":"n"}}'
        elif re.search(r"/services/[^/]+$", path):
            body = b'{"kind":"Service","apiVersion":"v1",' + self.texts["services"][int(resource[4:])][1:]
        else:
            body = self.list(resource, query)
        writer.write(f"HTTP/1.1 {code} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def list(self, resource, query):
        kind = KINDS.get(resource, ("Thing", "v1"))
        all_of = self.chosen(resource, query) if resource in self.texts else []
        begin = int(query.get("continue") or 0)
        limit = int(query.get("limit") or 0) or len(all_of)
        page = all_of[begin:begin + limit]
        more = str(begin + limit) if begin + limit < len(all_of) else ""
        meta = json.dumps({"resourceVersion": "1000", **({"continue": more} if more else {})}).encode()
        return (f'{{"kind":"{kind[0]}List","apiVersion":"{kind[1]}","metadata":'.encode() + meta + b',"items":['
                + b",".join(self.texts[resource][i] for i in page) + b"]}")

    async def watch(self, writer, resource, query):
        if query.get("sendInitialEvents"):   # an API server that lists: what both clients can do
            body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 422, "reason": "Invalid",
                               "message": "sendInitialEvents is forbidden"}).encode()
            writer.write(f"HTTP/1.1 422 X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        await writer.drain()
        over = asyncio.Event()
        self.watchers.append((writer, resource, set(self.chosen(resource, query)), over))
        await over.wait()

    async def send(self, changes):
        """That many changes of slices, one after another over the Services; the probed one's last, with the mark."""
        targets = [one for one in self.watchers if one[1] == "endpointslices" and not one[0].is_closing()]
        for n in range(changes + 1):
            last = n == changes
            i = int(PROBED[4:]) if last else n * 7919 % self.services
            line = b""
            for writer, _, chosen, _ in targets:
                if i not in chosen:
                    continue
                if not line:
                    thing = {"kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
                             **endpoint_slice(i, self.each, 1001 + n, "end" if last else None)}
                    line = json.dumps({"type": "MODIFIED", "object": thing}, separators=(",", ":")).encode() + b"\n"
                try:  # a client of an earlier round may have ended
                    writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
                    await writer.drain()
                except ConnectionError:
                    writer.close()


async def main(folder, services, endpoints, *more):
    api = BigApi(services, endpoints, "pods" in more)
    paths = certificate(folder, "big")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*paths)
    server = await asyncio.start_server(api.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    authority = base64.b64encode(paths[0].read_bytes()).decode()
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "big",
              "clusters": [{"name": "big", "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": authority}}],
              "users": [{"name": "big", "user": {"token": "t"}}],
              "contexts": [{"name": "big", "context": {"cluster": "big", "user": "big", "namespace": "shop"}}]}
    (folder / "kubeconfig").write_text(json.dumps(config))
    sizes = {name: sum(map(len, texts)) for name, texts in api.texts.items()}
    print(json.dumps(sizes), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await api.send(int(line))
        for one in api.watchers:
            if one[0].is_closing():
                one[3].set()
        api.watchers = [one for one in api.watchers if not one[0].is_closing()]
        print("sent", flush=True)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]))
