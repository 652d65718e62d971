"""The images that the conformance tests name, as `docker save` lays them out: their own programs at their own paths.

What a real image has from Alpine or Debian it has here from Debian's packages (fetched with apt-get, nothing is installed); agnhost, nonewprivs and
the kittens are those of Kubernetes' own sources.
"""
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile

REGISTRY = "registry.k8s.io/e2e-test-images"
# What agnhost's, nginx' and the name tests' Dockerfiles install (test/images/*/Dockerfile).
USERLAND = ["bash", "coreutils", "grep", "sed", "util-linux", "findutils", "procps", "curl", "netcat-openbsd", "iproute2", "bind9-dnsutils", "nginx-light", "mawk", "libc-bin"]
SHELL = ["busybox-static"]
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LEFT_OUT = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/perl", "usr/lib/x86_64-linux-gnu/perl", "usr/lib/x86_64-linux-gnu/gconv"]
NGINX = """worker_processes 1;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events { worker_connections 512; }
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  server { listen 80; location / { root /usr/share/nginx/html; index index.html index.htm; } }
}
"""
PEOPLE = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
          "etc/group": "root:x:0:\nnogroup:x:65534:\n"}
OURS = {"etc/passwd": PEOPLE["etc/passwd"] + "www-data:x:33:33::/var/www:/bin/false\nuser-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh\n",
        "etc/group": PEOPLE["etc/group"] + "www-data:x:33:\nuser-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n"}


class Layer:
    """A layer that is written entry by entry; the same entries give the same bytes."""

    def __init__(self, folder):
        self.path = folder / "layer.partial"
        self.tar = tarfile.open(self.path, "w", format=tarfile.PAX_FORMAT)

    def _entry(self, name, mode, kind):
        entry = tarfile.TarInfo(name)
        entry.mode, entry.type = mode, kind
        return entry

    def folder(self, name, mode=0o755):
        self.tar.addfile(self._entry(name, mode, tarfile.DIRTYPE))

    def file(self, name, content, mode=0o644):
        entry = self._entry(name, mode, tarfile.REGTYPE)
        entry.size = len(content)
        self.tar.addfile(entry, io.BytesIO(content))

    def link(self, name, target):
        entry = self._entry(name, 0o777, tarfile.SYMTYPE)
        entry.linkname = target
        self.tar.addfile(entry)

    def tree(self, root):
        for path in sorted(root.rglob("*")):
            if any(str(path.relative_to(root)).startswith(left_out) for left_out in LEFT_OUT):
                continue
            entry = self.tar.gettarinfo(path, str(path.relative_to(root)))
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = ""
            with open(path, "rb") if entry.isreg() else io.BytesIO() as content:
                self.tar.addfile(entry, content if entry.isreg() else None)

    def close(self):
        self.tar.close()
        return self.path


def save(folder, config, fill):
    """`docker save`'s layout in a folder: manifest.json, the configuration, one layer."""
    folder.mkdir(parents=True)
    layer = Layer(folder)
    for name, mode in (("bin", 0o755), ("etc", 0o755), ("root", 0o700), ("tmp", 0o1777), ("run", 0o755), ("var", 0o755)):
        if not (name == "bin" and config.pop("merged", False)):
            layer.folder(name, mode)
    fill(layer)
    with open(layer.close(), "rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    layer.path.rename(folder / f"{digest}.tar")
    text = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Env": [PATH], **config}, "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]}})
    name = hashlib.sha256(text.encode()).hexdigest()
    (folder / f"{name}.json").write_text(text)
    (folder / "manifest.json").write_text(json.dumps([{"Config": f"{name}.json", "RepoTags": [], "Layers": [f"{digest}.tar"]}]))


def debian(scratch, packages):
    """The files of these packages and all that they need, in a folder."""
    archives, root, nothing = scratch / "archives", scratch / "root", scratch / "status"
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    nothing.write_text("")  # no package is installed
    subprocess.run(["apt-get", "-qq", "-y", "--download-only", "--no-install-recommends", "-o", f"Dir::State::status={nothing}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root",
                    "-o", f"Dir::Cache::archives={archives}", "install", *packages], check=True, stdout=subprocess.DEVNULL)
    (root / "etc").mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):  # as base-files' usrmerge leaves them
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for package in sorted(archives.glob("*.deb")):
        files = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "--keep-directory-symlink", "-C", root], stdin=files.stdout, check=True)
        if files.wait() != 0:
            raise OSError(f"dpkg-deb cannot read {package}")
    subprocess.run(["ldconfig", "-r", root], check=True)
    return root


def people(layer, files):
    for name, text in files.items():
        layer.file(name, text.encode())


def busybox(layer, shell):
    """One program under the name of each of its parts."""
    program = shell / "usr/bin/busybox"
    people(layer, PEOPLE)
    layer.file("bin/busybox", program.read_bytes(), 0o755)
    for name in subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
        if name != "busybox":
            layer.link(f"bin/{name}", "busybox")


def build(target, built, sources, scratch):
    """All of them in `target`, a folder an image. `built`: the programs; `sources`: Kubernetes' own. Raises OSError and CalledProcessError."""
    shell, userland = debian(scratch / "shell", SHELL), debian(scratch / "userland", USERLAND)
    for folder, text in (("etc/nginx/nginx.conf", NGINX), ("usr/share/nginx/html/index.html", "<h1>Welcome to nginx!</h1>\n")):
        (userland / folder).parent.mkdir(parents=True, exist_ok=True)
        (userland / folder).write_text(text)
    for name, text in OURS.items():
        (userland / name).write_text(text)
    # What the packages' scripts would have linked (update-alternatives); none of them runs here.
    for name, program in (("sh", "bash"), ("nc", "nc.openbsd"), ("awk", "mawk")):
        (userland / "usr/bin" / name).unlink(missing_ok=True)
        (userland / "usr/bin" / name).symlink_to(program)
    agnhost = (built / "agnhost").read_bytes()
    pages = sources / "test/images"

    def with_agnhost(layer):
        layer.tree(userland)
        layer.file("agnhost", agnhost, 0o755)
        layer.link("agnhost-2", "agnhost")
        layer.folder("uploads", 0o777)
        for name in ("localhost.crt", "localhost.key"):
            layer.file(name, (pages / "agnhost/porter" / name).read_bytes())

    def cat(which):  # of agnhost's image the program alone
        def fill(layer):
            layer.file("agnhost", agnhost, 0o755)
            for path in sorted((pages / which / "html").iterdir()):
                layer.file(path.name, path.read_bytes())
        return fill

    def nonewprivs(layer):
        busybox(layer, shell)
        layer.folder("usr/local/bin")
        layer.file("usr/local/bin/nnp", (built / "nnp").read_bytes(), 0o4755)

    save(target / "agnhost", {"Entrypoint": ["/agnhost"], "Cmd": ["pause"], "merged": True}, with_agnhost)
    for name in ("kitten", "nautilus"):
        save(target / name, {"Entrypoint": ["/agnhost"], "Cmd": ["test-webserver"]}, cat(name))
    save(target / "nginx", {"Cmd": ["nginx", "-g", "daemon off;"], "merged": True}, lambda layer: layer.tree(userland))
    save(target / "glibc-dns-testing", {"Cmd": ["bash"], "merged": True}, lambda layer: layer.tree(userland))
    save(target / "busybox", {"Cmd": ["sh"]}, lambda layer: busybox(layer, shell))
    save(target / "nonewprivs", {"Cmd": ["nnp"]}, nonewprivs)
    save(target / "nonroot", {"Cmd": ["sh"], "User": "1234"}, lambda layer: busybox(layer, shell))
    pause = scratch / "pause"
    subprocess.run(["cc", "-Os", "-static", "-DVERSION=3.10.2", "-o", pause, sources / "build/pause/linux/pause.c"], check=True)
    save(target / "pause", {"Entrypoint": ["/pause"], "User": "65535:65535"}, lambda layer: layer.file("pause", pause.read_bytes(), 0o755))


def names(target):
    """Image name -> its folder."""
    return {"registry.k8s.io/pause" if path.name == "pause" else f"{REGISTRY}/{path.name}": path for path in sorted(pathlib.Path(target).iterdir())}
