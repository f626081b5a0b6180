#include "services/opsmesh/ledger_owed.h"

#include "common/base/text.h"

#define HELD_BLOCK ((size_t)4096) /* the texts of one line */

void ledger_owed_begin(struct ledger_owed *owed, struct ledger_print *print)
{
	*owed = (struct ledger_owed){ .print = print, .arena = arena_create(HELD_BLOCK) };
}

static bool same(const struct ledger_line *a, const struct ledger_line *b)
{
	return text_equal(a->transaction, b->transaction) && text_equal(a->account, b->account) &&
	       text_equal(a->currency, b->currency);
}

static void hold(struct ledger_owed *owed, const struct ledger_line *line)
{
	struct arena *const arena = owed->arena;

	arena_reset(arena);
	owed->held = *line;
	owed->held.transaction = arena_string(arena, line->transaction);
	owed->held.account = arena_string(arena, line->account);
	owed->held.currency = arena_string(arena, line->currency);
	owed->held.customer = arena_string(arena, line->customer);
	owed->held.object = arena_string(arena, line->object);
	owed->held.reason = arena_string(arena, line->reason);
	owed->held.reverses = arena_string(arena, line->reverses);
	owed->held.cause = arena_string(arena, line->cause);
	owed->holds = true;
}

static void show(struct ledger_owed *owed)
{
	if (owed->holds && owed->held.minor != 0)
		ledger_print_line(owed->print, &owed->held);
	owed->holds = false;
}

void ledger_owed_line(struct ledger_owed *owed, const struct ledger_line *line)
{
	if (!owed->holds || !same(&owed->held, line)) {
		show(owed);
		hold(owed, line);
	} else if (__builtin_add_overflow(owed->held.minor, line->minor, &owed->held.minor)) {
		owed->print->wrong = "a transaction is beyond 64 bits";
	}
}

void ledger_owed_end(struct ledger_owed *owed)
{
	show(owed);
	arena_destroy(owed->arena);
}
