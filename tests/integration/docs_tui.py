#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""cansim-tui(1) tells of options, settings, themes, views, keys and words that there are, and of all options and settings;
cansim-tui-keys(7), which a unit test holds to the program's tables, has the keys and words. What the README and docs/*.md
name is there, and what the README types runs."""

import glob
import os
import re
import shlex
import shutil
import subprocess

from cli_lib import CANSIM, EXAMPLES, FOLDER, ROOT, cansim, environment, run_tests, same, start, stop, test, wait_for, write

TUI = os.path.join(os.path.dirname(CANSIM), "cansim-tui")
FONTS = re.compile(r"\\f[BIRP]|\\&")
CHARS = {"\\-": "-", "\\e": "\\", "\\(aq": "'", "\\(dq": '"', "\\(ha": "^", "\\(ti": "~", "\\(ga": "`"}


def text_of(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def page(name):
    text = text_of("docs/man/" + name)
    for escape, char in CHARS.items():
        text = text.replace(escape, char)
    return text


def plain(line):
    """a line of a page without its macro and fonts"""
    line = FONTS.sub("", line)
    macro = re.match(r"\.[BIR]{1,2} (.*)", line)
    if not macro:
        return line
    parts = re.findall(r'"([^"]*)"|(\S+)', macro[1])
    glue = "" if re.match(r"\.[BIR]{2} ", line) else " "
    return glue.join(a or b for a, b in parts)


def sections(name):
    """title → lines of each .SH, and of each .SS below it, by its own title"""
    found, title = {}, ""
    for line in page(name).splitlines():
        if line.startswith((".SH ", ".SS ")):
            title = line[4:].strip('"')
            assert title not in found, title
        found.setdefault(title, []).append(line)
    return found


def tags(lines):
    """what stands behind .TP and .TQ, lists within a list left out"""
    inner = 0
    for line, tag in zip(lines, lines[1:]):
        inner += line.startswith(".RS") - line.startswith(".RE")
        if line.startswith((".TP", ".TQ")) and not inner:
            yield plain(tag)


def tables():
    """from cansim-tui-keys(7): view → its keys and its words; "" is everywhere, with the dialogs"""
    known, views, dialogs = {"": set()}, {}, False
    for title, lines in sections("cansim-tui-keys.7").items():
        rows = list(tags(lines))
        if title == "VIEWS":
            heads = [plain(line) for line in lines if re.match(r"\\fB[a-z]+\\fR: ", line)]
            views = {line.split(":")[0] for line in heads}
            continue
        dialogs |= title == "DIALOGS"
        into = known.setdefault("" if dialogs or title == "EVERYWHERE" else title.lower(), set()) if rows else set()
        for row in rows:
            into.update([row.split()[0]] if re.match(":.", row) else row.split(", "))
    assert len(views) == 13 and len(known) == 14, (views, list(known))
    return known, views


@test
def options():
    """each option of --help is told in cansim-tui(1), and no other"""
    out = subprocess.run([TUI, "--help"], capture_output=True, text=True, check=True).stdout
    there = set(re.findall(r"^  (--[a-z-]+)", out, re.M))
    told = set()
    for title, lines in sections("cansim-tui.1").items():
        if title in ("What is run", "Who may join", "What is shown", "What is kept", "The screen", "Pictures", "Others"):
            told.update(word for tag in tags(lines) for word in re.findall(r"--[a-z-]+", tag))
    assert len(there) > 30, out
    same(told, there)
    mentioned = set(re.findall(r"(?<![a-z-])--[a-z][a-z-]+", page("cansim-tui.1")))
    other = {"--vcd", "--explain"}  # of cansim run
    assert mentioned <= there | other, mentioned - there


@test
def settings():
    """each setting of tui.conf is told, and no other; so are views and themes"""
    write("q.conf", "nonsense = 1\n")
    done = subprocess.run([TUI, "--config", "q.conf", "--dump", "text"], cwd=FOLDER, capture_output=True, text=True, check=False)
    same(done.returncode, 2, done.stderr)
    there = set(re.split(", | or ", re.search(r"must be (.*), got", done.stderr)[1]))
    text = page("cansim-tui.1")
    lines = text.split(".RS\n")[1].split("\n.RE")[0].splitlines()
    told = {word for tag in tags(lines) for word in tag.split(", ")}
    same(told, there | {"[columns]", "[keys]", "[keys VIEW]"})
    themes = {re.search(r'\.name = "(\w+)"', text_of(name))[1] for name in glob.glob(os.path.join(ROOT, "tui", "theme_*.c"))}
    same(set(re.findall(r"^\.BR? (\w+)", text.split("Colours:\n")[1].split(".B NO_COLOR")[0], re.M)), themes)
    same(set(re.findall(r"^\.BR? (\w+)", text.split("The view to start with:\n")[1].split(".TP")[0], re.M)), tables()[1])


@test
def keys():
    """each key and word that cansim-tui(1) explains is one of that view"""
    known, _ = tables()
    seen = 0
    for title, lines in sections("cansim-tui.1").items():
        view = "" if title in ("KEYS", "WORDS") else title.lower()
        if view not in known:
            continue
        for tag in tags(lines):
            for key in [tag.split()[0]] if re.match(":.", tag) else re.split(", (?=.)| and ", tag):
                key = key.split()[0]
                seen += 1
                assert key in known[view] or key == "^C" or (key[0] == ":" and len(key) > 1 and key in known[""]), (title, key, tag)
    assert seen > 80, seen


@test
def words():
    """each word behind ':' that the pages, the README and docs/*.md name is one, or a kind of fault"""
    known, _ = tables()
    there = {word[1:] for rows in known.values() for word in rows if re.match(":.", word)}
    there |= set(re.findall(r"^  ([a-z-]+) ", cansim("help", "fault")[1].decode(), re.M))
    count = 0
    for name in ["README.md", "docs/man/cansim-tui.1", *glob.glob(os.path.join(ROOT, "docs", "*.md"))]:
        text = page("cansim-tui.1") if name.endswith(".1") else text_of(name)
        quoted = re.findall(r"`:([a-z][a-z-]+)", text) + re.findall(r"^\.B[IR]?(?= ).*?[ \"']:([a-z][a-z-]+)", text, re.M)
        for word in quoted:
            count += 1
            assert word in there, (name, word)
    assert count > 50, count


@test
def links():
    """files, pictures and headings that the README and docs/*.md link are there"""
    for name in ["README.md", *glob.glob(os.path.join(ROOT, "docs", "*.md"))]:
        where = os.path.dirname(os.path.join(ROOT, name))
        for target in re.findall(r"\]\(([^)\s]+)\)", text_of(name)):
            if re.match("https?:", target):
                continue
            file, _, heading = target.partition("#")
            path = os.path.join(where, file) if file else os.path.join(ROOT, name)
            assert os.path.exists(path), (name, target)
            heads = [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)", text_of(path), re.M)] \
                if heading else []
            assert not heading or heading in heads, (name, target)
    for name in re.findall(r"(?<![\w/.])(?:docs|scenarios|tests|tui|plugins|qemu-link|simcore)/[\w./-]+\w", text_of("README.md")):
        assert os.path.exists(os.path.join(ROOT, name)), name


@test
def readme():
    """what the README types runs, beside a host of its own"""
    os.symlink(os.path.join(ROOT, "scenarios"), os.path.join(FOLDER, "scenarios"))
    os.makedirs(os.path.join(FOLDER, "build"))
    os.symlink(os.path.dirname(CANSIM), os.path.join(FOLDER, "build", "bin"))
    lines = [line.split("#  ")[0].strip() for block in re.findall(r"```\n(.*?)```", text_of("README.md"), re.S)
             for line in block.splitlines() if line.startswith("build/bin/") and " guest " not in line]
    assert len(lines) > 7, lines
    spans = re.findall(r"`(build/bin/[^`]+ [^`]+)`", text_of("README.md"))
    cansim("run", os.path.join(EXAMPLES, "boot.json"), "--log", "golden.log", "--quiet")
    host = start("serve", "--bus", "can0:500k")
    try:
        wait_for(lambda: os.path.exists(os.path.join(FOLDER, "run", "cansim", "default.sock")), "the host")
        for line in lines + spans:
            typed(line.replace("/tmp/", FOLDER + "/").replace("tcp::4711", "unix:other.sock"))
    finally:
        stop(host)


def typed(line):
    """it ends well, or is still at it after some seconds"""
    words = shlex.split(line)
    if "cansim-attach" in line and not shutil.which(words[words.index("--") + 1]):
        print(f"not here: {line}")
        return
    if "--connect" in words:  # the host was started before, and is gone
        words[words.index("--connect") + 1] = "default"
    if words[0].endswith("cansim-tui"):
        words += ["--dump", "text"]
    if words[1] == "serve":
        words += ["--link", "unix:third.sock"]
    process = subprocess.Popen(words, cwd=FOLDER, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        stop(process)
        return
    assert process.returncode == 0, (line, process.communicate()[0][-600:])


run_tests()
