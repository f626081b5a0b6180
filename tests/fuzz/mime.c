/*
 * mime - any bytes as a mail: decoded or refused with a reason, the same twice, and every string of it
 * valid UTF-8 within its bounds.
 */
#include "common/io/mime.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define ARENA_BLOCK 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t max)
{
	CHECK(text != NULL);
	CHECK(strlen(text) <= max);
	CHECK(text_valid(bytes_of(text)));
}

static void check_addresses(const struct mail_address *addresses, size_t count)
{
	CHECK(count <= MAIL_RECIPIENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		check_text(addresses[i].name, MAIL_PHRASE_MAX);
		check_text(addresses[i].address, MAIL_ADDRESS_MAX);
	}
}

static void check_mail(const struct mail *mail, size_t size)
{
	check_text(mail->text, MAIL_TEXT_MAX);
	check_text(mail->subject, MAIL_PHRASE_MAX);
	check_addresses(&mail->from, 1);
	check_addresses(mail->to, mail->to_count);
	check_addresses(mail->cc, mail->cc_count);
	check_addresses(mail->delivered_to, mail->delivered_to_count);
	CHECK(mail->reference_count <= MAIL_REFERENCES_MAX);
	for (size_t i = 0; i < mail->reference_count; i++)
		check_text(mail->references[i], MAIL_ID_MAX);
	CHECK(mail->attachment_count <= MAIL_PARTS_MAX);
	for (size_t i = 0; i < mail->attachment_count; i++) {
		check_text(mail->attachments[i].name, MAIL_PHRASE_MAX);
		check_text(mail->attachments[i].media_type, size + MAIL_PHRASE_MAX);
		check_text(mail->attachments[i].content_id, 4 * size);
	}
	CHECK(mail->repair_count <= MAIL_REPAIRS_MAX);
	for (size_t i = 0; i < mail->repair_count; i++)
		CHECK(mail_repair_name(mail->repairs[i].kind) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *const arena = arena_create(ARENA_BLOCK);
	const struct bytes raw = { data, size };
	const char *reason = NULL;
	struct mail first;
	struct mail second;

	if (mail_decode(arena, raw, &first, &reason)) {
		check_mail(&first, size);
		CHECK(mail_decode(arena, raw, &second, &reason));
		CHECK(text_equal(first.text, second.text));
		CHECK(text_equal(first.subject, second.subject));
		CHECK(first.repair_count == second.repair_count);
	} else {
		CHECK(reason != NULL);
	}
	arena_destroy(arena);
	return 0;
}
