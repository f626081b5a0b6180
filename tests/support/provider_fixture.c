#include "tests/support/provider_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VERSION "2024-06-20"

/* Writing. */

static const char *quoted(struct arena *arena, const char *text)
{
	char *const copy = arena_string(arena, text);

	for (char *at = copy; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	return copy;
}

struct bytes provider_payload(struct arena *arena, const struct provider_said *said)
{
	const char *const object = quoted(arena, said->object);

	if (said->event_id == NULL)
		return bytes_of(object);
	return bytes_of(
	    arena_printf(arena,
	                 "{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"created\":%d,"
	                 "\"livemode\":true,\"api_version\":\"%s\",\"data\":{\"object\":%s}}",
	                 said->event_id, said->type, PROVIDER_START_S + said->at,
	                 said->version != NULL ? said->version : VERSION, object));
}

struct instant provider_time(int at)
{
	return time_add((struct instant){ 0 }, SECONDS(PROVIDER_START_S + at));
}

struct instant provider_arrival(const struct provider_said *said)
{
	return provider_time(said->event_id != NULL ? said->at + PROVIDER_DELAY_S : said->at);
}

struct observed provider_observe(struct arena *arena, const struct provider_said *said)
{
	const struct observed_source source = {
		.payload = provider_payload(arena, said),
		.event_id = said->event_id != NULL ? said->event_id : "",
		.api_version = said->version != NULL ? said->version : "",
		.received_at = provider_arrival(said),
	};
	struct json_error error;
	struct observed seen;
	char text[JSON_ERROR_SIZE];

	if (!observed_read(arena, &source, &seen, &error))
		fail_msg("%s: %s", said->object, json_error_text(&error, text));
	return seen;
}

/* Hearing. */

static struct object_row *find(struct provider_mirror *mirror, const char *id, const char *type)
{
	size_t at = 0;

	while (at < mirror->count && !(text_equal(mirror->rows[at].object_id, id) &&
	                               text_equal(mirror->rows[at].object_type, type)))
		at++;
	return at < mirror->count ? &mirror->rows[at] : NULL;
}

struct mirror_answer provider_hear(struct provider_mirror *mirror, const struct observed *seen)
{
	struct object_row *row = find(mirror, seen->object_id, seen->object_type);

	if (row == NULL) {
		CHECK(mirror->count < PROVIDER_ROWS_MAX);
		row = &mirror->rows[mirror->count++];
		*row = mirror_row(seen->object_id, seen->object_type);
	}
	return mirror_fold(row, seen, seen->state_at, 1);
}

void provider_hear_order(const struct observed *seen, const size_t *order, size_t count, int times,
                         struct provider_mirror *mirror)
{
	mirror->count = 0;
	for (int again = 0; again < times; again++)
		for (size_t i = 0; i < count; i++)
			for (int repeat = 0; repeat < times; repeat++)
				(void)provider_hear(mirror, &seen[order[i]]);
}

const struct object_row *provider_row(const struct provider_mirror *mirror, const char *id,
                                      const char *type)
{
	for (size_t i = 0; i < mirror->count; i++) {
		if (text_equal(mirror->rows[i].object_id, id) &&
		    text_equal(mirror->rows[i].object_type, type))
			return &mirror->rows[i];
	}
	return NULL;
}

/* Comparing. */

static void same_text(const char *id, const char *text, const char *other)
{
	if (!text_equal(text, other))
		fail_msg("%s: %s is not %s", id, text != NULL ? text : "(none)",
		         other != NULL ? other : "(none)");
}

void provider_same_row(const struct object_row *row, const struct object_row *other)
{
	same_text(row->object_id, row->digest, other->digest);
	same_text(row->object_id, row->status, other->status);
	same_text(row->object_id, row->customer_id, other->customer_id);
	same_text(row->object_id, row->charge_id, other->charge_id);
	same_text(row->object_id, row->mode, other->mode);
	same_text(row->object_id, row->account, other->account);
	same_text(row->object_id, row->currency, other->currency);
	same_text(row->object_id, row->api_version, other->api_version);
	same_text(row->object_id, row->event_id, other->event_id);
	same_text(row->object_id, row->event_type, other->event_type);
	assert_true(bytes_equal(row->body, other->body));
	assert_int_equal(row->state_at.us, other->state_at.us);
	assert_int_equal(row->gone_at.us, other->gone_at.us);
	assert_int_equal(row->customer_at.us, other->customer_at.us);
	assert_int_equal(row->deleted, other->deleted);
	assert_int_equal(row->ended, other->ended);
	assert_int_equal(row->bare, other->bare);
	assert_int_equal(row->rank, other->rank);
	assert_int_equal(row->progress, other->progress);
	assert_int_equal(row->verb, other->verb);
}

void provider_same(const struct provider_mirror *mirror, const struct provider_mirror *other)
{
	assert_int_equal(mirror->count, other->count);
	for (size_t i = 0; i < mirror->count; i++) {
		const struct object_row *const row = &mirror->rows[i];
		const struct object_row *const twin =
		    provider_row(other, row->object_id, row->object_type);

		assert_non_null(twin);
		provider_same_row(row, twin);
	}
}
