#include "common/flow/kept_record.h"

#include "common/base/memory.h"

#include <string.h>

static struct bytes put(unsigned char **room, struct bytes value)
{
	struct bytes copy = { *room, value.size };

	if (value.data == NULL)
		return value;
	memcpy(*room, value.data, value.size);
	*room += value.size;
	return copy;
}

static size_t record_size(const struct bus_record *record)
{
	size_t size = record->key.size + record->value.size;
	struct bus_header header;

	for (size_t i = 0; i < record->header_count; i++) {
		bus_record_header(record, i, &header);
		size += strlen(header.name) + 1 + header.value.size;
	}
	return size;
}

struct kept_record *kept_record_of(const struct bus_record *from, int topic)
{
	const size_t fixed =
	    sizeof(struct kept_record) + from->header_count * sizeof(struct log_header);
	const size_t size = fixed + record_size(from);
	struct kept_record *const kept = memory_alloc(size);
	unsigned char *room = (unsigned char *)kept + fixed;
	struct bus_header header;

	kept->size = size;
	kept->references = 1;
	for (size_t i = 0; i < from->header_count; i++) {
		bus_record_header(from, i, &header);
		kept->headers[i].name =
		    put(&room, (struct bytes){ header.name, strlen(header.name) + 1 }).data;
		kept->headers[i].value = put(&room, header.value);
	}
	kept->record = (struct log_record){ .topic = topic,
		                            .partition = from->partition,
		                            .offset = from->offset,
		                            .appended = from->appended,
		                            .key = put(&room, from->key),
		                            .value = put(&room, from->value),
		                            .headers = kept->headers,
		                            .header_count = from->header_count,
		                            .handle = kept };
	bus_record_release(from->message);
	return kept;
}

void kept_record_retain(struct kept_record *kept)
{
	kept->references++;
}

void kept_record_release(struct kept_record *kept)
{
	if (kept != NULL && --kept->references == 0)
		memory_free(kept);
}
