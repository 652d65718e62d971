"""Help, completions, manual pages and the documents agree: they name the same commands, flags and exit codes."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from straycat import SOURCE, straycat, main

FLAG = re.compile(r"(?<![\w-])--?[a-zA-Z0-9][\w-]*")
TOLD = r"^  ((?:-\w, )?(?:-\w|--[a-z0-9-]+))(?:[ =\[]|$)"
DOCUMENTS = ("README.md", "scenarios/README.md", "src/cli/README.md")


def told(*words):
    done = straycat(*words)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}: {done.stderr}")
    return done.stdout


def section(text, title):
    """The lines below a heading of help, to the next one."""
    found = re.search(rf"^{title}\n((?:  .*\n)+)", text, re.M)
    return found[1] if found else ""


def flags_of(help_text):
    flags = set()
    for name in re.findall(TOLD, help_text, re.M):
        flags.update(name.split(", "))
    return flags


COMMANDS = re.findall(r"^  ([a-z]+)", section(told("help"), "Commands"), re.M)
HELP = {command: told("help", command) for command in COMMANDS}
FLAGS = {command: flags_of(text) for command, text in HELP.items()}


class Help(unittest.TestCase):
    def test_both_ways_to_ask_tell_the_same(self):
        self.assertEqual(told("help"), told("--help"))
        for command in COMMANDS:
            self.assertEqual(HELP[command], told(command, "--help"))
            self.assertEqual(HELP[command], told(command, "-h"))

    def test_every_page_has_examples_and_exit_codes(self):
        for command, text in HELP.items():
            with self.subTest(command=command):
                examples = re.findall(r"^  (\S.*)\n      (\S.*)$", section(text, "Examples"), re.M)
                self.assertIn(len(examples), (1, 2, 3), text)
                self.assertRegex(section(text, "Exit codes"), r"(?m)^  0 ")
                for line, _ in examples:
                    self.assertRegex(line, rf"straycat {command}|straycat help" if command == "help" else rf"straycat {command}")
                    self.assertLessEqual(self.named_in(line, command), FLAGS[command], line)

    def named_in(self, line, command):
        ours = line.split(f"straycat {command}", 1)[1].split(" -- ")[0].split("|")[0].split("&")[0]
        return set(FLAG.findall(re.sub(r"'[^']*'", "", ours)))

    def test_values_say_what_they_are(self):
        for command, text in HELP.items():
            for value in ("TEXT", "INT", "UINT", "FLOAT", "VALUE"):
                self.assertNotRegex(text.replace("--body TEXT", "").replace("--body-contains TEXT", ""), rf"(?m)^  .*--\S+ {value}\b", command)
            for value in set(re.findall(r"--\S+ (DURATION|RATE|BUDGET|SHAPE|GLOB|SELECTOR)\b", text)):
                self.assertRegex(section(text, "Values"), rf"(?m)^  {value} ")

    def test_lines_fit_a_terminal(self):
        for command, text in [("", told("help")), *HELP.items()]:
            before_examples = text.split("\nExamples\n")[0]
            self.assertEqual([line for line in before_examples.splitlines() if len(line) > 100], [], command)

    def test_what_was_meant(self):
        for words, says in [(("help", "dignose"), 'did you mean "diagnose"'), (("run", "x", "--pause", "1s"), "it is one of probe"),
                            (("diagnose", "svc/x", "--prob"), 'did you mean "--probe"'), (("explain", "stray-endpiont"), 'did you mean "stray-endpoint"'),
                            (("completion", "bahs"), 'did you mean "bash"')]:
            done = straycat(*words)
            self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
            self.assertIn(says, done.stderr)
            self.assertTrue(all(line.startswith("straycat: ") for line in done.stderr.splitlines()), done.stderr)


class Completions(unittest.TestCase):
    def test_bash_knows_every_flag(self):
        script = told("completion", "bash")
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        for command in COMMANDS:
            words = re.search(rf"^      {command}\) words='(.*)' ;;$", script, re.M)[1].split()
            self.assertEqual({word for word in words if word.startswith("-")}, FLAGS[command], command)

    def complete(self, *words):
        line = " ".join(f"'{word}'" for word in words)
        script = f'source /dev/stdin <<"END"\n{told("completion", "bash")}\nEND\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _straycat; echo "${{COMPREPLY[*]}}"'
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()

    def test_bash_completes(self):
        self.assertEqual(self.complete("straycat", "dia"), ["diagnose"])
        self.assertEqual(self.complete("straycat", "run", "--data-plane", "ker"), ["kernel"])
        self.assertEqual(self.complete("straycat", "run", "--prove"), ["--prove-fix"])
        self.assertEqual(self.complete("straycat", "completion", "z"), ["zsh"])
        self.assertEqual(self.complete("straycat", "run", "--out", "x"), [], "a folder: bash's own")

    def test_zsh_and_fish_know_every_flag(self):
        zsh, fish = told("completion", "zsh"), told("completion", "fish")
        for shell, script in (("zsh", zsh), ("fish", fish)):
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=script, text=True, check=True)
        for command in COMMANDS:
            part = zsh.split(f"\n    {command})\n", 1)[1].split(" ;;\n", 1)[0]
            self.assertEqual(set(re.findall(r"^        '(--?[\w-]+)\[", part, re.M)), FLAGS[command], command)
            lines = [line.split(" -d ")[0] for line in fish.splitlines() if f"'__fish_seen_subcommand_from {command}'" in line]
            found = {"-" + short for line in lines for short in re.findall(r" -s (\w)", line)} | {"--" + name for line in lines for name in re.findall(r" -l (\S+)", line)}
            self.assertEqual(found, FLAGS[command], command)


class ManualPages(unittest.TestCase):
    def test_they_know_every_flag_and_are_roff(self):
        with tempfile.TemporaryDirectory(prefix="straycat-test-") as folder:
            told("help", "--man-pages", folder)
            pages = {path.name: path.read_text() for path in pathlib.Path(folder).iterdir()}
        self.assertEqual(set(pages), {"straycat.1", *(f"straycat-{command}.1" for command in COMMANDS)})
        for command in COMMANDS:
            page = pages[f"straycat-{command}.1"]
            self.assertEqual(page, told("help", command, "--man"))
            options = page.split(".SH OPTIONS\n")[1].split(".SH ")[0].replace("\\-", "-")
            entries = [line[3:] for line in options.splitlines() if line.startswith(".B ")]
            self.assertEqual({name for entry in entries for name in FLAG.findall(re.split(r" [^-]|\[", entry)[0])}, FLAGS[command], command)
        if shutil.which("groff"):
            for name, page in pages.items():
                done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", "-Kutf8"], input=page, capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""), name)


class Documents(unittest.TestCase):
    def lines(self):
        """What the documents show of our command lines: (file, line)."""
        for file in DOCUMENTS:
            text = (SOURCE / file).read_text(encoding="utf-8")
            for block in re.findall(r"```\n(.*?)```", text, re.S):
                yield from ((file, line) for line in block.splitlines() if re.search(r"(^|\| |kubectl )straycat [a-z]", line))
            yield from ((file, line) for line in re.findall(r"`((?:kubectl )?straycat [a-z][^`]*)`", text))

    def test_command_lines_are_true(self):
        seen = 0
        for file, line in self.lines():
            for command, rest in re.findall(r"straycat ([a-z]+)((?: [^|#&]*)?)", line):
                with self.subTest(file=file, line=line):
                    self.assertIn(command, COMMANDS)
                    rest = re.split(r" -- ", rest)[0]
                    named = {flag.split("=")[0] for flag in FLAG.findall(re.sub(r"'[^']*'", "", rest))}
                    self.assertLessEqual(named, FLAGS[command])
                    seen += 1
        self.assertGreater(seen, 20)

    def test_flags_are_somebodys(self):
        all_flags = set().union(*FLAGS.values()) | {"--version"}
        for file in DOCUMENTS:
            for flag in re.findall(r"`(--[a-z][a-z0-9-]*)[^`]*`", (SOURCE / file).read_text(encoding="utf-8")):
                self.assertIn(flag, all_flags, file)

    def test_exit_codes_are_those_of_help(self):
        text = (SOURCE / "src/cli/README.md").read_text(encoding="utf-8").split("In full (each row is tested):", 1)[1].split("\n## ", 1)[0]
        for who, code in re.findall(r"^\| `([a-z]+)[^|]*\|[^|]*\| (\d) \|$", text, re.M):
            self.assertRegex(section(HELP[who], "Exit codes"), rf"(?m)^  {code} ", f"{who}: {code}")

    def test_changes_begin_with_this_version(self):
        version = told("--version").split()[1]
        headings = re.findall(r"^## (\S+)", (SOURCE / "scenarios/CHANGES.md").read_text(encoding="utf-8"), re.M)
        self.assertEqual(headings[0], version)


class Words(unittest.TestCase):
    def test_version(self):
        self.assertRegex(told("--version"), r"^straycat \d+\.\d+\.\d+ \(commit ([0-9a-f]{12}|unknown); data planes kernel-nftables, loopback-fallback\)\n$")
        told_json = json.loads(told("version", "--json"))
        self.assertIs(told_json["dataPlanes"]["loopback-fallback"], True)
        self.assertIn(told_json["commit"], told("version"))

    def test_explain_tells_all_that_it_lists(self):
        listed = told("explain")
        words = re.findall(r"^  (\S+)", listed, re.M)
        self.assertGreater(len(words), 50)
        for word in words:
            text = told("explain", word)
            for part in ("What happens", "How it is seen", "Cure"):
                self.assertIn(part, text, word)
        self.assertIn("straycat lint (E1", told("explain", "stray-endpoint"))
        self.assertIn("straycat run scenarios/service-selector", told("explain", "stray-endpoint"))
        self.assertEqual(told("explain", "foreign-slice"), told("explain", "selector-unwanted"))


if __name__ == "__main__":
    main()
