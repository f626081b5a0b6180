"""source - what the checks share: the tree's own files, and C without its comments."""

import re
import subprocess

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(*patterns):
    """The files of the tree, tracked or about to be, that match one of git's patterns."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *patterns],
        check=True, capture_output=True, text=True).stdout
    existing = subprocess.run(
        ["git", "ls-files", "-z", "-d", "--", *patterns],
        check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({n for n in names.split("\0") if n} - set(existing))


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def blank(text):
    """Spaces in place of text, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", text)


def code(name, strings=False):
    """A C file without comments and, unless asked for, without what its strings say."""
    def replace(match):
        token = match.group()
        if token.startswith(("/*", "//")):
            return blank(token)
        return token if strings else token[0] + blank(token[1:-1]) + token[-1]
    return TOKEN.sub(replace, read(name))


def matches(name, text, pattern):
    """(line number, match) of each match of a pattern."""
    for match in re.finditer(pattern, text, re.M):
        yield text.count("\n", 0, match.start()) + 1, match
