"""What scripts/package makes: the same bytes twice, whole, installed into roots of their own, running there, and gone afterwards."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import bare_root
from straycat import SOURCE, STRAYCAT, Surroundings, main, skip

# The release where it was built, as CI has it before the tests; else the program under test.
RELEASE = SOURCE / "build/release"
BUILD = RELEASE if (RELEASE / "straycat-launcher").exists() else pathlib.Path(STRAYCAT).parent


def sanitized():
    return b"__asan_init" in pathlib.Path(BUILD / "straycat").read_bytes() or b"__tsan_init" in pathlib.Path(BUILD / "straycat").read_bytes()


def package(out, *kinds):
    done = subprocess.run([str(SOURCE / "scripts/package"), "--build", str(BUILD), "--out", str(out), *kinds], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="straycat-test-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        package(cls.folder / "one")
        cls.made = {path.name: path for path in (cls.folder / "one").iterdir()}

    def file(self, pattern):
        return next(path for name, path in self.made.items() if re.fullmatch(pattern, name))

    def test_packed_twice_is_the_same_bytes(self):
        os.environ["TZ"] = "Asia/Tokyo"
        self.addCleanup(os.environ.pop, "TZ")
        self.addCleanup(os.umask, os.umask(0o077))
        package(self.folder / "two")
        self.assertEqual(digests(self.folder / "one"), digests(self.folder / "two"))

    @unittest.skipIf(os.geteuid() != 0, "dpkg gives what it unpacks to root")
    def test_deb(self):
        deb = self.file(r"straycat_.*\.deb")
        needs = subprocess.run(["dpkg-deb", "-f", str(deb), "Depends"], capture_output=True, text=True, check=True).stdout
        for library in ("libc6", "libcurl4", "libnftables1", "libssl3", "libyaml-0-2"):
            self.assertIn(library, needs)
        root = self.folder / "deb-root"
        for place in ("info", "updates", "triggers"):
            (root / "var/lib/dpkg" / place).mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        dpkg = ["dpkg", f"--root={root}", "--force-depends", "--force-not-root", "--log=/dev/null"]
        before = {path for path in root.rglob("*") if "var" not in path.relative_to(root).parts[:1]}
        subprocess.run([*dpkg, "-i", str(deb)], check=True, capture_output=True)
        for name in ("bin/straycat", "bin/kubectl-straycat", "share/man/man1/straycat-run.1.gz", "share/bash-completion/completions/straycat",
                     "share/straycat/scenarios/service-selector/scenario.yaml", "share/doc/straycat/changelog.gz"):
            self.assertTrue((root / "usr" / name).exists(), name)
        told = subprocess.run([str(root / "usr/bin/straycat"), "--version"], capture_output=True, text=True, check=True).stdout
        self.assertIn("(commit ", told)
        told = subprocess.run([str(root / "usr/bin/straycat"), "explain", "stray-endpoint"], cwd=root, capture_output=True, text=True, check=True).stdout
        self.assertIn(f"straycat run {root}/usr/share/straycat/scenarios/service-selector\n", told, "as a person can give it")
        subprocess.run([*dpkg, "--purge", "straycat"], check=True, capture_output=True)
        self.assertEqual({path for path in root.rglob("*") if "var" not in path.relative_to(root).parts[:1]}, before, "nothing is left")

    @unittest.skipIf(sanitized(), "a sanitizer's runtime does not stand another loader; a release is packed where there is one")
    def test_tarball_in_a_root_that_holds_nothing_else(self):
        if subprocess.run([*bare_root.COMMAND[:-2], "true"], capture_output=True, check=False).returncode != 0:
            skip("this machine allows no namespaces")
        root = self.folder / "bare"
        (root / "proc").mkdir(parents=True)
        with tarfile.open(self.file(r"straycat-.*\.tar\.gz")) as tar:
            tar.extractall(root)   # our own archive
        home = next(path for path in root.iterdir() if path.name.startswith("straycat-"))
        surroundings = Surroundings()
        done = subprocess.run([*bare_root.COMMAND, str(root), f"/{home.name}/bin/straycat", "demo", "--out", "/out"], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("a stray endpoint: Job/sayhi", done.stdout)
        self.assertEqual(json.loads((root / "out/report.json").read_text())["verdict"]["conclusion"], "found")
        shutil.rmtree(root / "out")
        shutil.rmtree(home)
        self.assertEqual([path.name for path in root.iterdir()], ["proc"], "nothing is left")
        self.assertEqual(surroundings.left_behind(), [])

    def test_image_and_its_rights(self):
        with tarfile.open(self.file(r"straycat-.*-image\.tar")) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))[0]
            config = json.load(tar.extractfile(manifest["Config"]))
            with tarfile.open(fileobj=tar.extractfile(manifest["Layers"][0])) as layer:
                names = layer.getnames()
        self.assertEqual((manifest["RepoTags"], config["config"]["Entrypoint"], config["config"]["User"]), (["straycat/straycat:latest"], ["/straycat"], "65532:65532"))
        self.assertTrue({"straycat", "etc/passwd"} <= set(names) and any("ld-linux" in name for name in names), names)
        rights = self.file(r"straycat-in-cluster\.yaml").read_text()
        verbs = set(re.findall(r'"(get|list|watch|create|update|patch|delete|\*)"', rights))
        self.assertLessEqual(verbs, {"get", "list", "watch"}, "it only reads")

    def test_krew_manifest_names_the_tarball(self):
        tarball = self.file(r"straycat-.*\.tar\.gz")
        manifest = self.file(r"straycat\.yaml").read_text()
        self.assertIn(f"sha256: {hashlib.sha256(tarball.read_bytes()).hexdigest()}", manifest)
        with tarfile.open(tarball) as tar:
            self.assertIn(re.search(r"bin: (\S+)", manifest)[1], tar.getnames())
            self.assertEqual({(member.uid, member.gid, member.uname) for member in tar}, {(0, 0, "")})


if __name__ == "__main__":
    if not shutil.which("dpkg-shlibdeps"):
        skip("dpkg-shlibdeps (Debian's package dpkg-dev) is not installed")
    main()
