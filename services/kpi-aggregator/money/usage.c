#include "services/kpi-aggregator/money/usage.h"

#include "services/kpi-aggregator/money/known.h"

#define FORMAT 1 /* of the bytes below: the format, then the members in their order */

struct usage {
	const char *meter;
	const char *account;
	struct instant at; /* TIME_MIN: the report itself was not heard of */
	int64_t quantity;
	int64_t taken_back; /* from 0 on */
	bool cancelled;
};

static struct bytes pack(struct arena *arena, const struct usage *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_text(&out, it->meter);
	pack_text(&out, it->account);
	pack_time(&out, it->at);
	pack_i64(&out, it->quantity);
	pack_i64(&out, it->taken_back);
	pack_bool(&out, it->cancelled);
	return pack_end(arena, &out);
}

static bool unpack(struct arena *arena, struct bytes known, struct usage *it)
{
	struct packed in = packed_open(known);

	*it = (struct usage){ .meter = "", .account = "", .at = TIME_MIN };
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->meter = packed_string(arena, &in);
	it->account = packed_string(arena, &in);
	it->at = packed_time(&in);
	it->quantity = packed_i64(&in, INT64_MIN, INT64_MAX);
	it->taken_back = packed_i64(&in, 0, INT64_MAX);
	it->cancelled = packed_bool(&in);
	return packed_done(&in);
}

/* What is heard. */

static void take(struct arena *arena, struct usage *it, const Opsmesh__V1__BillingEvent *event,
                 const char *meter, int64_t quantity)
{
	it->meter = known_text(arena, meter);
	it->account = known_either(it->account, known_text(arena, event->account_id));
	it->at = known_instant(event->occurred_at);
	it->quantity = quantity;
}

/* What is taken back is below zero where it is said. */
static void take_back(struct usage *it, int64_t quantity)
{
	int64_t sum;

	if (quantity < 0)
		it->taken_back =
		    __builtin_sub_overflow(it->taken_back, quantity, &sum) ? INT64_MAX : sum;
}

static void take_late(struct arena *arena, struct usage *it, const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__UsageLate *const late = event->usage_late;

	if (*late->refers != '\0')
		take_back(it, late->quantity);
	else
		take(arena, it, event, late->meter, late->quantity);
}

const char *subject_usage_id(struct arena *arena, const Opsmesh__V1__BillingEvent *event)
{
	const char *source = "";
	const char *about = "";

	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN:
		source = event->usage_taken->source;
		about = event->usage_taken->event_id;
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE:
		source = event->usage_late->source;
		about = known_either(event->usage_late->refers, event->usage_late->event_id);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED:
		source = event->usage_corrected->source;
		about = event->usage_corrected->refers;
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED:
		source = event->usage_cancelled->source;
		about = event->usage_cancelled->refers;
		break;
	default: break;
	}
	return arena_printf(arena, "%s/%s/%s", event->customer_id, source, about);
}

bool subject_usage_apply(struct arena *arena, struct bytes known, const void *fact,
                         struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	struct usage it;

	if (!unpack(arena, known, &it))
		return false;
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN:
		take(arena, &it, event, event->usage_taken->meter, event->usage_taken->quantity);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE: take_late(arena, &it, event); break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED:
		take_back(&it, event->usage_corrected->quantity);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED: it.cancelled = true; break;
	default: break;
	}
	*changed = pack(arena, &it);
	return true;
}

/* What is observed: nothing of what was taken back whole. */

/* An account's id has no slash, so the first one ends it. */
static const char *of_account(struct arena *arena, const struct usage *usage)
{
	if (*usage->account == '\0')
		return "";
	return known_text(arena, arena_printf(arena, "%s/%s", usage->account, usage->meter));
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct observation it = observation_of(OBSERVATION_USAGE, "1");
	struct usage usage;

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, &usage))
		return false;
	if (usage.cancelled || usage.at.us == TIME_MIN.us)
		return true;
	it.times[TIME_AT] = usage.at;
	it.words[WORD_ACCOUNT] = usage.account;
	it.words[WORD_PRODUCT] = usage.meter;
	it.words[WORD_ACCOUNT_METER] = of_account(all->arena, &usage);
	if (__builtin_sub_overflow(usage.quantity, usage.taken_back, &it.numbers[NUMBER_UNITS]))
		it.numbers[NUMBER_UNITS] = INT64_MIN;
	observations_add(all, &it);
	return true;
}

const struct subject_kind subject_usage = { .prefix = "usage/", .observe = observe };
