#include "services/opsmesh/ledger_seal.h"

#include <inttypes.h>

enum ledger_part ledger_seal_part(const struct ledger_seal *seal)
{
	if (seal->period[0] == '\0')
		return LEDGER_ALL;
	return seal->closed ? LEDGER_SEALED : LEDGER_OPEN;
}

const char *ledger_part_name(enum ledger_part part)
{
	static const char *const names[] = {
		[LEDGER_ALL] = "",
		[LEDGER_OPEN] = "open",
		[LEDGER_SEALED] = "sealed",
		[LEDGER_CORRECTION] = "correction",
	};

	return names[part];
}

const char *ledger_part_heading(enum ledger_part part)
{
	return part == LEDGER_CORRECTION
	           ? "Corrections of its days, which belong to the period that was "
	             "open when they were booked:"
	           : NULL;
}

const char *ledger_seal_sentence(struct arena *arena, const struct ledger_seal *seal)
{
	char text[TIME_TEXT_SIZE];

	if (seal->period[0] == '\0')
		return "";
	if (seal->closed)
		return arena_printf(arena, "%s is closed by cut %" PRId64 " at %s, sealed %s.\n",
		                    seal->period, seal->cut, time_format(seal->before, text),
		                    seal->digest);
	if (seal->closed_to.us == TIME_MIN.us)
		return arena_printf(arena, "%s is not closed; no period is.\n", seal->period);
	return arena_printf(arena, "%s is not closed; the books are closed to %s.\n", seal->period,
	                    time_format(seal->closed_to, text));
}
