#include "tests/support/pdf_fixture.h"

#include "common/base/text.h"
#include "common/io/unicode.h"
#include "tests/support/font_leak.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PIECE 4096

bool pdf_fixture_ready(void)
{
	font_leak_forgive();
	/* NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a constant command */
	if (system("pdftotext -v > /dev/null 2>&1") == 0)
		return true;
	print_message("skipped: pdftotext is not there\n");
	return false;
}

char *pdf_fixture_squeezed(struct arena *arena, const char *text)
{
	const size_t size = strlen(text);
	char *const squeezed = arena_alloc(arena, size + 1);
	size_t length = 0;

	for (size_t at = 0; at < size;) {
		const size_t start = at;

		if (g_unichar_isspace(unicode_next(text, size, &at)))
			continue;
		memcpy(squeezed + length, text + start, at - start);
		length += at - start;
	}
	squeezed[length] = '\0';
	return squeezed;
}

static char *extracted(struct arena *arena, const char *path)
{
	const char *const command = arena_printf(arena, "pdftotext -raw -enc UTF-8 %s -", path);
	/* NOLINTNEXTLINE(cert-env33-c): a file's name of our own is all that varies */
	FILE *const pipe = popen(command, "r");
	struct buffer text = { 0 };
	char piece[PIECE];
	size_t size;

	assert_non_null(pipe);
	while ((size = fread(piece, 1, sizeof(piece), pipe)) > 0)
		buffer_add(&text, piece, size);
	assert_int_equal(pclose(pipe), 0);
	char *const result = arena_text(arena, (const char *)text.data, text.size);

	buffer_finish(&text);
	return result;
}

/* Takes out "<foot>Page1of3" wherever it stands. */
static void without_feet(char *text, const char *foot)
{
	const size_t size = strlen(foot);
	char *to = text;

	for (const char *at = text; *at != '\0';) {
		int taken = 0;

		if (strncmp(at, foot, size) == 0)
			sscanf(at + size, "Page%*dof%*d%n", &taken);
		if (taken > 0)
			at += size + (size_t)taken;
		else
			*to++ = *at++;
	}
	*to = '\0';
}

char *pdf_fixture_text(struct arena *arena, struct bytes pdf, const char *foot)
{
	char path[] = P_tmpdir "/opsmesh-pdf-XXXXXX";
	const int file = mkstemp(path);

	assert_true(file >= 0);
	assert_int_equal(write(file, pdf.data, pdf.size), (ssize_t)pdf.size);
	close(file);
	char *const text = pdf_fixture_squeezed(arena, extracted(arena, path));

	unlink(path);
	without_feet(text, pdf_fixture_squeezed(arena, foot));
	return text;
}
