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

static struct bytes answered(struct arena *arena, const char *command)
{
	/* NOLINTNEXTLINE(cert-env33-c): a file's name of our own is all that varies */
	FILE *const pipe = popen(command, "r");
	struct buffer said = { 0 };
	char piece[PIECE];
	size_t size;

	assert_non_null(pipe);
	while ((size = fread(piece, 1, sizeof(piece), pipe)) > 0)
		buffer_add(&said, piece, size);
	assert_int_equal(pclose(pipe), 0);
	const struct bytes kept = arena_bytes(arena, (struct bytes){ said.data, said.size });

	buffer_finish(&said);
	return kept;
}

static struct bytes read_by(struct arena *arena, const char *program, struct bytes pdf,
                            const char *rest)
{
	char path[] = P_tmpdir "/opsmesh-pdf-XXXXXX";
	const int file = mkstemp(path);

	assert_true(file >= 0);
	assert_int_equal(write(file, pdf.data, pdf.size), (ssize_t)pdf.size);
	close(file);
	const struct bytes said =
	    answered(arena, arena_printf(arena, "%s %s %s", program, path, rest));

	unlink(path);
	return said;
}

struct picture {
	const unsigned char *pixels; /* three bytes each, line by line */
	size_t width;
	size_t height;
};

/* A PPM: "P6", the sides, 255, the pixels. */
static struct picture first_page(struct arena *arena, struct bytes pdf)
{
	const struct bytes ppm = read_by(arena, "pdftoppm -r 72 -f 1 -l 1", pdf, "");
	struct picture page;
	char *at;

	assert_true(ppm.size > 32);
	assert_memory_equal(ppm.data, "P6", 2);
	at = arena_text(arena, ppm.data, ppm.size);
	at += 2;
	page.width = strtoul(at, &at, 10);
	page.height = strtoul(at, &at, 10);
	assert_int_equal(strtoul(at, &at, 10), 255);
	page.pixels = (const unsigned char *)at + 1;
	return page;
}

static uint32_t colour_at(const struct picture *page, size_t i)
{
	const unsigned char *const pixel = page->pixels + 3 * i;

	return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

uint32_t pdf_fixture_colour(struct arena *arena, struct bytes pdf, size_t x, size_t y)
{
	const struct picture page = first_page(arena, pdf);

	assert_true(x < page.width && y < page.height);
	return colour_at(&page, y * page.width + x);
}

size_t pdf_fixture_count(struct arena *arena, struct bytes pdf, uint32_t rgb)
{
	const struct picture page = first_page(arena, pdf);
	size_t count = 0;

	for (size_t i = 0; i < page.width * page.height; i++)
		count += colour_at(&page, i) == rgb;
	return count;
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
	const struct bytes said = read_by(arena, "pdftotext -raw -enc UTF-8", pdf, "-");
	char *const text = pdf_fixture_squeezed(arena, arena_text(arena, said.data, said.size));

	without_feet(text, pdf_fixture_squeezed(arena, foot));
	return text;
}
