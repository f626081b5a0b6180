#include "services/billing-sync/customer_money/customer_noted.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/ledger/booking.h"

#include <string.h>

#define VERSION 1
#define CAUSE "not_placed"

static const struct column columns[] = {
	COLUMN(struct noted_row, customer_id),
	COLUMN(struct noted_row, refund_id),
	COLUMN(struct noted_row, body),
	COLUMN_END,
};
const struct state_table noted_table = { .name = "noted_refund",
	                                 .columns = columns,
	                                 .key_columns = 2,
	                                 .row_size = sizeof(struct noted_row) };

/* One refund at hand. */
struct noted {
	struct customer *customer;
	const char *refund;
	bool known;
	bool failed;
	struct instant made;
	size_t count;
	struct noted_part parts[NOTED_MAX]; /* in the order of the notes */
};

/* Rows. */

static bool decode(struct arena *arena, struct bytes bytes, struct noted *it)
{
	struct packed from = packed_open(bytes);

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	it->failed = packed_bool(&from);
	it->made = packed_time(&from);
	it->count = packed_u8(&from, NOTED_MAX);
	for (size_t i = 0; i < it->count; i++) {
		struct noted_part *const part = &it->parts[i];

		part->note = packed_string(arena, &from);
		packed_text(&from, part->amount.currency, sizeof(part->amount.currency));
		part->amount.minor = packed_i64(&from, 1, INT64_MAX);
		part->at = packed_time(&from);
	}
	return packed_done(&from);
}

static enum status load(struct customer *customer, const char *refund, struct noted *it)
{
	struct task *const task = customer->task;
	struct noted_row row = { .customer_id = customer->row.customer_id, .refund_id = refund };

	*it = (struct noted){ .customer = customer, .refund = refund, .made = TIME_MIN };
	it->known = task_load(task, &noted_table, &row);
	return !it->known || decode(task->arena, row.body, it)
	           ? STATUS_OK
	           : task_fail(task, STATUS_FATAL, "refund %s: its notes cannot be read", refund);
}

static void save(const struct noted *it)
{
	struct task *const task = it->customer->task;
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_bool(&out, it->failed);
	pack_time(&out, it->made);
	pack_u8(&out, (uint32_t)it->count);
	for (size_t i = 0; i < it->count; i++) {
		pack_text(&out, it->parts[i].note);
		pack_text(&out, it->parts[i].amount.currency);
		pack_i64(&out, it->parts[i].amount.minor);
		pack_time(&out, it->parts[i].at);
	}
	task_save(task, &noted_table,
	          &(struct noted_row){ .customer_id = it->customer->row.customer_id,
	                               .refund_id = it->refund,
	                               .body = pack_end(task->arena, &out) });
}

/* Booking. */

static enum status observe(const struct noted *it, const struct noted_part *part)
{
	struct finding finding = {
		.cause = CAUSE,
		.root = part->note,
		.evidence = { .object = it->refund,
		              .expected = booked_units(it->customer, part->amount.currency,
		                                       part->amount.minor) },
		.sentence = "A refund that a credit note was made by has failed: the customer has "
			    "not got it, and is owed it.",
	};

	if (part->amount.minor == 0)
		return customer_clear(it->customer, CAUSE, part->note, it->refund);
	memcpy(finding.evidence.currency, part->amount.currency, sizeof(finding.evidence.currency));
	return customer_observe(it->customer, &finding);
}

/* Nobody says when it failed: it is owed since there are a note and a refund that does not pay it. */
static enum status book(const struct noted *it, struct noted_part part)
{
	struct task *const task = it->customer->task;
	const struct booking_fact fact = booked_fact(it->customer, time_later(part.at, it->made));
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	bool booked;

	if (!it->failed)
		part.amount.minor = 0;
	if (!booking_not_refunded(task->arena, &fact, part.note, it->refund, part.amount, booking))
		return task_refuse(task, "%s cannot be booked: %s", booking->journal.id,
		                   journal_fault_text(booking->journal.fault));
	TRY(restated_book(task, &booking->journal, &booked));
	return booked ? observe(it, &part) : STATUS_OK;
}

/* What is heard. */

/* False: too many. */
static bool put(struct noted *it, const struct noted_part *part)
{
	size_t at = 0;

	while (at < it->count && strcmp(it->parts[at].note, part->note) < 0)
		at++;
	const bool there = at < it->count && text_equal(it->parts[at].note, part->note);
	const bool stays = part->amount.minor > 0;

	if (!there && it->count == NOTED_MAX)
		return !stays;
	if (there != stays) {
		const size_t from = at + there;

		memmove(&it->parts[at + stays], &it->parts[from],
		        (it->count - from) * sizeof(it->parts[0]));
		it->count = it->count - there + stays;
	}
	if (stays)
		it->parts[at] = *part;
	return true;
}

enum status noted_by_note(struct customer *customer, const char *refund,
                          const struct noted_part *part)
{
	struct noted *const it = arena_alloc(customer->task->scratch, sizeof(*it));

	TRY(load(customer, refund, it));
	if (!it->known && part->amount.minor == 0)
		return STATUS_OK;
	if (!put(it, part))
		return task_refuse(customer->task, "refund %s: more than %d credit notes name it",
		                   refund, NOTED_MAX);
	save(it);
	return it->failed ? book(it, *part) : STATUS_OK;
}

enum status noted_refund(struct customer *customer, const char *refund, bool failed,
                         struct instant at)
{
	struct noted *const it = arena_alloc(customer->task->scratch, sizeof(*it));

	TRY(load(customer, refund, it));
	if (it->failed == failed && (!failed || it->made.us == at.us))
		return STATUS_OK;
	it->failed = failed;
	it->made = at;
	save(it);
	for (size_t i = 0; i < it->count; i++)
		TRY(book(it, it->parts[i]));
	return STATUS_OK;
}
