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

    def copy(self, folder):
        """The house without what is in its files: the check reads #include lines alone."""
        root = pathlib.Path(folder)
        for part in ("src", "include"):
            shutil.copytree(SOURCE / part, root / part)
        return root

    def test_broken_edges_are_named(self):
        for room, header in [("diagnose", "straycat/kube/client.hpp"), ("runner", "straycat/scenario/scenario.hpp"), ("cluster", "straycat/model/routable.hpp"),
                             ("kube", "straycat/cluster/cluster.hpp"), ("report", "history/folding.hpp"), ("cluster/controllers", "cluster/apiserver/rest.hpp"),
                             ("cluster/dataplane", "cluster/sandbox/sandbox.hpp"), ("cluster/kinds", "cluster/store/store.hpp"), ("cluster/node", "straycat/yaml/document.hpp"),
                             ("cluster/node", "straycat/model/routable.hpp"), ("cli", "cluster/store/store.hpp")]:
            with self.subTest(room=room, header=header), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                root = self.copy(folder)
                (root / "src" / room / "broken.cpp").write_text(f"#include <{header}>\n")
                done = self.check(root)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"src/{room}/broken.cpp:1: {room} includes {header}", done.stdout)

    def test_a_bad_table_is_named(self):
        for row, words in [("| cluster/system | x | core, cluster/wiring |", "a circle of sub-rooms: "),
                           ("| cluster/system | x | core, net |", "cluster/system has an edge that cluster has not: net")]:
            with self.subTest(row=row), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                root = self.copy(folder)
                table = root / "src/README.md"
                lines = [row if line.startswith("| cluster/system |") else line for line in table.read_text().splitlines()]
                table.write_text("\n".join(lines) + "\n")
                done = self.check(root)
                self.assertEqual(done.returncode, 1)
                self.assertIn(words, done.stdout)

    def test_a_folder_without_a_row_is_named(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            root = self.copy(folder)
            (root / "src/cluster/extra").mkdir()
            (root / "src/extra").mkdir()
            done = self.check(root)
            self.assertEqual(done.returncode, 1)
            self.assertIn("src/cluster/extra: a sub-room that src/README.md does not name", done.stdout)
            self.assertIn("src/extra: a room that src/README.md does not name", done.stdout)

    def test_an_object_is_completed_in_one_place(self):
        """Defaults that are filled in twice drift: validation would see another object than the one that is stored."""
        callers = {}
        for path in (SOURCE / "src/cluster").rglob("*.cpp"):
            for line in path.read_text().splitlines():
                for word in ("default_object(object)", "complete_new_object(object)"):
                    if line.strip() == word + ";":
                        callers.setdefault(word, []).append(path.relative_to(SOURCE / "src/cluster").as_posix())
        self.assertEqual(callers, {"default_object(object)": ["store/store.cpp"] * 2, "complete_new_object(object)": ["store/store.cpp"]})

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

    def test_what_gpp_12_frees_twice_is_named(self):
        for line, bad in (('  co_return (co_await ask()).object(text_at(object, {"metadata", "name"}));', True),
                          ('  co_return (co_await ask()).object(scale ? "Scale" : kind);', True),
                          ('  say("a\\"?\\n"); co_await ask("{\\"kind\\": ? }");  // {"a"} ? b : c', False),
                          ('  const auto kind = scale ? "Scale" : plain; co_await ask(kind);', False),
                          ('  if (co_await ask()) name = text_at(object, {"name"});', False)):   # another full expression
            with self.subTest(line=line), tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
                root = pathlib.Path(folder)
                for part in ("src", "include"):
                    shutil.copytree(SOURCE / part, root / part)
                (root / "src/runner/broken.cpp").write_text(f"void f() {{\n{line}\n}}\n")
                done = self.check(root)
                self.assertEqual(done.returncode, 1 if bad else 0, done.stdout)
                self.assertEqual("src/runner/broken.cpp: 'co_await ask" in done.stdout, bad, done.stdout)


if __name__ == "__main__":
    unittest.main()
