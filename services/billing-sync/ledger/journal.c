#include "services/billing-sync/ledger/journal.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

/* Building. */

struct journal journal_open(struct arena *arena, const char *reason, const char *object,
                            const char *cause, struct instant at, struct instant booked_at)
{
	return (struct journal){
		.id = arena_printf(arena, "%s/%s", reason, object),
		.at = at,
		.booked_at = booked_at,
		.cause = cause,
		.object = object,
		.reason = reason,
		.reverses = "",
	};
}

static void blame(struct journal *journal, enum journal_fault fault)
{
	if (journal->fault == JOURNAL_SOUND)
		journal->fault = fault;
}

void journal_add(struct journal *journal, enum account account, const char *customer,
                 const char *object, const char *currency, int64_t minor)
{
	struct journal_line line = { account, customer, object, { .minor = minor } };

	if (minor == 0)
		return;
	if (minor == INT64_MIN)
		blame(journal, JOURNAL_BEYOND);
	else if (money_exponent(currency) < 0)
		blame(journal, JOURNAL_CURRENCY);
	else if (journal->count == JOURNAL_LINES_MAX)
		blame(journal, JOURNAL_TOO_LONG);
	if (journal->fault != JOURNAL_SOUND)
		return;
	memcpy(line.amount.currency, currency, sizeof(line.amount.currency));
	journal->lines[journal->count++] = line;
}

void journal_take(struct journal *journal, enum account account, const char *customer,
                  const char *object, const char *currency, int64_t minor)
{
	int64_t opposite;

	if (__builtin_sub_overflow(INT64_C(0), minor, &opposite))
		blame(journal, JOURNAL_BEYOND);
	else
		journal_add(journal, account, customer, object, currency, opposite);
}

/* Sealing. */

bool journal_sum(const struct journal *journal, const char *currency, int64_t *sum)
{
	__extension__ __int128 total = 0;

	for (size_t i = 0; i < journal->count; i++)
		if (text_equal(journal->lines[i].amount.currency, currency))
			total += journal->lines[i].amount.minor;
	if (total > INT64_MAX || total < INT64_MIN)
		return false;
	*sum = (int64_t)total;
	return true;
}

static bool is_balanced(const struct journal *journal)
{
	for (size_t i = 0; i < journal->count; i++) {
		int64_t sum;

		if (!journal_sum(journal, journal->lines[i].amount.currency, &sum) || sum != 0)
			return false;
	}
	return true;
}

static bool is_name(const char *text, size_t max)
{
	return text[0] != '\0' && strlen(text) <= max;
}

static bool is_named(const struct journal *journal)
{
	for (size_t i = 0; i < journal->count; i++)
		if (strlen(journal->lines[i].customer) > JOURNAL_TEXT_MAX ||
		    strlen(journal->lines[i].object) > JOURNAL_ID_MAX)
			return false;
	return is_name(journal->id, JOURNAL_ID_MAX) && is_name(journal->cause, JOURNAL_TEXT_MAX) &&
	       is_name(journal->object, JOURNAL_ID_MAX) &&
	       is_name(journal->reason, JOURNAL_TEXT_MAX);
}

bool journal_seal(struct journal *journal)
{
	if (journal->count < 2)
		blame(journal, JOURNAL_LEGS);
	if (!is_balanced(journal))
		blame(journal, JOURNAL_UNEQUAL);
	if (!is_named(journal))
		blame(journal, JOURNAL_NAMELESS);
	return journal->fault == JOURNAL_SOUND;
}

const char *journal_fault_text(enum journal_fault fault)
{
	static const char *const texts[] = {
		[JOURNAL_SOUND] = "nothing is wrong",
		[JOURNAL_TOO_LONG] = "there are too many lines",
		[JOURNAL_BEYOND] = "an amount is beyond 64 bits",
		[JOURNAL_CURRENCY] = "a currency is not known",
		[JOURNAL_LEGS] = "there are fewer than two lines",
		[JOURNAL_UNEQUAL] = "the lines of a currency do not sum to zero",
		[JOURNAL_NAMELESS] = "an id, a cause or a reason is missing or too long",
	};

	return texts[fault];
}

struct journal journal_reverse(struct arena *arena, const struct journal *journal,
                               const char *cause, struct instant at, struct instant booked_at)
{
	struct journal reversal =
	    journal_open(arena, "reversal", journal->id, cause, at, booked_at);

	CHECK(journal->fault == JOURNAL_SOUND);
	reversal.reverses = journal->id;
	for (size_t i = 0; i < journal->count; i++) {
		reversal.lines[i] = journal->lines[i];
		reversal.lines[i].amount.minor = -journal->lines[i].amount.minor;
	}
	reversal.count = journal->count;
	return reversal;
}

int64_t journal_of(const struct journal *journal, enum account account, const char *currency)
{
	struct journal own = *journal;
	int64_t sum = 0;

	own.count = 0;
	for (size_t i = 0; i < journal->count; i++)
		if (journal->lines[i].account == account)
			own.lines[own.count++] = journal->lines[i];
	CHECK(journal_sum(&own, currency, &sum));
	return sum;
}

/* Rows. */

static const char *text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

void journal_rows(const struct journal *journal, struct entry_row rows[static JOURNAL_LINES_MAX])
{
	for (size_t i = 0; i < journal->count; i++) {
		const struct journal_line *const line = &journal->lines[i];

		rows[i] = (struct entry_row){
			.transaction_id = journal->id,
			.line = (int64_t)i + 1,
			.at = journal->at,
			.booked_at = journal->booked_at,
			.account = chart_name(line->account),
			.currency = line->amount.currency,
			.minor = line->amount.minor,
			.customer_id = text_or_null(line->customer),
			.object_id = text_or_null(line->object),
			.cause = journal->cause,
			.reason = journal->reason,
			.reverses = text_or_null(journal->reverses),
			.cut = journal->cut,
		};
	}
}

static bool line_read(const struct entry_row *row, struct journal *journal)
{
	enum account account;

	if (row->line != (int64_t)journal->count + 1 || !chart_find(row->account, &account) ||
	    !text_equal(row->transaction_id, journal->id))
		return false;
	journal_add(journal, account, row->customer_id != NULL ? row->customer_id : "",
	            row->object_id != NULL ? row->object_id : "", row->currency, row->minor);
	return true;
}

/* The object is what stands behind the reason in the id. */
bool journal_read(const struct entry_row *rows, size_t count, struct journal *journal)
{
	struct journal read = { .reverses = "" };

	if (count == 0)
		return false;
	read.id = rows->transaction_id;
	read.at = rows->at;
	read.booked_at = rows->booked_at;
	read.cause = rows->cause;
	read.reason = rows->reason;
	read.reverses = rows->reverses != NULL ? rows->reverses : "";
	read.cut = rows->cut;
	if (!text_starts(read.id, read.reason) || read.id[strlen(read.reason)] != '/')
		return false;
	read.object = read.id + strlen(read.reason) + 1;
	for (size_t i = 0; i < count; i++)
		if (!line_read(&rows[i], &read))
			return false;
	if (!journal_seal(&read))
		return false;
	*journal = read;
	return true;
}
