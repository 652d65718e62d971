"""Packages that only tests use, from the npm registry by its own client: pinned, checked, and kept under build/."""
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import pathlib

from straycat import SKIP, SOURCE

PINNED = {
    "axe-core": ("4.14.1", "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==", "package/axe.min.js"),
    "mermaid": ("12.3.0", "4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==", "package/dist/mermaid.min.js"),
}


def skip(reason):
    """Also in CI no failure: a registry of the internet is no part of a bare machine (scripts/test)."""
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def npm_file(name):
    """The text of the package's one file that tests use; a skip when the registry cannot be reached."""
    version, integrity, inside = PINNED[name]
    kept = SOURCE / "build/npm" / f"{name}-{version}.tgz"
    if not kept.exists():
        fetch(name, version, kept)
    digest = base64.b64encode(hashlib.sha512(kept.read_bytes()).digest()).decode()
    if digest != integrity:
        kept.unlink()
        raise RuntimeError(f"{name} {version} is not what it was: sha512-{digest}")
    with tarfile.open(kept) as archive:
        return archive.extractfile(inside).read().decode()


def fetch(name, version, kept):
    npm = shutil.which("npm")
    if npm is None:
        skip(f"npm is not installed, and {name} is tested with only from its registry")
    with tempfile.TemporaryDirectory(prefix="straycat-test-npm-") as folder:
        try:
            done = subprocess.run([npm, "pack", "--silent", f"{name}@{version}"], cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        except subprocess.TimeoutExpired:
            skip("the npm registry does not answer")
        packed = list(pathlib.Path(folder).glob("*.tgz"))
        if done.returncode != 0 or not packed:
            skip(f"the npm registry did not give {name}@{version}: {done.stderr.strip().splitlines()[-1:]}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(packed[0], kept)
