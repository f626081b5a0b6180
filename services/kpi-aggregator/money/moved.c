#include "services/kpi-aggregator/money/moved.h"

#include "services/kpi-aggregator/money/known.h"

/* By the contract's number of the movement. */
static const struct {
	const char *word;
	int sign;
} movements[] = {
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_UNSPECIFIED] = { "", 0 },
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_NEW] = { "new", 1 },
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_REACTIVATION] = { "reactivation", 1 },
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_EXPANSION] = { "expansion", 1 },
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CONTRACTION] = { "contraction", -1 },
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CHURN] = { "churn", -1 },
	[OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_FX] = { "fx", 1 },
};

bool moved_recurring(struct arena *arena, const Opsmesh__V1__BillingEvent *event,
                     struct observation *it)
{
	const Opsmesh__V1__RecurringMoved *const moved = event->recurring_moved;
	struct observation made = observation_of(OBSERVATION_RECURRING, "1");
	struct date day;

	if (moved->amount == NULL || moved->amount->minor == INT64_MIN ||
	    !date_parse(moved->day, &day) || (size_t)moved->move >= COUNT_OF(movements) ||
	    movements[moved->move].sign == 0)
		return false;
	made.currency = known_text(arena, moved->amount->currency);
	made.numbers[NUMBER_MINOR] = movements[moved->move].sign * moved->amount->minor;
	made.times[TIME_AT] = (struct instant){ (date_days(day) * DAYS(1).us) + HOURS(12).us };
	made.words[WORD_MOVE] = movements[moved->move].word;
	made.words[WORD_ACCOUNT] = known_text(arena, event->account_id);
	*it = made;
	return true;
}

bool moved_seat(struct arena *arena, const Opsmesh__V1__BillingEvent *event, struct observation *it)
{
	struct observation made = observation_of(OBSERVATION_SEAT, "1");

	made.times[TIME_AT] = known_instant(event->occurred_at);
	if (made.times[TIME_AT].us == TIME_MIN.us)
		return false;
	made.numbers[NUMBER_UNITS] = event->seat_moved->assigned ? 1 : -1;
	made.words[WORD_ACCOUNT] = known_text(arena, event->account_id);
	*it = made;
	return true;
}

bool moved_programme(struct arena *arena, const Opsmesh__V1__DisputeEvent *event,
                     struct observation *it)
{
	const Opsmesh__V1__ProgrammeStood *const stood = event->ratio_projected;
	struct observation made = observation_of(OBSERVATION_PROGRAMME, "1");

	made.times[TIME_AT] = known_instant(stood->as_of);
	if (made.times[TIME_AT].us == TIME_MIN.us)
		return false;
	made.numbers[NUMBER_RATIO_PPM] = stood->ratio_ppm;
	made.words[WORD_NETWORK] = known_text(arena, stood->network);
	made.words[WORD_PROGRAMME] = known_text(arena, stood->programme);
	made.words[WORD_STATUS] = known_text(arena, stood->standing);
	*it = made;
	return true;
}
