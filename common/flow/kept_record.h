/*
 * kept_record - a record of the log as a copy of our own, in one block.
 *
 * The library has a dozen blocks for a record with its headers, which it has to find again one by one when the record goes, and it
 * keeps all that one answer of the broker brought until the last record of it is released. So a record that waits is a copy.
 */
#ifndef COMMON_FLOW_KEPT_RECORD_H
#define COMMON_FLOW_KEPT_RECORD_H

#include "common/flow/record.h"
#include "common/io/bus.h"

struct kept_record {
	struct log_record record; /* its handle is the kept record */
	size_t size;              /* of the block, in bytes */
	int references;
	struct log_header headers[];
};

/*
 * Releases what it copies. The topic is the place in the catalogue. It has one reference, which is the caller's. Of a record with more
 * than RECORD_HEADERS_MAX headers, which is refused, it has one more than so many.
 */
struct kept_record *kept_record_of(const struct bus_record *from, int topic);
void kept_record_retain(struct kept_record *kept);
void kept_record_release(struct kept_record *kept); /* NULL is allowed */

#endif
