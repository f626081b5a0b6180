#include "services/kpi-aggregator/ticket/ticket_known.h"

#include "common/base/check.h"
#include "common/base/packed.h"

#include <string.h>

#define VERSION 1
#define TOP 9   /* version and what was left out */
#define HEAD 25 /* of a record behind its size: class, order, time, sequence */
#define SIZE 2  /* of a record's size */
#define SMALLEST (SIZE + HEAD)

/* In. */

static bool take_entry(struct packed *packed, struct ticket_entry *entry)
{
	const unsigned char *const start = packed->data;
	const size_t size =
	    (size_t)packed_u8(packed, UINT8_MAX) << 8 | packed_u8(packed, UINT8_MAX);

	if (size < HEAD || packed->left < size)
		return false;
	entry->class = (enum ticket_class)packed_u8(packed, RECORD_CLASSES - 1);
	entry->order = (int64_t)packed_u64(packed);
	entry->at = packed_time(packed);
	entry->sequence = (int64_t)packed_u64(packed);
	entry->packed = (struct bytes){ start, SIZE + size };
	entry->fields = (struct bytes){ start + SMALLEST, size - HEAD };
	packed->data += entry->fields.size;
	packed->left -= entry->fields.size;
	return !packed->failed;
}

bool ticket_known_open(struct arena *arena, struct bytes bytes, struct ticket_known *known)
{
	struct packed packed = packed_open(bytes);

	*known = (struct ticket_known){ .capacity = bytes.size / SMALLEST + TICKET_FACT_RECORDS };
	known->entries = arena_alloc(arena, known->capacity * sizeof(*known->entries));
	if (bytes.data == NULL)
		return true;
	if (packed_u8(&packed, UINT8_MAX) != VERSION)
		return false;
	known->left_out = packed_i64(&packed, 0, INT64_MAX);
	while (packed.left > 0)
		if (!take_entry(&packed, &known->entries[known->count++]))
			return false;
	return packed_done(&packed);
}

/* Adding. */

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Of one clock there is one record, whatever its sequence. */
static int compare(const struct ticket_entry *a, const struct ticket_entry *b)
{
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->order != b->order || ticket_classes[a->class].by_clock)
		return compare_numbers(a->order, b->order);
	return compare_numbers(a->sequence, b->sequence);
}

/* Where it belongs; most come last in their class, and classes are few. */
static size_t place_of(const struct ticket_known *known, const struct ticket_entry *entry)
{
	size_t low = 0;
	size_t high = known->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(&known->entries[middle], entry) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where a class begins; of the one behind the last: the end. */
static size_t class_start(const struct ticket_known *known, unsigned class)
{
	size_t at = 0;

	while (at < known->count && (unsigned)known->entries[at].class < class)
		at++;
	return at;
}

static void drop(struct ticket_known *known, size_t at)
{
	known->count--;
	memmove(&known->entries[at], &known->entries[at + 1],
	        (known->count - at) * sizeof(known->entries[0]));
}

/* The place within the class that is dropped when it has one too many. True: there is one. */
static bool surplus(const struct ticket_known *known, enum ticket_class class, size_t *at)
{
	const struct ticket_class_rule *const rule = &ticket_classes[class];
	const size_t start = class_start(known, class);
	const size_t count = class_start(known, (unsigned)class + 1) - start;

	*at = start + rule->first;
	return count > rule->first + rule->last;
}

static struct ticket_entry entry_of(struct arena *arena, const struct ticket_record *record)
{
	struct buffer fields = { 0 };
	struct buffer out = { 0 };

	ticket_record_pack(&fields, record);
	pack_u8(&out, (uint32_t)((HEAD + fields.size) >> 8));
	pack_u8(&out, (uint32_t)((HEAD + fields.size) & UINT8_MAX));
	pack_u8(&out, (uint32_t)record->class);
	pack_i64(&out, ticket_record_order(record));
	pack_time(&out, record->at);
	pack_i64(&out, record->sequence);
	buffer_add(&out, fields.data, fields.size);
	buffer_finish(&fields);
	return (struct ticket_entry){ .class = record->class,
		                      .order = ticket_record_order(record),
		                      .at = record->at,
		                      .sequence = record->sequence,
		                      .packed = pack_end(arena, &out) };
}

bool ticket_known_add(struct arena *arena, struct ticket_known *known,
                      const struct ticket_record *record)
{
	const struct ticket_entry entry = entry_of(arena, record);
	const size_t place = place_of(known, &entry);
	size_t middle;

	if (place < known->count && compare(&known->entries[place], &entry) == 0) {
		if (known->entries[place].sequence >= entry.sequence)
			return false;
		known->entries[place] = entry;
		return true;
	}
	CHECK(known->count < known->capacity);
	memmove(&known->entries[place + 1], &known->entries[place],
	        (known->count - place) * sizeof(known->entries[0]));
	known->entries[place] = entry;
	known->count++;
	if (!surplus(known, record->class, &middle))
		return true;
	drop(known, middle);
	known->left_out += ticket_classes[record->class].counted ? 1 : 0;
	return middle != place || ticket_classes[record->class].counted;
}

/* Out. */

struct bytes ticket_known_pack(struct arena *arena, const struct ticket_known *known)
{
	size_t size = TOP;

	for (size_t i = 0; i < known->count; i++)
		size += known->entries[i].packed.size;
	unsigned char *const bytes = arena_alloc(arena, size);
	unsigned char *at = bytes + TOP;
	struct buffer top = { 0 };

	pack_u8(&top, VERSION);
	pack_i64(&top, known->left_out);
	memcpy(bytes, top.data, TOP);
	buffer_finish(&top);
	for (size_t i = 0; i < known->count; i++) {
		memcpy(at, known->entries[i].packed.data, known->entries[i].packed.size);
		at += known->entries[i].packed.size;
	}
	return (struct bytes){ bytes, size };
}

/* All of it. */

bool ticket_records_read(struct arena *arena, struct bytes bytes, struct ticket_records *records)
{
	struct ticket_known known;

	if (!ticket_known_open(arena, bytes, &known))
		return false;
	struct ticket_record *const items = arena_alloc(arena, (known.count + 1) * sizeof(*items));

	*records = (struct ticket_records){ .left_out = known.left_out };
	for (size_t i = 0; i < known.count; i++) {
		const struct ticket_entry *const entry = &known.entries[i];
		struct ticket_list *const list = &records->of[entry->class];

		items[i] = ticket_record_of(entry->class, entry->at, entry->sequence);
		if (!ticket_record_unpack(arena, entry->fields, &items[i]))
			return false;
		if (list->count++ == 0)
			list->items = &items[i];
	}
	return true;
}
