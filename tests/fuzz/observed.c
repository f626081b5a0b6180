/*
 * observed - any bytes as what the payment provider says: refused with a reason and a valid field, or kept in
 * a form that reads the same again, and that the mirror takes once.
 *
 * The first byte chooses whether an event or an object is expected.
 */
#include "services/billing-sync/mirror/mirror.h"

#include "common/base/check.h"
#include "common/base/text.h"

#define ARENA_BLOCK 65536
#define RECEIVED_AT ((struct instant){ INT64_C(1780315200000000) })

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look(struct arena *arena, struct bytes payload, const char *event_id,
                 struct observed *seen)
{
	const struct observed_source source = { .payload = payload,
		                                .event_id = event_id,
		                                .api_version = "",
		                                .received_at = RECEIVED_AT };
	struct json_error error;

	if (observed_read(arena, &source, seen, &error))
		return true;
	CHECK(error.reason[0] != '\0');
	CHECK(text_valid(bytes_of(error.path)) && text_valid(bytes_of(error.reason)));
	return false;
}

static void use(struct arena *arena, const struct observed *seen)
{
	struct object_row row = mirror_row(seen->object_id, seen->object_type);
	struct observed again;

	CHECK(*seen->object_id != '\0');
	CHECK(seen->body.size <= OBSERVED_BODY_MAX && text_valid(seen->body));
	CHECK(!time_before(seen->state_at, TIME_OLDEST));
	CHECK(mirror_fold(&row, seen, RECEIVED_AT, 1).verdict == MIRROR_TAKEN);
	CHECK(mirror_fold(&row, seen, RECEIVED_AT, 1).verdict == MIRROR_SAME);
	CHECK(row.revision == 1);
	if (text_equal(seen->object_type, "event"))
		return;
	CHECK(look(arena, seen->body, "", &again));
	CHECK(bytes_equal(seen->body, again.body));
	CHECK(text_equal(seen->digest, again.digest));
	CHECK(text_equal(seen->customer_id, again.customer_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct observed seen;
	struct arena *arena;

	if (size == 0)
		return 0;
	arena = arena_create(ARENA_BLOCK);
	if (look(arena, (struct bytes){ data + 1, size - 1 }, data[0] % 2 == 0 ? "evt_1" : "",
	         &seen))
		use(arena, &seen);
	arena_destroy(arena);
	return 0;
}
