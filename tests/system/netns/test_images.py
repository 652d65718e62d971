"""A person's own image runs from what docker save or skopeo copy wrote, or from a folder, with its own files and configuration."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import images
from cluster import STRAYCAT, Cluster

SETTINGS = {"Entrypoint": ["/app"], "Cmd": ["by", "itself"], "Env": ["FOO=image", "PATH=/bin"], "WorkingDir": "/data", "User": "cat"}


class Images(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.folder.chmod(0o755)
        os.environ["XDG_CACHE_HOME"] = str(cls.folder / "cache")
        program = images.compile_program(cls.folder)
        below = images.layer(("app", program), ("etc/", None), ("etc/passwd", b"root:x:0:0::/root:/x\ncat:x:7:8::/home/cat:/x\n", 0o644),
                             ("data/", None, 0o777), ("data/old", b"old"), ("dir/", None), ("dir/hidden", b""), ("usr/", None), ("usr/bin/", None),
                             ("bin", "-> usr/bin"), ("etc/resolv.conf", "-> /nowhere/resolv.conf"), ("same", "=> app"))
        above = images.layer(("data/.wh.old", b""), ("dir/.wh..wh..opq", b""), ("dir/new", b""), ("bin/tool", program))
        cls.layers, cls.config = [below, above], images.config([below, above], **SETTINGS)
        docker = images.docker_archive(cls.folder / "docker.tar", cls.layers, cls.config)
        packed = images.docker_archive(cls.folder / "docker.tar.gz", cls.layers, cls.config, compress=True)
        oci = images.oci_archive(cls.folder / "oci.tar", cls.layers, cls.config)
        tree = cls.folder / "tree"
        (tree / "data").mkdir(parents=True)
        (tree / "app").write_bytes(program)
        (tree / "app").chmod(0o755)
        cls.images = {"example/app": docker, "packed:2": packed, "oci": oci, "tree": str(tree)}
        cls.cluster = Cluster("kernel", *(f"--image={name}={path}" for name, path in cls.images.items()))

    @classmethod
    def tearDownClass(cls):
        code, errors = cls.cluster.end()
        shutil.rmtree(cls.folder)
        assert code == 0, errors

    def output(self, name, image, **container):
        c = self.cluster
        c.run_pod(name, container={"image": image, **container})
        c.until_phase(name, "Succeeded")
        return c.log(name).splitlines()

    def test_its_own_configuration(self):
        for i, image in enumerate(("example/app:latest", "docker.io/packed:2", "oci:7")):
            with self.subTest(image=image):
                self.assertEqual(self.output(f"own-{i}", image)[:4],
                                 ["words by itself", "ids 7 8", "cwd /data", "FOO image HOME /home/cat"])
        self.assertTrue(self.cluster.container("own-0")["imageID"].startswith("sha256:"))
        self.assertEqual(len(list((self.folder / "cache/straycat/images").iterdir())), 1, "one image, unpacked once")

    def test_layers_lie_over_each_other_and_what_is_written_is_the_containers(self):
        paths = ["/data/old", "/dir/hidden", "/dir/new", "/usr/bin/tool", "/same", "/proc/self", "/dev/null", "/etc/hosts", "/etc/resolv.conf", "/home", "/work"]
        lines = self.output("layers", "example/app", args=paths)
        self.assertEqual(lines[0], "words " + " ".join(paths))
        for path, state in (("/data/old", "absent"), ("/dir/hidden", "absent"), ("/dir/new", "there"), ("/usr/bin/tool", "there"), ("/same", "there"),
                            ("/proc/self", "there"), ("/dev/null", "there"), ("/etc/resolv.conf", "there"), ("/work", "absent")):
            self.assertIn(f"{path} {state}", lines)
        self.assertIn("written yes", lines)
        self.assertEqual(self.output("again", "example/app", args=["/data/written"])[4], "/data/written absent")
        self.assertFalse(list((self.folder / "cache").rglob("written")))

    def test_the_manifest_overrides(self):
        lines = self.output("other", "example/app", command=["/bin/tool", "$(FOO)"], workingDir="/dir", env=[{"name": "FOO", "value": "pod"}])
        self.assertEqual(lines[:4], ["words pod", "ids 7 8", "cwd /dir", "FOO pod HOME /home/cat"])

    def test_a_folder(self):
        self.assertEqual(self.output("folder", "tree", command=["/app", "/etc/passwd"])[1:3], ["ids 0 0", "cwd /"])
        c = self.cluster
        c.run_pod("nothing", container={"image": "tree"})
        c.until(lambda: "no command specified" in str(c.container("nothing")["state"]))

    def test_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("the other tests are an ordinary user's already")
        home = self.folder / "home"
        home.mkdir(mode=0o700)
        os.chown(home, 65534, 65534)
        os.environ["XDG_CACHE_HOME"] = str(home)
        try:
            with Cluster("kernel", f"--image=app={self.images['oci']}", command=["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]) as c:
                c.run_pod("p", container={"image": "app"})
                c.until_phase("p", "Succeeded")
                self.assertEqual(c.log("p").splitlines()[:2], ["words by itself", "ids 7 8"])
        finally:
            os.environ["XDG_CACHE_HOME"] = str(self.folder / "cache")

    def test_users_and_capabilities_of_the_manifest(self):
        c = self.cluster
        self.assertEqual(self.output("user", "example/app", securityContext={"runAsUser": 1234, "runAsGroup": 99})[1:4],
                         ["ids 1234 99", "cwd /data", "FOO image HOME /"])
        script = "id; grep CapEff /proc/self/status; touch /x; touch /tmp/y; echo z > /v/z; ls -ln /v"
        for name, context, pod, expected in (
                ("plain", {}, {}, ["uid=0(root) gid=0(root) groups=0(root)", "CapEff:	00000000a80425fb"]),
                ("few", {"capabilities": {"drop": ["ALL"], "add": ["CHOWN", "CAP_NET_ADMIN"]}, "readOnlyRootFilesystem": True}, {},
                 ["uid=0(root) gid=0(root) groups=0(root)", "CapEff:	0000000000001001"]),
                ("groups", {"runAsUser": 5}, {"fsGroup": 77, "supplementalGroups": [88], "runAsGroup": 6}, ["uid=5 gid=6 groups=6,77,88", "CapEff:	0000000000000000"])):
            with self.subTest(name):
                c.run_pod(name, script, container={"securityContext": context, "volumeMounts": [{"name": "v", "mountPath": "/v"}]},
                          securityContext=pod, volumes=[{"name": "v", "emptyDir": {}}])
                c.until(lambda: c.pod(name)["status"]["phase"] in ("Succeeded", "Failed"))
                text = c.log(name)
                self.assertEqual(text.splitlines()[:2], expected)
                self.assertEqual("touch: cannot touch '/tmp/y': Read-only" in text, name == "few", text)
                if name == "groups" and os.geteuid() == 0:
                    self.assertRegex(text, r"5 77 .* z\n")
        for name, context, words in (
                ("rooted", {"runAsNonRoot": True}, "container has runAsNonRoot and image will run as root (pod: \"rooted_default("),
                ("zero", {"runAsNonRoot": True, "runAsUser": 0}, "container's runAsUser breaks non-root policy (pod: \"zero_default("),
                ("named", {"runAsNonRoot": True}, "container has runAsNonRoot and image has non-numeric user (cat), cannot verify")):
            with self.subTest(name):
                c.run_pod(name, container={"image": "example/app" if name == "named" else "shell", "securityContext": context})
                c.until(lambda: c.container(name)["state"].get("waiting", {}).get("reason") == "CreateContainerConfigError")
                self.assertIn(words, c.container(name)["state"]["waiting"]["message"])

    def refused(self, name, path):
        done = subprocess.run([STRAYCAT, "cluster", "--image", f"x={path}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        return done.stderr

    def test_what_is_no_image_or_reaches_out_is_refused(self):
        bad = self.folder / "bad.tar"
        outside = self.folder / "outside"
        for what, layers in (("climbs out", [images.layer(("../../outside", b"x"))]),
                             ("a link to what is not there", [images.layer(("h", "=> no/such"))])):
            self.assertIn(what, self.refused("bad", images.docker_archive(bad, layers, images.config(layers))))
        # A link out of the image leads to nothing but the image's own.
        layers = [images.layer(("out", f"-> {self.folder}"), ("out/outside", b"x"))]
        tree = images.docker_archive(self.folder / "link.tar", layers, images.config(layers))
        done = subprocess.run([STRAYCAT, "cluster", "--image", f"x={tree}"], capture_output=True, text=True, timeout=60)
        self.assertIn("open out", done.stderr)
        self.assertFalse(outside.exists())
        good = images.config(self.layers)
        self.assertIn("has the digest", self.refused("bad", images.docker_archive(bad, [self.layers[0], self.layers[0]], good)))
        self.assertIn("its configuration says 2", self.refused("bad", images.docker_archive(bad, self.layers[:1], good)))
        (self.folder / "no.tar").write_bytes(b"not an archive" * 100)
        self.assertIn("no tar archive", self.refused("bad", self.folder / "no.tar"))
        whole = pathlib.Path(images.docker_archive(bad, self.layers, good)).read_bytes()
        bad.write_bytes(whole[:len(whole) // 2])
        self.assertIn("too early", self.refused("bad", bad))
        self.assertFalse([p for p in (self.folder / "cache/straycat/images").iterdir() if "." in p.name], "nothing half unpacked stays")


if __name__ == "__main__":
    unittest.main()
