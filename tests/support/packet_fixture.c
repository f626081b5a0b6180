#include "tests/support/packet_fixture.h"

#include "tests/support/policy_fixture.h"

#include <string.h>

struct packet_limits packet_fixture_limits(struct arena *arena)
{
	struct packet_limits limits;

	policy_fixture_read(arena, &packet_limits_kind, "packet/stripe-1.json", &limits);
	return limits;
}

struct packet_dispute packet_fixture_dispute(const char *network)
{
	return (struct packet_dispute){
		.id = "dp_1",
		.case_id = "case/acme/dp_1",
		.account = "acme",
		.charge = "ch_1",
		.network = network,
		.reason = "fraudulent",
		.network_code = "10.4",
		.amount = "120.00 USD",
		.charged_at = { PACKET_FIXTURE_AT },
		.opened_at = time_add((struct instant){ PACKET_FIXTURE_AT }, DAYS(20)),
		.due_at = time_add((struct instant){ PACKET_FIXTURE_AT }, DAYS(30)),
	};
}

struct packet_item packet_fixture_words(const char *id, const char *field, const char *text)
{
	return (struct packet_item){
		.id = id,
		.kind = "customer_communication",
		.field = field,
		.title = "What was said",
		.text = text,
		.at = { PACKET_FIXTURE_AT },
		.weight_ppm = 500000,
	};
}

struct packet_item packet_fixture_upload(const char *id, const char *field, int64_t bytes,
                                         int32_t pages)
{
	struct packet_item item = packet_fixture_words(id, field, "");

	item.kind = "uploaded";
	item.title = "A file";
	item.file = (struct packet_file){
		.digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		.media_type = "application/pdf",
		.bytes = bytes,
		.pages = pages,
	};
	return item;
}

const char *packet_fixture_letters(struct arena *arena, int64_t count, bool wide)
{
	static const char kanji[] = "\xE5\x8F\x96"; /* U+53D6 */
	const size_t each = wide ? sizeof(kanji) - 1 : 1;
	char *const text = arena_alloc(arena, (size_t)count * each + 1);

	for (size_t i = 0; i < (size_t)count; i++)
		memcpy(text + i * each, wide ? kanji : "x", each);
	text[(size_t)count * each] = '\0';
	return text;
}
