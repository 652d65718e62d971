"""The include check on a house with an edge broken on purpose: it must name the line."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from straycat import SOURCE


class Includes(unittest.TestCase):
    def check(self, root):
        return subprocess.run([SOURCE / "scripts/check-includes", "--root", root], capture_output=True, text=True, check=False)

    def test_this_house_is_in_order(self):
        done = self.check(SOURCE)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_broken_edges_are_named(self):
        for room, header in [("diagnose", "straycat/kube/client.hpp"), ("runner", "straycat/scenario/scenario.hpp"), ("cluster", "straycat/model/routable.hpp"),
                             ("kube", "straycat/cluster/cluster.hpp"), ("report", "history/folding.hpp")]:
            with self.subTest(room=room, header=header), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                root = pathlib.Path(folder)
                for part in ("src", "include"):
                    shutil.copytree(SOURCE / part, root / part)
                (root / "src" / room / "broken.cpp").write_text(f"#include <{header}>\n")
                done = self.check(root)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"src/{room}/broken.cpp:1: {room} includes {header}", done.stdout)

    def test_a_coroutine_whose_end_nobody_hears_is_named(self):
        for line, word in (("asio::co_spawn(context, work(), [](const std::exception_ptr&) {});", "co_spawn"),
                           ("#include <boost/asio/detached.hpp>", "detached")):
            with self.subTest(line=line), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                root = pathlib.Path(folder)
                for part in ("src", "include"):
                    shutil.copytree(SOURCE / part, root / part)
                (root / "src/runner/broken.cpp").write_text(f"// co_spawn in a comment is none\n{line}\n")
                done = self.check(root)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"src/runner/broken.cpp:2: {word}: ", done.stdout)


if __name__ == "__main__":
    unittest.main()
