#!/usr/bin/env python3
"""The part of `make lint` that reads C++: python3 lint_sources.py FOLDER_WITH_COMPILE_COMMANDS

Each source is compiled by itself, with clang's warnings and its thread-safety analysis: it has to name all that it uses.
clang-tidy reads several sources of a folder joined into one, since most of its time goes to the headers; in the joined
file they are the main file, as a header's code would not be, which the static analyzer leaves out.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

AT_ONCE = 6  # as in the Makefile's UNITY: what goes together there does here
# The analyzer follows so many steps of each function: it is to take them through ours, not through the standard library.
ANALYZER = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", "c++-stdlib-inlining=false")]
CONFIG = Path(".clang-tidy").resolve()


def run(command, where):
    """What it says when something is wrong; else nothing."""
    done = subprocess.run(command, cwd=where, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def by_itself(entry):
    words = shlex.split(entry["command"])
    del words[words.index("-o"):words.index("-o") + 2]
    return run([*words, "-fsyntax-only"], entry["directory"])


class Joined:
    """Several sources of a folder in one file."""

    def __init__(self, entries, path):
        self.path, self._begins, lines = path, [], []
        for entry in entries:
            self._begins.append((len(lines), entry["file"]))
            lines += Path(entry["file"]).read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.entry = entries[0] | {"file": str(path), "command": entries[0]["command"].replace(entries[0]["file"], str(path))}

    def _place(self, match):
        begin, file = [one for one in self._begins if one[0] < int(match[1])][-1]
        return f"{file}:{int(match[1]) - begin}:"

    def tidied(self, folder):
        text = run(["clang-tidy", "-p", folder, f"--config-file={CONFIG}", "--quiet", *ANALYZER, self.path], folder)
        return re.sub(re.escape(str(self.path)) + r":(\d+):", self._place, text)


def join(entries, folder):
    by_folder = {}
    for entry in sorted(entries, key=lambda entry: entry["file"]):
        place = Path(entry["file"]).parent
        by_folder.setdefault(entry["file"] if place == Path.cwd() else place, []).append(entry)  # a program's main: alone
    batches = [of[at:at + AT_ONCE] for of in by_folder.values() for at in range(0, len(of), AT_ONCE)]
    made = [Joined(batch, folder / f"joined_{number}.cpp") for number, batch in enumerate(batches)]
    (folder / "compile_commands.json").write_text(json.dumps([one.entry for one in made]), encoding="utf-8")
    return made


def main():
    build = Path(sys.argv[1]).resolve()
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    folder = build / "joined"
    folder.mkdir(exist_ok=True)
    wrong = False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        work = [pool.submit(one.tidied, folder) for one in join(entries, folder)]
        work += [pool.submit(by_itself, entry) for entry in entries]
        for done in concurrent.futures.as_completed(work):
            if text := done.result():
                print(text, flush=True)
                wrong = True
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
