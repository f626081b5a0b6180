/*
 * ticket_known - all records of a ticket as bytes, in one order whatever came first.
 *
 * Pure. The bytes are a version, the number of records that were left out, and the records by class, order and sequence. A record is
 * its size in two bytes, its class, its order, time and sequence in eight bytes each, and its fields.
 *
 * A class keeps those that come first in its order and those that come last: what was left out once is left out for ever, and the
 * same ones are kept in whatever order they came.
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_KNOWN_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_KNOWN_H

#include "services/kpi-aggregator/ticket/ticket_record.h"

#define TICKET_FACT_RECORDS 4 /* at most so many are added to what was opened */

struct ticket_entry {
	enum ticket_class class;
	int64_t order;
	struct instant at;
	int64_t sequence;
	struct bytes packed; /* the whole record */
	struct bytes fields; /* of it; absent in one that was added */
};
struct ticket_known {
	struct ticket_entry *entries;
	size_t count;
	size_t capacity;
	int64_t left_out;
};

/* Absent bytes are a ticket of which nothing is known. False: these are none of ours. Entries borrow from the bytes. */
bool ticket_known_open(struct arena *arena, struct bytes bytes,
                       struct ticket_known *known) MUST_CHECK;
/* False: nothing is another. Its fields live in the arena. */
bool ticket_known_add(struct arena *arena, struct ticket_known *known,
                      const struct ticket_record *record);
struct bytes ticket_known_pack(struct arena *arena, const struct ticket_known *known);

/* The records of each class, in their order. */
struct ticket_records {
	struct ticket_list {
		const struct ticket_record *items;
		size_t count;
	} of[RECORD_CLASSES];
	int64_t left_out;
};
bool ticket_records_read(struct arena *arena, struct bytes bytes,
                         struct ticket_records *records) MUST_CHECK;

#endif
