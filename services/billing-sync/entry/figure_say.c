#include "services/billing-sync/entry/figure_say.h"

const char *figure_day_text(struct arena *arena, int64_t day)
{
	const struct date date = date_of_days(day);

	return arena_printf(arena, "%04d-%02d-%02d", (int)date.year, (int)date.month,
	                    (int)date.day);
}

Opsmesh__V1__Money *figure_say_money(struct arena *arena, const char *currency, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->currency = arena_string(arena, currency);
	made->minor = minor;
	return made;
}

Opsmesh__V1__DeferredRoll *figure_say_roll(struct arena *arena, const struct recognition_roll *roll)
{
	Opsmesh__V1__DeferredRoll *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__deferred_roll__init(made);
	made->currency = arena_string(arena, roll->currency);
	made->opening = roll->opening;
	made->billed = roll->billed;
	made->recognised = roll->recognised;
	made->cleared = roll->cleared;
	made->closing = roll->closing;
	made->off_by = recognition_gap(roll);
	return made;
}

Opsmesh__V1__UnbilledRoll *figure_say_unbilled(struct arena *arena,
                                               const struct unbilled_roll *roll)
{
	Opsmesh__V1__UnbilledRoll *made;

	if (roll->opening == 0 && roll->used == 0 && roll->billed == 0 && roll->closing == 0)
		return NULL;
	made = arena_alloc(arena, sizeof(*made));
	opsmesh__v1__unbilled_roll__init(made);
	made->currency = arena_string(arena, roll->currency);
	made->opening = roll->opening;
	made->used = roll->used;
	made->billed = roll->billed;
	made->closing = roll->closing;
	made->off_by = unbilled_gap(roll);
	return made;
}

Opsmesh__V1__RecurringSum *figure_say_recurring(struct arena *arena,
                                                const struct recurring_line *line)
{
	Opsmesh__V1__RecurringSum *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__recurring_sum__init(made);
	made->currency = arena_string(arena, line->currency);
	made->starting = line->starting;
	made->added = line->moved[RECURRING_NEW];
	made->reactivation = line->moved[RECURRING_REACTIVATION];
	made->expansion = line->moved[RECURRING_EXPANSION];
	made->contraction = line->moved[RECURRING_CONTRACTION];
	made->churn = line->moved[RECURRING_CHURN];
	made->fx = line->moved[RECURRING_FX];
	made->ending = line->ending;
	made->off_by = recurring_line_gap(line);
	return made;
}
