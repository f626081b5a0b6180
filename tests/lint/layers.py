#!/usr/bin/python3
"""layers - includes point down: base < io < flow < services; no service includes another.

base includes libc alone; a library's header is included in io, in one place, and nowhere above it.
"""

import re
import source

LAYERS = ["common/base", "common/io", "common/flow"]
LIBC = re.compile(
    r"^(assert|ctype|errno|fcntl|inttypes|limits|math|poll|pthread|sched|signal|stdalign|stdarg|"
    r"stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|threads|time|unistd|"
    r"malloc|endian|getopt|dirent|netdb|termios|ucontext|execinfo|(arpa|net|netinet|sys)/\w+)\.h$")
ABOVE_IO = re.compile(r"^(protobuf-c/|opsmesh/v1/)")


def rank(path):
    generated = re.match(r"gen/(\w+)_(sql|migrations)\.h$", path)
    if generated:
        path = f"common/{generated.group(1)}/"
    for number, layer in enumerate(LAYERS):
        if path.startswith(layer + "/"):
            return number
    return len(LAYERS)


def judge(name, header, quoted):
    top = rank(name)
    if not quoted:
        if top == 1 or LIBC.match(header) or (top > 1 and ABOVE_IO.match(header)):
            return None
        return f"<{header}> is a library's: only common/io includes those"
    if ".." in header.split("/") or header.startswith("/"):
        return f'"{header}" is not written from the root'
    if rank(header) > top and header.startswith(("common/", "gen/flow_", "gen/io_")):
        return f'"{header}" is above'
    if top < len(LAYERS) and header.startswith("services/"):
        return f'"{header}" is above'
    if name.startswith("services/") and header.startswith("services/"):
        own = "/".join(name.split("/")[:2]) + "/"
        return None if header.startswith(own) else f'"{header}" belongs to another service'
    return None


for name in source.files("common/*.[ch]", "services/*.[ch]"):
    text = source.code(name, strings=True)
    for line, match in source.matches(name, text, r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]'):
        wrong = judge(name, match.group(2), match.group(1) == '"')
        if wrong:
            print(f"{name}:{line}: {wrong}")
