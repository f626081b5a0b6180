#include "services/kpi-aggregator/ticket/ticket_pattern.h"

#include "common/base/text.h"
#include "common/io/proto.h"

/* Keys of contacts (ingest's contact): who is known by one of them alone is no account. */
static bool is_contact(const char *customer)
{
	static const char *const prefixes[] = { "stripe:", "address:", "slack:", "domain:" };

	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (text_starts(customer, prefixes[i]))
			return true;
	return false;
}

bool ticket_pattern_observation(struct arena *arena, const char *pattern, const char *intent,
                                const Opsmesh__V1__PatternTicket *ticket, struct observation *it)
{
	struct observation made =
	    observation_of(OBSERVATION_PATTERN,
	                   arena_printf(arena, "%s/%s", pattern, ticket->ticket_id));

	if (!proto_instant(ticket->occurred_at, &made.times[TIME_AT]))
		return false;
	made.words[WORD_PATTERN] = pattern;
	made.words[WORD_INTENT] = intent;
	made.words[WORD_ACCOUNT] = is_contact(ticket->customer) ? "" : ticket->customer;
	*it = made;
	return true;
}
