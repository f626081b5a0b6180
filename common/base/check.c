#include "common/base/check.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_SIZE 512

/* The condition is C source, so only quotes and backslashes need a mark; the rest is cut. */
static void escape(const char *text, char *out, size_t size)
{
	size_t length = 0;

	for (; *text != '\0' && length + 3 <= size; text++) {
		if (*text == '"' || *text == '\\')
			out[length++] = '\\';
		out[length++] = *text;
	}
	out[length] = '\0';
}

/* By hand and without malloc, since the log may be what is broken. */
_Noreturn void check_failed(const char *condition, const char *file, int line)
{
	char fact[LINE_SIZE / 2];
	char text[LINE_SIZE];

	escape(condition, fact, sizeof(fact));
	const int length = snprintf(text, sizeof(text),
	                            "{\"level\":\"error\",\"message\":\"check failed\","
	                            "\"condition\":\"%s\",\"file\":\"%s\",\"line\":%d}\n",
	                            fact, file, line);

	if (length > 0) {
		const size_t size =
		    (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1;

		if (write(STDERR_FILENO, text, size) < 0)
			_exit(EXIT_FAILURE);
	}
	abort();
}
