#!/usr/bin/python3
"""layers - includes point down: base < io < flow < services; no service includes another.

base includes libc alone; a library's header is included in io, in one place, and nowhere above it. A service that
has folders says in its README's table of them which stands above which: none includes what stands below it.
"""

import functools
import os
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


@functools.cache
def folders(service):
    """As the table of the README has them, the lowest layer first; empty: the service has none."""
    return re.findall(r"^\| `(\w+)/` \|", source.read(f"{service}/README.md"), re.M)


def folder_rank(service, path):
    """What lies in the service's own folder stands below all; what the README does not know above all."""
    folder = os.path.dirname(path)[len(service) + 1:]
    order = folders(service)
    if folder == "":
        return len(order)
    return order.index(folder) if folder in order else -1


def judge_folder(service, name, header):
    if not header.startswith(service + "/"):
        return f'"{header}" belongs to another service'
    own = folder_rank(service, name)
    if own < 0:
        return "its folder is not in the README's table"
    return f'"{header}" stands below' if folder_rank(service, header) > own else None


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
        return judge_folder("/".join(name.split("/")[:2]), name, header)
    return None


for name in source.files("common/*.[ch]", "services/*.[ch]"):
    text = source.code(name, strings=True)
    for line, match in source.matches(name, text, r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]'):
        wrong = judge(name, match.group(2), match.group(1) == '"')
        if wrong:
            print(f"{name}:{line}: {wrong}")
