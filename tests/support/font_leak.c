#include "tests/support/font_leak.h"

/*
 * Under the address sanitizer: cairo 1.16 forgets 768 bytes for each font of each document, and fontconfig
 * keeps one list of languages for the process where the sanitizer does not see it.
 */
/* NOLINTNEXTLINE(readability-identifier-naming): the sanitizer's name */
const char *__lsan_default_suppressions(void);

/* NOLINTNEXTLINE(readability-identifier-naming) */
const char *__lsan_default_suppressions(void)
{
	return "leak:libcairo.so\nleak:libfontconfig.so\n";
}

void font_leak_forgive(void) {}
