#!/usr/bin/env python3
"""Settings: flags outrank variables, variables the file; servers by name; what is wrong is named; man pages and
completions are those of the table of options."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import BUILD, ROOT, Clint, Host, Program, SecureHost, case, check, eventually, fresh_home, run, scratch


def program(name, *words, code=0, **options):
    ran = Program([BUILD / name, *words], stdin=False, **options)
    ran.expect_exit(code)
    return ran


def home_with(file, text):
    home = fresh_home()
    (home / file).write_text(text, encoding="utf-8")
    return home


@case("a flag outranks a variable, a variable the file, and --print-config says where each comes from")
def strength():
    home = home_with("clint.toml", 'host = "filed"\nport = 4000\nname = "filed"\ntls = true\nbacklog = 7\n')
    shown = program("clint", "--print-config", "--name", "typed", home=home,
                    env={"CLINT_PORT": "5000", "CLINT_NAME": "varied"}).out.text()
    for line in ('name = "typed"  # command line', 'port = "5000"  # variable', 'host = "filed"  # file',
                 'tls = true  # file', 'backlog = "7"  # file', "# color ="):
        check(f"\n{line}" in shown, f"{line!r} is not in {shown}")
    check(str(home) in shown, "the file is not named")
    again = scratch("again.toml")
    again.write_text(shown, encoding="utf-8")
    second = program("clint", "--print-config", "--config", again).out.text()
    check('name = "typed"  # file' in second, "what was printed cannot be read")
    text = '[servers.old-den]\nhost = "filed"\nport = 4000\nname = "filed"\n'
    den = program("clint", "--print-config", "old-den", home=home_with("clint.toml", text), env={
        "CLINT__SERVERS__OLD_DEN__HOST": "10.0.0.5", "CLINT__SERVERS__OLD_DEN__TLS": "Yes", "CLINT_HOST": "10.0.0.6",
        "CLINT__SERVERS__OLD_DEN__NAME": "varied", "CLINT_PORT": "5000"}).out.text()
    for line in ('host = "10.0.0.5"  # variable', 'tls = true  # variable', 'name = "varied"  # variable', 'port = "5000"  # variable'):
        check(f"\n{line}" in den, f"{line!r} is not in {den}")
    alone = program("clint", "den", "--print-config", "--name", "typed", env={
        "CLINT__SERVERS__DEN__NAME": "varied", "CLINT__SERVERS__DEN__TLS": "off", "CLINT_TLS": "true"}).out.text()
    check('name = "typed"  # command line' in alone and "\ntls = false  # variable" in alone, alone)
    plain = program("clint", "--print-config", "--plain", home=home_with("clint.toml", "plain = false\n")).out.text()
    check("plain = true  # command line" in plain, plain)


@case("/set changes what is in force, /theme, /timestamp and /quiet too; /save keeps it, and the rest of the file")
def changed_while_it_runs():
    host = Host()
    home = home_with("clint.toml", "# mine\ntheme = \"dark\"  # at night\n\n[servers.den]\nhost = \"192.0.2.1\"\n")
    alice = Clint(host, "--name", "alice", tty=True, home=home)
    alice.out.wait_for(r"\[#lobby\]")
    alice.write("/save\r")
    alice.out.wait_for("nothing was changed")
    alice.write("/set theme\r")
    alice.out.wait_for(r"\* theme = dark  \(default, dark, light, mono\)")
    alice.write("/theme pink\r")
    alice.out.wait_for(r'! theme: "pink" is none of default, dark, light, mono - ')
    alice.write("/theme light\r")
    alice.out.wait_for(r"\* theme = light")
    alice.write("/timestamp datetime\r")
    alice.out.wait_for(r"\* time-format = %Y-%m-%d %H:%M")
    alice.write("seen\r")
    alice.out.wait_for(r"\d{4}-\d\d-\d\d \d\d:\d\d \S*alice\S*: seen")
    alice.write("/set nonsense 5\r")
    alice.out.wait_for("! there is no nonsense - /set shows what there is")
    alice.write("/set away-after 30m\r")
    alice.out.wait_for(r"\* away-after = 30")
    alice.write("/save\r")
    alice.out.wait_for(r"\* saved in ")
    kept = (home / "clint.toml").read_text(encoding="utf-8")
    check(kept == '# mine\ntheme = "light"  # at night\n\naway-after = "30"\ntime-format = "%Y-%m-%d %H:%M"\n'
          '[servers.den]\nhost = "192.0.2.1"\n', f"the file is {kept!r}")
    shown = program("clint", "--print-config", home=home).out.text()
    check('theme = "light"  # file' in shown, shown)
    for words in ("/timestamp off", "/set notify-words c# tea", "/save"):
        alice.write(words + "\r")
    alice.out.wait_for("! not saved: notify-words: a value with #")
    alice.write("/notify word remove c#\r")
    alice.out.wait_for(r"\* notify-words = tea")
    alice.write("/notify word remove tea\r/save\r")
    alice.out.wait_for(r"\* saved in [\s\S]*\* saved in ")
    check('time-format = ""' in (home / "clint.toml").read_text(encoding="utf-8"), "an empty value was not kept")
    again = Clint(host, "--name", "again", tty=True, home=home)
    again.out.wait_for(r"\[#lobby\]")
    alice.write("no time before this\r")
    again.out.wait_for(r"(?<!\d )alice: no time before this")
    again.write("/set\r")
    again.out.wait_for(r"\* theme = light")


@case("both programs run with a file; what contradicts the command line gives way")
def used():
    home = home_with("host.toml", 'port = "auto"\nsecure = true\nbind = "127.0.0.1"\nmax-clients = 1\n')
    host = Program([BUILD / "host", "--plain"], name="host", home=home)
    port = host.out.wait_for(r"^Listening on 127.0.0.1:(\d+)\.\.\.").group(1)
    host.out.wait_for("^Security mode: PLAINTEXT")
    text = f'name = "nobody"\n[servers.den]\nhost = "127.0.0.1"\nport = {port}\nname = "alice"\n'
    alice = Program([BUILD / "clint", "den"], name="alice", home=home_with("clint.toml", text))
    alice.err.wait_for("^\\* you are alice$")
    host.signal(2)
    host.expect_exit(0)
    other = Host()
    elsewhere = home_with("clint.toml", 'host = "192.0.2.1"\nport = 9\nname = "bob"\n')
    bob = Clint(other, home=elsewhere)
    bob.err.wait_for(r"^\* you are bob$")


@case("a system file is weaker than the user's, and told apart; what is wrong with it is named; CLINT_HOME does without it")
def system_file():
    home, system = fresh_home(), scratch("etc")
    for folder, text in ((home / "clint", 'name = "own"\n[servers.den]\nport = 5000\n'),
                         (system / "clint", 'name = "shared"\nbacklog = 7\n[servers.den]\nhost = "192.0.2.1"\nport = 4000\n')):
        folder.mkdir(parents=True)
        (folder / "clint.toml").write_text(text, encoding="utf-8")
    env = {"CLINT_HOME": None, "XDG_CONFIG_HOME": str(home), "XDG_CONFIG_DIRS": f"relative:{system}"}
    shown = program("clint", "--print-config", "den", env=env).out.text()
    for line in (f"# Read: {home}/clint/clint.toml, {system}/clint/clint.toml", 'name = "own"  # file', 'port = "5000"  # file',
                 'backlog = "7"  # system file', 'host = "192.0.2.1"  # system file'):
        check(f"\n{line}\n" in shown, f"{line!r} is not in {shown}")
    alone = program("clint", "--print-config", env=env | {"CLINT_HOME": str(home)}).out.text()
    check("\n# Read: no file\n" in alone, alone)
    (system / "clint" / "clint.toml").write_text("nmae = 1\n", encoding="utf-8")
    wrong = program("clint", "--print-config", code=2, env=env).err.text()
    check(f"{system}/clint/clint.toml:1: nmae is not known; did you mean name?" in wrong, wrong)


@case("a key that there is not is named with the nearest one; so is a file that is none, is missing, or holds a password")
def wrong():
    for file, name, text, words in (
            ("clint.toml", "clint", "tiemout = 5\n", "tiemout is not known; did you mean timeout?"),
            ("clint.toml", "clint", "colour = \"never\"\n", "colour is not known; did you mean color?"),
            ("clint.toml", "clint", "[server.den]\nhost = \"x\"\n", "[server] is not known; there are [servers.NAME] alone"),
            ("clint.toml", "clint", "[servers.den]\nhots = \"x\"\n", "hots is not known; did you mean host?"),
            ("clint.toml", "clint", "password = \"secret\"\n", "password does not belong in a file of settings"),
            ("clint.toml", "clint", "port = 99999\n", "99999"),
            ("host.toml", "host", "prot = 1\n", "prot is not known; did you mean port?"),
            ("host.toml", "host", "port = \"\x1b[2J\"\n", "\\x1b[2J")):
        ran = program(name, "--plain", code=2, home=home_with(file, text))
        check(words in ran.err.text() and "\x1b" not in ran.err.text(), f"{text!r}: {ran.err.text()!r}")
    for variable, words in (
            ("CLINT__SERVERS__DEN__HOTS", "CLINT__SERVERS__DEN__HOTS is not known; did you mean CLINT__SERVERS__DEN__HOST?"),
            ("CLINT__SERVERS__DEN__PASSWORD", "CLINT_PASSWORD is, and CLINT__SERVERS__DEN__PASSWORD_FILE names a file"),
            ("CLINT__SERVER__DEN__HOST", "CLINT__SERVER__DEN__HOST is not known; with CLINT__ there is CLINT__SERVERS__NAME__KEY"),
            ("CLINT__NAME", "such as CLINT__SERVERS__DEN__NAME"),
            ("CLINT__SERVERS____NAME", "CLINT__SERVERS____NAME is not known")):
        ran = program("clint", "--plain", code=2, env={variable: "secret"})
        check(words in ran.err.text() and "secret" not in ran.err.text(), f"{variable}: {ran.err.text()!r}")
    unclear = program("clint", "--plain", code=2, env={"CLINT__SERVERS__DEN__TLS": "maybe"}).err.text()
    check('CLINT__SERVERS__DEN__TLS is true or false, not "maybe"' in unclear, unclear)
    missing = program("clint", "--config", "/nonexistent/x.toml", code=2)
    check("there is no file /nonexistent/x.toml" in missing.err.text(), missing.err.text())
    program("clint", "--help", home=home_with("clint.toml", "nonsense = 1\n"))  # help is always there


@case("a host's file, too: a key and a value that are wrong are named with their line, also where they are only checked")
def lines_of_a_host():
    for text, words in (("plain = true\n\nprot = 1\n", "host.toml:3: prot is not known; did you mean port?"),
                        ("plain = true\nport = 99999\n", 'host.toml:2: port: "99999" is not a port'),
                        ("motd = '/nonexistent/motd'\n", "host.toml:1: motd: cannot read /nonexistent/motd")):
        home = home_with("host.toml", text)
        for words_of_it in ([], ["--check-config"]):
            ran = program("host", *words_of_it, code=2, home=home)
            check(f"host: error: {home}/{words}" in ran.err.text(), ran.err.text())
    varied = program("host", "--plain", code=2, env={"CLINT_HOST_PORT": "99999"})
    check('host: error: CLINT_HOST_PORT: "99999" is not a port' in varied.err.text(), varied.err.text())


@case("a name that nobody knows and that is nearly one of our servers': which one, once")
def nearly_a_server():
    home = home_with("clint.toml", "[servers.no-such-den]\nhost = '127.0.0.1'\nport = 1\n")
    slip = program("clint", "no-such-dne", code=1, home=home)
    check("did you mean clint no-such-den? That server is in your settings" in slip.err.text(), slip.err.text())
    check("check the name, or give the address" in slip.err.text(), slip.err.text())
    other = program("clint", "nobody-knows.invalid", code=1, home=home)
    check("did you mean" not in other.err.text(), other.err.text())


@case("man pages and completions have every option; the shells and man take them")
def manual():
    for name, installed in (("clint", "clint"), ("host", "clint-host")):
        known = [line.split()[0] for line in program(name, "--help-all").out.text().splitlines()
                 if line.startswith("  --")]
        known = [flag.split(",")[0] for flag in known]
        check(len(known) > 20, f"{known}")
        man = program(name, "--print-man").out.text()
        check(man.startswith(f".TH {installed} 1"), man[:80])
        for flag in known:
            check("\\fB" + flag.replace("-", "\\-") in man, f"{flag} is not in the man page")
        for shell in ("bash", "zsh", "fish"):  # what is not installed here is read by us alone
            script = program(name, "--print-completion", shell).out.text()
            for flag in known:
                check(flag in script or f"-l {flag[2:]}" in script, f"{flag} is not in the completion for {shell}")
            if shutil.which(shell):
                file = scratch(f"{name}.{shell}")
                file.write_text(script, encoding="utf-8")
                subprocess.run([shell, "-n", file], check=True)
        if shutil.which("man"):
            page = scratch(f"{installed}.1")
            page.write_text(man, encoding="utf-8")
            warned = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, check=True, text=True,
                                    env={"MANPAGER": "cat", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
            check(not warned.stderr, warned.stderr)


@case("make install puts programs, pages and completions where DESTDIR and PREFIX say")
def install():
    check((BUILD / "cmake_install.cmake").exists(), f"{BUILD} does not know what to install")
    where = scratch("installed")
    # -o: what is built is not built again
    subprocess.run(["make", "-C", ROOT, "-o", "build", "install", f"BUILD={BUILD}", "PREFIX=/opt/clint", f"DESTDIR={where}"],
                   check=True, capture_output=True, env={"PATH": os.environ["PATH"]})
    check([path.name for path in where.iterdir()] == ["opt"], "it wrote elsewhere, too")
    for file in ("bin/clint", "bin/clint-host", "share/man/man1/clint.1", "share/man/man1/clint-host.1",
                 "share/bash-completion/completions/clint", "share/zsh/site-functions/_clint-host",
                 "share/fish/vendor_completions.d/clint.fish"):
        check((where / "opt/clint" / file).stat().st_size > 100, f"{file} is not there")
    for name in ("clint", "clint-host"):
        check(os.access(where / "opt/clint/bin" / name, os.X_OK), f"{name} cannot be run")


@case("without CLINT_HOME the folders are those of XDG, or of the home (on a Mac one for all); what is written is for the owner alone")
def folders():
    host = SecureHost("correct horse battery")
    for number, given in enumerate((True, False)):
        home = fresh_home()
        if not given and sys.platform == "darwin":
            config = data = state = home / "Library/Application Support/Clint"
        else:
            config, data, state = (home / place / "clint" for place in
                                   (("c", "d", "s") if given else (".config", ".local/share", ".local/state")))
        config.mkdir(parents=True)
        (config / "clint.toml").write_text(f'name = "filed{number}"\n', encoding="utf-8")
        env = {"CLINT_HOME": None, "CLINT_PASSWORD": "correct horse battery"}
        if given:
            env |= {"XDG_CONFIG_HOME": str(home / "c"), "XDG_DATA_HOME": str(home / "d"), "XDG_STATE_HOME": str(home / "s")}
        clint = Clint(host, tty=True, home=home, env=env)
        clint.out.wait_for(f"Authenticated as filed{number}")
        clint.out.wait_for(r"\[#lobby\]")
        eventually(lambda: (state / "visited").exists(), "where it has been")
        clint.write("/theme dark\r/save\r")
        clint.out.wait_for(rf"\* saved in {re.escape(str(config))}/clint.toml")
        clint.write("/quit\r")
        clint.expect_exit(0)
        check(f"filed{number}" in (state / "visited").read_text(encoding="utf-8"), "who it was there")
        check(str(host.port) in (data / "known_hosts").read_text(encoding="utf-8"), "the host is not known")
        for path, mode in ((state / "visited", 0o600), (data / "known_hosts", 0o600), (config / "clint.toml", 0o600),
                           (state, 0o700), (data, 0o700)):
            check(path.stat().st_mode & 0o777 == mode, f"{path.relative_to(home)} has mode {path.stat().st_mode & 0o777:o}")
        expected = {path.relative_to(home).parts[0] for path in (config, data, state)}
        strange = [path for path in home.iterdir() if path.name not in expected]
        check(not strange, f"it wrote {strange}, too")


if __name__ == "__main__":
    run()
