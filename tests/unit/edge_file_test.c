/*
 * edge_file_test - files that come with actions: what the edge sees of them at once, and how they lie on the journal.
 */
#include "tests/support/edge_fixture.h"
#include "tests/support/picture_fixture.h"
#include "tests/support/upload_fixture.h"

#include "common/base/text.h"
#include "services/ingest/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PIN \
	"{\"action\":\"pin\",\"on\":{\"type\":\"case\",\"id\":\"case/acme/dp_1\"},\"kind\":\"usage\""
#define TYPE(type_) "\"media_type\":\"" type_ "\""
#define FILE_OF(type_, content_) PIN ",\"file\":{" TYPE(type_) ",\"content\":\"" content_ "\"}}"
#define PDF_HEAD "JVBERi0x" /* "%PDF-1" */

static const char *with(const char *type, struct bytes content)
{
	struct arena *const arena = fixture_arena();

	return arena_printf(arena, PIN ",\"file\":{\"media_type\":\"%s\",\"content\":\"%s\"}}",
	                    type, text_base64(arena, content));
}

/* A PDF by its first bytes. */
static struct bytes so_large(size_t size)
{
	char *const all = arena_alloc(fixture_arena(), size);

	memset(all, ' ', size);
	memcpy(all, "%PDF-", 5);
	return (struct bytes){ all, size };
}

static void what_is_no_file_of_its_type_is_refused_at_once(void **state)
{
	static const struct {
		const char *body;
		const char *field;
		const char *reason;
	} rows[] = {
		{ FILE_OF("image/gif", "R0lGODlh"), "file.media_type",
		  "is not application/pdf, image/jpeg or image/png" },
		{ PIN ",\"file\":{\"content\":\"" PDF_HEAD "\"}}", "file.media_type", "" },
		{ PIN ",\"file\":{" TYPE("image/png") "}}", "file.content", "" },
		{ FILE_OF("application/pdf", ""), "file.content", "" },
		{ FILE_OF("application/pdf", "JVBERi0x="), "file.content", "is not base64" },
		{ FILE_OF("application/pdf", "JVBE Ri0x"), "file.content", "is not base64" },
		{ FILE_OF("image/png", PDF_HEAD), "file.content", "is not what media_type says" },
		{ FILE_OF("image/jpeg", PDF_HEAD), "file.content", "is not what media_type says" },
		{ FILE_OF("application/pdf", "JVBE"), "file.content",
		  "is not what media_type says" },
		{ PIN ",\"file\":{" TYPE("image/png") ",\"content\":1}}", "file.content", "" },
		{ PIN ",\"file\":{" TYPE("application/pdf") ",\"content\":\"" PDF_HEAD
		                                            "\",\"name\":\"a\"}}",
		  "file.name", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct bytes answer = fixture_post("/v1/actions", AUTHORIZED, rows[i].body);

		assert_answer(answer, 422, rows[i].reason);
		assert_string_equal(answer_member(answer, "field"), rows[i].field);
	}
	assert_int_equal(fixture_count(), 0);
}

static void each_type_is_taken_by_its_first_bytes(void **state)
{
	struct arena *const arena = fixture_arena();

	(void)state;
	assert_answer(fixture_post("/v1/actions", AUTHORIZED,
	                           with("application/pdf", upload_fixture_pdf(arena, "x", 1))),
	              202, "");
	assert_answer(fixture_post("/v1/actions", AUTHORIZED,
	                           with("image/png", picture_fixture(arena, "image/png"))),
	              202, "");
	assert_answer(fixture_post("/v1/actions", AUTHORIZED,
	                           with("image/jpeg", picture_fixture(arena, "image/jpeg"))),
	              202, "");
	assert_string_equal(fixture_record(0)->key, "acme");
}

static void a_file_as_large_as_the_provider_takes_is_journalled_in_chunks(void **state)
{
	(void)state;
	assert_answer(fixture_post("/v1/actions", AUTHORIZED,
	                           with("application/pdf", so_large(DECODE_FILE_MAX))),
	              202, "");
	assert_int_equal(fixture_count(), 12);
	assert_int_equal(fixture_received(0)->chunk->count, 12);
}

static void what_is_larger_is_413(void **state)
{
	struct arena *const arena = fixture_arena();
	char *const reason = arena_alloc(arena, DECODE_JSON_MAX + 1);
	struct bytes answer = fixture_post("/v1/actions", AUTHORIZED,
	                                   with("application/pdf", so_large(DECODE_FILE_MAX + 1)));

	(void)state;
	assert_answer(answer, 413, "is a file of more than 4500000 bytes");
	assert_string_equal(answer_member(answer, "field"), "file.content");
	memset(reason, ' ', DECODE_JSON_MAX);
	reason[DECODE_JSON_MAX] = '\0';
	answer = fixture_post("/v1/actions", AUTHORIZED, arena_printf(arena, PIN "%s}", reason));
	assert_answer(answer, 413, "without a file");
	assert_int_equal(fixture_count(), 0);
}

/* As before there were files. */
static void elsewhere_file_is_a_parameter_as_any_other(void **state)
{
	(void)state;
	assert_answer(fixture_post("/v1/actions", AUTHORIZED, PIN ",\"file\":\"receipt.pdf\"}"),
	              202, "");
	assert_answer(fixture_post("/v1/actions", AUTHORIZED,
	                           "{\"action\":\"pin\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"},"
	                           "\"file\":{\"name\":\"a\"}}"),
	              202, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_file_of_its_type_is_refused_at_once),
		TEST(each_type_is_taken_by_its_first_bytes),
		TEST(a_file_as_large_as_the_provider_takes_is_journalled_in_chunks),
		TEST(what_is_larger_is_413),
		TEST(elsewhere_file_is_a_parameter_as_any_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
