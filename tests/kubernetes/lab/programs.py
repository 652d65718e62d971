"""Kubernetes' programs, built from the Go module proxy; also the Go that builds them, where there is none."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile

from machine import CACHE, NOT_HERE, fail, run, say

SOURCES = pathlib.Path(__file__).resolve().parent
VERSION = "v1.36.3"
PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl"]
# Go itself is a module, too (golang.org/toolchain): the SHA-256 of its zip files.
GO = "1.26.0"
TOOLCHAINS = {"x86_64": ("amd64", "38461905b98c59173672814302e222ab43b652274bc0c95817b08b71ab66b705"),
              "aarch64": ("arm64", "4c3f961bc257ff52e7a425166f9f75015f645dff071d01a81823455ffe646609")}
PATIENCE = int(os.environ.get("STRAYCAT_KUBERNETES_PATIENCE", "2400"))  # seconds, for downloads and for the build


def folder():
    """Where the programs are, or will be."""
    given = os.environ.get("STRAYCAT_KUBERNETES_BIN")
    if given:
        return pathlib.Path(given)
    sources = sorted([*SOURCES.glob("go.*"), *SOURCES.rglob("*.go")])
    return CACHE / f"kubernetes-{VERSION}-{hashlib.sha256(b''.join(f.read_bytes() for f in sources)).hexdigest()[:12]}"


def missing(where):
    return [name for name in [*PROGRAMS, "coredns"] if not (where / name).exists()]


def proxies():
    """The module proxies that Go would ask, as far as they are ones."""
    return [p for p in re.split("[,|]", os.environ.get("GOPROXY") or "https://proxy.golang.org") if p.startswith("http")]


def fetch_go():
    """A Go for a machine that has none, or one too old to fetch a newer one by itself (before 1.21)."""
    if os.uname().machine not in TOOLCHAINS:
        fail(f"there is no Go here, and none is known for {os.uname().machine}", NOT_HERE)
    architecture, digest = TOOLCHAINS[os.uname().machine]
    name = f"v0.0.1-go{GO}.linux-{architecture}"
    home = CACHE / f"go-{GO}"
    if (home / "bin/go").exists():
        return home / "bin/go"
    say(f"fetching Go {GO} from the module proxy")
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = CACHE / f"{name}.zip"
    for proxy in proxies():
        try:
            with urllib.request.urlopen(f"{proxy}/golang.org/toolchain/@v/{name}.zip", timeout=60) as answer:
                archive.write_bytes(answer.read())
            break
        except (OSError, urllib.error.URLError) as error:
            say(f"{proxy}: {error}")
    else:
        fail("the Go module proxy cannot be reached", NOT_HERE)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
        fail(f"{archive} is not the Go that was expected")
    unpack(archive, f"golang.org/toolchain@{name}/", home)
    archive.unlink()
    return home / "bin/go"


def unpack(archive, prefix, home):
    partial = home.with_name(home.name + ".partial")
    with zipfile.ZipFile(archive) as files:
        for entry in files.infolist():
            target = partial / entry.filename.removeprefix(prefix)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files.read(entry))
            if target.parent.name == "bin" or "/pkg/tool/" in str(target):
                target.chmod(0o755)
    partial.rename(home)


def find_go():
    found = shutil.which("go")
    if found:
        words = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"go1\.(\d+)", words)
        own = "local" in subprocess.run([found, "env", "GOTOOLCHAIN"], capture_output=True, text=True, check=False).stdout
        if version and int(version[1]) >= (26 if own else 21):
            return found
    return fetch_go()


def fetch_modules(go, options):
    """Beside a build that takes both processors a handshake runs out of its time: what came so far is kept."""
    for last in (False, False, True):
        try:
            return run(go, "list", "-deps", ".", "./dns", stdout=subprocess.DEVNULL, timeout=PATIENCE, **options)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            if last:
                fail(f"the modules cannot be had: {error}", NOT_HERE)
            say(f"the modules did not come, once more: {error}")


def compile_into(partial, go):
    base = "k8s.io/component-base/version"
    flags = f"-s -w -X {base}.gitVersion={VERSION} -X {base}.gitMajor=1 -X {base}.gitMinor=36"
    environment = dict(os.environ, CGO_ENABLED="0", GOTOOLCHAIN=os.environ.get("GOTOOLCHAIN", "auto"), GOFLAGS="")
    options = {"cwd": SOURCES, "env": environment}
    fetch_modules(go, options)
    try:
        run(go, "build", "-trimpath", "-ldflags", flags, "-o", f"{partial}/", ".", "./dns", timeout=PATIENCE, **options)
    except subprocess.TimeoutExpired as error:
        fail(f"the build takes too long for this machine: {error}", NOT_HERE)
    (partial / "dns").rename(partial / "coredns")
    for name in PROGRAMS:
        (partial / name).symlink_to("kubernetes")


def build():
    """Builds what is missing; the folder with the programs."""
    target = folder()
    lacking = missing(target)
    if not lacking:
        return target
    if os.environ.get("STRAYCAT_KUBERNETES_BIN"):
        fail(f"STRAYCAT_KUBERNETES_BIN={target} has no {', '.join(lacking)}")
    go = find_go()
    say(f"building Kubernetes {VERSION} into {target} (some minutes)")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    compile_into(partial, go)
    partial.rename(target)
    return target
