/*
 * Telling what waits: each sum that is more, or less, since it was told last. In slices, a second of mesh time apart.
 */
#include "services/chargeback/tally/tally.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/tally.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define SLICE 500 /* sums of one: some milliseconds */

static const char *date_text(struct arena *arena, struct instant day)
{
	char text[TIME_TEXT_SIZE];

	return arena_text(arena, time_format(day, text), strlen("2026-05-01"));
}

static enum status tell_one(struct task *task, const struct tally_row *row)
{
	Opsmesh__V1__TallyEvent event = OPSMESH__V1__TALLY_EVENT__INIT;
	Opsmesh__V1__TallyCounted counted = OPSMESH__V1__TALLY_COUNTED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	counted.day = text_mutable(date_text(task->arena, row->day));
	counted.dimension = text_mutable(row->dimension);
	counted.value = text_mutable(row->value);
	counted.payments = row->payments;
	counted.authenticated = row->authenticated;
	counted.events = row->events;
	counted.warning = (row->kind & TALLY_WARNING) != 0;
	counted.fraud = (row->kind & TALLY_FRAUD) != 0;
	counted.inquiry = (row->kind & TALLY_INQUIRY) != 0;
	counted.prevented = (row->kind & TALLY_PREVENTED) != 0;
	counted.compelling = (row->kind & TALLY_COMPELLING) != 0;
	amount.currency = text_mutable(row->currency);
	amount.minor = row->minor;
	counted.amount = *row->currency != '\0' ? &amount : NULL;
	event.watched = text_mutable(row->watched);
	event.occurred_at = proto_timestamp(task->arena, task->due);
	event.fact_case = OPSMESH__V1__TALLY_EVENT__FACT_COUNTED;
	event.counted = &counted;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_PROGRAMME,
	                                           .key = row->watched,
	                                           .time = task->due,
	                                           .message = &event.base });
}

enum status tally_tell(struct task *task, const char *key)
{
	struct tally_row row = { 0 };
	struct task_cursor cursor;

	task_scan(task, &tally_waiting_table, &row, 0, &cursor);
	for (int i = 0; task_next(task, &cursor, &row); i++) {
		if (i == SLICE) {
			task_timer_set(task, TALLY_TIMER, key, time_add(task->due, SECONDS(1)));
			return STATUS_OK;
		}
		TRY(tell_one(task, &row));
		task_remove(task, &tally_waiting_table, &row);
	}
	return STATUS_OK;
}
