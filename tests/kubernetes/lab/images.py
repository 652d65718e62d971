"""The cluster's images: the sandbox's, and those of straycat in a registry that the nodes take for docker.io."""
import hashlib
import io
import json
import os
import subprocess
import tarfile

from machine import CONTROL, ROOT, STATE, in_node, inside, run, start


def add(tar, name, data, mode=0o644):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


def make_pause():
    """The image of the sandbox container, from nothing."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        add(tar, "pause", (STATE / "pause").read_bytes(), 0o755)
    digest = hashlib.sha256(layer.getvalue()).hexdigest()
    config = json.dumps({"architecture": os.uname().machine.replace("x86_64", "amd64").replace("aarch64", "arm64"), "os": "linux",
                         "config": {"Entrypoint": ["/pause"], "Env": ["PATH=/"]},
                         "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]}}).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    with tarfile.open(STATE / "pause.tar", "w") as tar:
        add(tar, name, config)
        add(tar, "layer.tar", layer.getvalue())
        add(tar, "manifest.json", json.dumps([{"Config": name, "RepoTags": ["registry.k8s.io/pause:3.10"],
                                               "Layers": ["layer.tar"]}]).encode())


def start_registry():
    """docker.io as the nodes see it: manifests without a tag are pulled always, and offline all the same."""
    hosts = STATE / "certs.d/docker.io"
    hosts.mkdir(parents=True)
    (hosts / "hosts.toml").write_text(f'server = "http://{CONTROL}:5000"\n[host."http://{CONTROL}:5000"]\n'
                                      '  capabilities = ["pull", "resolve"]\n')
    (STATE / "registry.yml").write_text(f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {STATE}/registry\n"
                                        f"http:\n  addr: {CONTROL}:5000\n")
    start("registry", *in_node(), "docker-registry", "serve", STATE / "registry.yml")


def push(binary):
    images = STATE / "images"
    flags = ["--binary", str(binary)] if binary else []
    run(ROOT / "scripts/image", "--out", images, *flags, stdout=subprocess.DEVNULL)
    for archive in sorted(images.glob("*.tar")):
        with tarfile.open(archive) as tar:
            name = json.load(tar.extractfile("manifest.json"))[0]["RepoTags"][0]
        run(*inside(), "skopeo", "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", f"docker-archive:{archive}",
            f"docker://{CONTROL}:5000/{name}")
