#!/usr/bin/python3
"""banned - calls, words and dividers that have a better home or no place at all.

A row: what, where it is allowed nevertheless, and why it is banned.
"""

import re
import source

MEMORY = "memory.h says how; foreign handles are freed in common/io"
RULES = [
    (r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|stpcpy|strncpy|strncat)\s*\(", "",
     "it does not know the size; use buffer or snprintf"),
    (r"\b(localtime|gmtime|ctime|asctime|mktime|localtime_r|tzset)\s*\(", "",
     "the process has no time zone; use time.h and zone.h"),
    (r"\bsetlocale\s*\(", "", "numbers and text must not depend on a locale"),
    (r"\b(setenv|putenv|unsetenv)\s*\(", "tests/", "the environment is read once, never written"),
    (r"\b(system|popen)\s*\(", "tests/", "no shell"),
    (r"\b(rand|srand|random|srandom|drand48|rand_r)\s*\(", "", "randomness is injected"),
    (r"\b(atoi|atol|atoll|atof)\s*\(", "", "they know no error"),
    (r"\b(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf)\s*\(",
     r"common/base/memory\.c|common/io/|tests/", MEMORY),
    (r"\balloca\s*\(", "", "the stack is bounded"),
    (r"\bgoto\b", "", "arenas and cleanup attributes make it needless"),
    (r"\b(usleep|sleep)\s*\(", "tests/", "wait for a condition, with a deadline"),
]
WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not implemented", re.I)
WORD_FILES = ["*.[ch]", "*.sql", "*.proto", "*.sh", "*.awk", "Makefile"]
DIVIDER = re.compile(r"^\s*(/\*|#|//|--) ?[-=*]{3,}")

for name in source.files("common/*.[ch]", "services/*.[ch]", "tests/*.[ch]", "proto/*.[ch]"):
    text = source.code(name)
    for pattern, allowed, why in RULES:
        if allowed and re.match(allowed, name):
            continue
        for line, match in source.matches(name, text, pattern):
            print(f"{name}:{line}: {match.group().rstrip('( ')}: {why}")

for name in source.files("common/base/money.[ch]"):
    for line, match in source.matches(name, source.code(name), r"\b(float|double)\b"):
        print(f"{name}:{line}: {match.group()}: no floating point near money")

for name in source.files(*WORD_FILES):
    for number, line in enumerate(source.read(name).splitlines(), 1):
        match = WORDS.search(line)
        if match:
            print(f"{name}:{number}: {match.group()}: finish it, or write it down elsewhere")
        if DIVIDER.match(line):
            print(f"{name}:{number}: a line is no heading; a sentence is")
