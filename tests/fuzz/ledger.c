/*
 * ledger - any bytes as a balance transaction, as a document of the ledger, or as an exchange rate: refused
 * with a reason, or usable. The first byte chooses.
 */
#include "services/billing-sync/ledger/booking.h"
#include "services/billing-sync/ledger/movement.h"
#include "services/billing-sync/rule/fx.h"

#include "common/base/check.h"

#include <string.h>

#define ARENA_BLOCK 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool transaction_use(struct arena *arena, struct bytes text, struct json_error *error)
{
	const struct booking_fact fact = { "ce-1", "cus_1", { 0 }, { 0 } };
	struct booking_charged of = { .charge = "ch_1",
		                      .presented = { 10000, "EUR" },
		                      .settled = { 10800, "USD" } };
	struct balance_transaction read;
	struct booking booking;

	if (!balance_transaction_read(arena, text, &read, error))
		return false;
	CHECK(read.amount - read.fee == read.net);
	if (booking_settlement(arena, &fact, "ch_1", of.presented, &read, &booking))
		CHECK(booking.journal.fault == JOURNAL_SOUND);
	if (booking_dispute(arena, &fact, &of, "dp_1", 10786, &read, &booking, &of.taken))
		CHECK(booking.journal.fault == JOURNAL_SOUND);
	if (booking_held(arena, &fact, &read, &booking))
		CHECK(booking.journal.fault == JOURNAL_SOUND);
	return true;
}

static bool document_use(struct arena *arena, uint8_t kind, struct bytes text,
                         struct json_error *error)
{
	struct currency_policy *const currencies = arena_zero(arena, sizeof(*currencies));
	struct movement_policy *const movements = arena_zero(arena, sizeof(*movements));
	char reason[CURRENCY_REASON_SIZE];
	struct fx_document fx;
	struct chart chart;
	struct money money;

	switch (kind) {
	case 0: return policy_parse(&chart_kind, arena, text, &chart, error);
	case 1: return policy_parse(&fx_kind, arena, text, &fx, error);
	case 2: return policy_parse(&movement_kind, arena, text, movements, error);
	default:
		if (!policy_parse(&currency_kind, arena, text, currencies, error))
			return false;
		if (!currency_read(currencies, "ISK", 500, &money, reason))
			CHECK(strlen(reason) > 0);
		return true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *const arena = arena_create(ARENA_BLOCK);
	struct bytes text = { data + 1, size - 1 };
	struct json_error error = { .reason = "" };
	struct ratio ratio;

	if (size == 0) {
		arena_destroy(arena);
		return 0;
	}
	switch (data[0] % 6) {
	case 4:
		if (!transaction_use(arena, text, &error))
			CHECK(error.reason[0] != '\0');
		break;
	case 5:
		if (ratio_parse(arena_text(arena, text.data, text.size), &ratio))
			CHECK(ratio.numerator > 0 && ratio.denominator > 0);
		break;
	default:
		if (!document_use(arena, data[0] % 6, text, &error))
			CHECK(error.reason[0] != '\0');
		break;
	}
	arena_destroy(arena);
	return 0;
}
