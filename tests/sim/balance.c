#include "tests/sim/balance.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/payout/payout.h"

static struct balance *of_currency(struct balances *balances, const char *currency)
{
	size_t at = 0;

	while (at < balances->count && !text_equal(balances->list[at].currency, currency))
		at++;
	if (at == balances->count) {
		CHECK(at < BALANCE_CURRENCIES_MAX);
		balances->list[balances->count++] = (struct balance){ .currency = currency };
	}
	return &balances->list[at];
}

static void add_moved(struct image *image, struct balances *balances)
{
	struct moved_row row;

	for (size_t at = 0; image_next_row(image, &moved_table, &at, &row);) {
		struct balance *const balance = of_currency(balances, row.currency);

		balance->net += row.paid_out ? -row.fee : row.amount - row.fee;
		balance->paid_out -= row.paid_out ? row.amount : 0;
		balance->waits += text_equal(row.state, "waits") ? row.amount - row.fee : 0;
	}
}

static void add_payouts(struct image *image, struct balances *balances)
{
	struct payout_row row;

	for (size_t at = 0; image_next_row(image, &payout_table, &at, &row);)
		if (row.currency != NULL && text_equal(row.status, "paid"))
			of_currency(balances, row.currency)->arrived += row.amount;
}

static void add_stated(struct image *image, struct balances *balances)
{
	struct stated_row row;

	for (size_t at = 0; image_next_row(image, &stated_table, &at, &row);) {
		struct balance *const balance = of_currency(balances, row.currency);

		balance->stated = true;
		balance->statement = row.minor;
	}
}

/* A customer's cash is what was paid beside the provider. */
static void add_entries(struct image *image, const struct state_table *table, bool payouts,
                        struct balances *balances)
{
	struct entry_row row;

	for (size_t at = 0; image_next_row(image, table, &at, &row);) {
		if (text_equal(row.account, "cash_in_transit"))
			of_currency(balances, row.currency)->in_transit += row.minor;
		if (payouts && text_equal(row.account, "cash"))
			of_currency(balances, row.currency)->cash += row.minor;
	}
}

void balance_gather(struct world *world, struct balances *balances)
{
	balances->count = 0;
	for (size_t i = 0; i < world->store.image_count; i++) {
		struct image *const image = &world->store.images[i];

		if (text_equal(image->stage->name, "customer"))
			add_entries(image, &entry_table, false, balances);
		if (!text_equal(image->stage->name, "payout"))
			continue;
		add_entries(image, &balance_entry_table, true, balances);
		add_moved(image, balances);
		add_payouts(image, balances);
		add_stated(image, balances);
	}
}

bool balance_holds(const struct balance *balance, char why[static WORLD_REASON_SIZE])
{
	const int64_t end = balance->net - balance->paid_out;
	const int64_t booked = end - balance->waits + balance->paid_out - balance->cash;

	if (balance->cash != balance->arrived)
		return world_broken(why, "payouts of %s brought %lld, and the books have %lld",
		                    balance->currency, (long long)balance->arrived,
		                    (long long)balance->cash);
	return balance->in_transit == booked ||
	       world_broken(why, "the balance of %s is %lld, and the books have %lld",
	                    balance->currency, (long long)booked, (long long)balance->in_transit);
}
