#include "services/billing-sync/statement.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Balances. */

static int by_account(const void *a, const void *b)
{
	const struct balance *const left = a;
	const struct balance *const right = b;

	if (left->account != right->account)
		return left->account < right->account ? -1 : 1;
	return strcmp(left->currency, right->currency);
}

static bool balance_of(const struct entry_row *row, struct balance *balance)
{
	balance->minor = row->minor;
	return chart_find(row->account, &balance->account) &&
	       money_currency(row->currency, balance->currency);
}

/* Neighbours of one account and currency become one; sums are taken in 128 bits, so that order is nothing. */
static bool fold(struct balance *balances, size_t count, size_t *folded)
{
	size_t last = 0;

	for (size_t from = 0, to = 0; from < count; from = to) {
		__extension__ __int128 sum = 0;

		for (to = from; to < count && by_account(&balances[from], &balances[to]) == 0; to++)
			sum += balances[to].minor;
		if (sum > INT64_MAX || sum < INT64_MIN)
			return false;
		balances[last] = balances[from];
		balances[last++].minor = (int64_t)sum;
	}
	*folded = last;
	return true;
}

bool statement_balances(struct arena *arena, const struct entry_row *rows, size_t count,
                        struct balances *balances)
{
	struct balance *const read = arena_zero(arena, count * sizeof(*read) + 1);
	size_t folded;

	for (size_t i = 0; i < count; i++)
		if (!balance_of(&rows[i], &read[i]))
			return false;
	qsort(read, count, sizeof(*read), by_account);
	if (!fold(read, count, &folded))
		return false;
	*balances = (struct balances){ read, folded };
	return true;
}

/* A customer. */

static int by_instant(struct instant a, struct instant b)
{
	return (a.us > b.us) - (a.us < b.us);
}

static int by_time(const void *a, const void *b)
{
	const struct entry_row *const left = ((const struct statement_row *)a)->entry;
	const struct entry_row *const right = ((const struct statement_row *)b)->entry;
	int order = by_instant(left->at, right->at);

	if (order == 0)
		order = by_instant(left->booked_at, right->booked_at);
	if (order == 0)
		order = strcmp(left->transaction_id, right->transaction_id);
	if (order == 0)
		order = (left->line > right->line) - (left->line < right->line);
	return order;
}

static bool is_owed(const struct entry_row *row, const char *customer)
{
	return row->customer_id != NULL && text_equal(row->customer_id, customer) &&
	       (text_equal(row->account, chart_name(ACCOUNT_RECEIVABLE)) ||
	        text_equal(row->account, chart_name(ACCOUNT_CREDITS)));
}

#define CURRENCIES_MAX 200 /* more than the standard has */

/* What is owed in each currency that has occurred. */
struct running {
	const char *currencies[CURRENCIES_MAX];
	int64_t owed[CURRENCIES_MAX];
	size_t count;
};

static int64_t *owed_in(struct running *running, const char *currency)
{
	for (size_t i = 0; i < running->count; i++)
		if (text_equal(running->currencies[i], currency))
			return &running->owed[i];
	if (running->count == CURRENCIES_MAX)
		return NULL;
	running->currencies[running->count] = currency;
	return &running->owed[running->count++];
}

static bool run_on(struct running *running, struct statement_row *row)
{
	int64_t *const owed = owed_in(running, row->entry->currency);

	if (owed == NULL || __builtin_add_overflow(*owed, row->entry->minor, owed))
		return false;
	row->owed = *owed;
	return true;
}

bool statement_make(struct arena *arena, const struct entry_row *rows, size_t count,
                    const char *customer, struct statement *statement)
{
	struct statement_row *const read = arena_zero(arena, count * sizeof(*read) + 1);
	struct running running = { 0 };
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (is_owed(&rows[i], customer))
			read[found++].entry = &rows[i];
	qsort(read, found, sizeof(*read), by_time);
	for (size_t i = 0; i < found; i++)
		if (!run_on(&running, &read[i]))
			return false;
	*statement = (struct statement){ read, found };
	return true;
}
