/*
 * upload_stage_test - files that people upload: what is refused and why, and what becomes evidence, in the packet and in its PDFs.
 */
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/pdf_join.h"
#include "tests/support/gather_fixture.h"
#include "tests/support/pdf_fixture.h"
#include "tests/support/picture_fixture.h"
#include "tests/support/upload_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define ACTION(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define PDF "application/pdf"
#define PNG "image/png"
#define JPEG "image/jpeg"
#define BEGAN "2026-06-01T00:00:00Z"
#define DAY_2 "2026-06-02T00:00:00Z"
#define DAY_3 "2026-06-03T00:00:00Z"
#define DAY_4 "2026-06-04T00:00:00Z"
#define PART 400 /* bytes: several of each file */
#define USAGE                                                           \
	(const char *const[])                                           \
	{                                                               \
		"kind", "usage", "field", "service_documentation", NULL \
	}

static struct bytes pdf(const char *word, int pages)
{
	return upload_fixture_pdf(gather_stage.arena, word, pages);
}

static const char *digest_of(struct bytes content)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(content, digest);
	return text_hex(gather_stage.arena, (struct bytes){ digest, sizeof(digest) });
}

/* To the noon of that day, so that what was asked for is done and gathered. */
static void pass(const char *day)
{
	gather_pass(arena_printf(gather_stage.arena, "%.10sT12:00:00Z", day));
}

static void begin(void)
{
	gather_payment("2026-05-10T09:00:00Z", "p1");
	gather_dispute(BEGAN, "needs_response", "general");
	pass(BEGAN);
	(void)gather_heard();
}

static void upload(const char *at, const char *type, struct bytes content,
                   const char *const *parameters)
{
	gather_uploaded(at, type, content, PART, parameters);
	pass(at);
}

static void act(const char *at, Opsmesh__V1__ActionKind kind, const char *name, const char *value,
                const char *decision)
{
	const char *const parameters[] = { "decision", decision, name, value, NULL };

	gather_asked(at, kind, "kim", parameters);
	pass(at);
}

/* What is sent in a field; absent: nothing. */
static struct bytes file_of(const char *field, int64_t *pages)
{
	const Opsmesh__V1__CaseKept *const kept = gather_kept();
	struct bytes content = { NULL, 0 };

	for (size_t i = 0; i < kept->n_files; i++) {
		if (!text_equal(kept->files[i]->field, field))
			continue;
		*pages = kept->files[i]->pages;
		assert_int_equal(effect_blob_get(&gather_stage.blobs.door, kept->files[i]->digest,
		                                 gather_stage.arena, &content),
		                 STATUS_OK);
	}
	return content;
}

static void a_file_is_evidence_once_its_pages_are_known(void **state)
{
	const struct bytes content = pdf("usage", 2);
	int64_t pages = 0;

	(void)state;
	begin();
	gather_uploaded(DAY_2, PDF, content, PART, USAGE);
	assert_int_equal(stage_test_fold(&gather_stage, STAGE_TEST_ALL, TIME_MIN), STATUS_OK);
	assert_string_equal(gather_heard(), "");
	pass(DAY_3);
	assert_string_equal(gather_heard(), "evidence_item_added\naction_applied\n"
	                                    "collected 5 0 600000\nclosed usage\nbuilt 5 0\n"
	                                    "recommendation_made\n");
	const Opsmesh__V1__EvidenceItem *const item =
	    gather_last(FACT(EVIDENCE_ITEM_ADDED))->evidence_item_added->item;

	assert_string_equal(item->item_id, "A-1");
	assert_string_equal(item->file->digest, digest_of(content));
	assert_string_equal(item->file->media_type, PDF);
	assert_string_equal(item->file->uploaded_by, "kim");
	assert_int_equal(item->file->bytes, content.size);
	assert_int_equal(item->file->pages, 2);
	assert_int_equal(gather_kept()->n_uploads, 0);
	assert_non_null(
	    strstr(gather_standing(),
	           arena_printf(gather_stage.arena,
	                        "File: application/pdf; bytes: %zu; pages: 2; SHA-256: %s",
	                        content.size, digest_of(content))));
	const struct bytes sent = file_of("service_documentation", &pages);

	assert_true(bytes_equal(sent, content));
	assert_int_equal(pages, 2);
}

static void files_with_words_are_joined_behind_them_in_the_pdf_of_their_field(void **state)
{
	static const char *const words[] = { "kind", "usage",          "field", "receipt",
		                             "text", "What they used", NULL };
	static const char *const alone[] = { "kind", "invoice", "field", "receipt", NULL };
	const char *reason;
	int64_t said = 0;
	int32_t pages = 0;

	(void)state;
	begin();
	upload(DAY_2, PDF, pdf("Lantern", 2), words);
	upload(DAY_3, PNG, picture_fixture(gather_stage.arena, PNG), alone);
	const struct bytes sent = file_of("receipt", &said);

	assert_int_equal(pdf_page_count(sent, &pages, &reason), STATUS_OK);
	assert_int_equal(pages, said);
	assert_true(pages >= 4);
	if (!pdf_fixture_ready())
		return;
	const char *const text = pdf_fixture_text(gather_stage.arena, sent, "");

	assert_non_null(strstr(text, "Whattheyused"));
	assert_non_null(strstr(text, "Lanternpage1"));
	assert_non_null(strstr(text, "Lanternpage2"));
}

static void a_file_takes_down_what_was_put_up_and_needs_another_approval(void **state)
{
	const char *before;

	(void)state;
	begin();
	before = gather_kept()->packet;
	act(DAY_2, ACTION(APPROVE), "x", "y", "stage");
	(void)gather_heard();
	upload(DAY_3, PDF, pdf("usage", 1), USAGE);
	assert_non_null(
	    strstr(gather_heard(), "evidence_item_added\npacket_withdrawn\naction_applied\n"));
	assert_string_not_equal(gather_kept()->packet, before);
	gather_asked(DAY_4, ACTION(APPROVE), "lee",
	             (const char *const[]){ "decision", "submit", "digest", before, NULL });
	pass(DAY_4);
	assert_string_equal(gather_heard(), "action_refused\n");
}

static void a_crash_between_the_parts_the_look_and_the_answer_changes_nothing(void **state)
{
	(void)state;
	begin();
	gather_uploaded(DAY_2, PDF, pdf("usage", 3), PART, USAGE);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(stage_test_fold(&gather_stage, 1, TIME_MIN), STATUS_OK);
		stage_test_restart(&gather_stage);
	}
	pass(DAY_3);
	stage_test_restart(&gather_stage);
	pass(DAY_4);
	assert_non_null(strstr(gather_heard(), "evidence_item_added\naction_applied\n"));
	assert_int_equal(gather_kept()->added[0]->file->pages, 3);
	assert_int_equal(gather_kept()->n_added, 1);
}

/* Refusals. */

static void assert_refused(const char *field, Opsmesh__V1__RefusalCode code, const char *reason)
{
	const Opsmesh__V1__DisputeEvent *const said = gather_last(FACT(ACTION_REFUSED));

	assert_string_equal(gather_heard(), "action_refused\n");
	print_message("%s\n", said->action_refused->reason);
	assert_string_equal(said->action_refused->field, field);
	assert_int_equal(said->action_refused->code, code);
	assert_non_null(strstr(said->action_refused->reason, reason));
	assert_string_equal(said->action_refused->by->principal, "kim");
	assert_int_equal(gather_kept()->n_uploads, 0);
}

/* Without so many bytes of its end. */
static struct bytes cut(const char *type, size_t bytes)
{
	const struct bytes whole = picture_fixture(gather_stage.arena, type);

	return (struct bytes){ whole.data, whole.size - bytes };
}

static void a_file_that_is_no_evidence_is_refused_with_its_reason(void **state)
{
	struct arena *const arena = gather_stage.arena;
	const struct {
		const char *type;
		struct bytes content;
		Opsmesh__V1__RefusalCode code;
		const char *reason;
	} rows[] = {
		{ PDF, picture_fixture(arena, PNG), CODE(INVALID),
		  "The file was not taken: it is no PDF that can be read" },
		{ PNG, pdf("x", 1), CODE(INVALID), "it is not the picture that its type says." },
		{ JPEG, picture_fixture(arena, PNG), CODE(INVALID),
		  "it is not the picture that its type says." },
		{ PDF, upload_fixture_locked(arena, "user"), CODE(INVALID),
		  "The file was not taken: it is locked by a password." },
		{ PDF, upload_fixture_locked(arena, ""), CODE(INVALID),
		  "it is locked against changes." },
		{ PDF, pdf("x", 0), CODE(INVALID), "it has no page that can be read." },
		{ PDF, pdf("x", 50), CODE(TOO_LARGE),
		  "The file has 50 pages, and all files together may have 49." },
		{ PDF, bytes_of("%PDF-1.7 and nothing"), CODE(INVALID), "it is no PDF" },
		{ PDF, upload_fixture_bomb(arena, 2048), CODE(INVALID),
		  "it takes more memory or time to read than any evidence." },
		{ JPEG, cut(JPEG, 2), CODE(INVALID), "it is not the picture that its type says." },
		{ PNG, cut(PNG, 30), CODE(INVALID), "it is a picture that cannot be read." },
		{ PNG, upload_fixture_png_head(arena, 10000, 10000), CODE(INVALID),
		  "it is a picture of too many pixels." },
		{ PNG, upload_fixture_png_head(arena, 7000, 7000), CODE(INVALID),
		  "it is a picture that cannot be read." },
	};

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		upload(DAY_2, rows[i].type, rows[i].content, USAGE);
		assert_refused("file", rows[i].code, rows[i].reason);
	}
	assert_int_equal(gather_kept()->n_added, 0);
}

static void a_file_for_no_field_of_files_is_refused_before_anybody_looks(void **state)
{
	static const char *const text_field[] = { "kind", "usage", "field", "access_activity_log",
		                                  NULL };
	static const char *const no_field[] = { "kind", "usage", "field", "photo", NULL };
	static const char *const no_kind[] = { "field", "receipt", NULL };
	const struct bytes content = pdf("x", 1);

	(void)state;
	begin();
	upload(DAY_2, PDF, content, text_field);
	assert_refused("field", CODE(INVALID), "no field of files");
	upload(DAY_2, PDF, content, no_field);
	assert_refused("field", CODE(INVALID), "no field of files");
	upload(DAY_2, PDF, content, no_kind);
	assert_refused("kind", CODE(INVALID), "what kind");
	upload(DAY_2, "image/gif", content, USAGE);
	assert_refused("file.media_type", CODE(INVALID), "takes no files of this type");
}

static void without_a_field_it_is_a_file_of_no_category(void **state)
{
	static const char *const kind[] = { "kind", "usage", NULL };

	(void)state;
	begin();
	upload(DAY_2, PDF, pdf("x", 1), kind);
	assert_string_equal(
	    gather_last(FACT(EVIDENCE_ITEM_ADDED))->evidence_item_added->item->field,
	    "uncategorized_file");
}

static void the_same_file_twice_is_no_change(void **state)
{
	(void)state;
	begin();
	gather_uploaded(DAY_2, PDF, pdf("x", 1), PART, USAGE);
	gather_uploaded(DAY_2, PDF, pdf("x", 1), PART, USAGE);
	pass(DAY_2);
	assert_int_equal(gather_last(FACT(ACTION_REFUSED))->action_refused->code, CODE(NO_CHANGE));
	(void)gather_heard();
	upload(DAY_3, PDF, pdf("x", 1), USAGE);
	assert_refused("file", CODE(NO_CHANGE), "has this file already");
	assert_int_equal(gather_kept()->n_added, 1);
}

/* A PDF, and blanks behind it. */
static struct bytes padded(const char *word, size_t size)
{
	const struct bytes content = pdf(word, 1);
	char *const all = arena_alloc(gather_stage.arena, size);

	memset(all, ' ', size);
	memcpy(all, content.data, content.size);
	return (struct bytes){ all, size };
}

static void upload_large(const char *at, const char *word, size_t size)
{
	gather_uploaded(at, PDF, padded(word, size), 500000, USAGE);
	pass(at);
}

static void files_together_are_no_larger_than_the_provider_takes(void **state)
{
	(void)state;
	begin();
	upload_large(DAY_2, "a", 4500001);
	assert_refused("file", CODE(TOO_LARGE), "larger than all files together");
	upload_large(DAY_2, "b", 2500000);
	(void)gather_heard();
	upload_large(DAY_2, "c", 2500000);
	assert_refused("file", CODE(TOO_LARGE), "keep another one out first");
	act(DAY_3, ACTION(CORRECT), "id", "A-2", "exclude");
	(void)gather_heard();
	upload_large(DAY_4, "c", 2500000);
	assert_non_null(strstr(gather_heard(), "evidence_item_added\naction_applied\n"));
	assert_int_equal(gather_kept()->n_added, 2);
}

static void a_case_that_is_over_takes_no_file_nor_one_that_was_being_looked_at(void **state)
{
	(void)state;
	begin();
	gather_stage.context.recorded = false; /* the answer overtakes nothing */
	gather_uploaded(DAY_2, PDF, pdf("x", 1), PART, USAGE);
	gather_dispute(DAY_3, "won", "general");
	pass(DAY_3);
	assert_int_equal(gather_last(FACT(ACTION_REFUSED))->action_refused->code,
	                 CODE(ILLEGAL_MOVE));
	(void)gather_heard();
	upload(DAY_4, PDF, pdf("y", 1), USAGE);
	assert_refused("on.id", CODE(ILLEGAL_MOVE), "over");
	assert_int_equal(gather_kept()->n_added, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gather_start, gather_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_evidence_once_its_pages_are_known),
		TEST(files_with_words_are_joined_behind_them_in_the_pdf_of_their_field),
		TEST(a_file_takes_down_what_was_put_up_and_needs_another_approval),
		TEST(a_crash_between_the_parts_the_look_and_the_answer_changes_nothing),
		TEST(a_file_that_is_no_evidence_is_refused_with_its_reason),
		TEST(a_file_for_no_field_of_files_is_refused_before_anybody_looks),
		TEST(without_a_field_it_is_a_file_of_no_category),
		TEST(the_same_file_twice_is_no_change),
		TEST(files_together_are_no_larger_than_the_provider_takes),
		TEST(a_case_that_is_over_takes_no_file_nor_one_that_was_being_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
