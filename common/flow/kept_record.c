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

/* One more than a record may have, so that it shows; the others of such a record nobody reads. */
#define HEADERS_KEPT_MAX (RECORD_HEADERS_MAX + 1)

struct header {
	struct bytes name; /* with its NUL */
	struct bytes value;
};

static size_t read_headers(const struct bus_record *from, size_t count, struct header *headers)
{
	struct bus_header header;
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		bus_record_header(from, i, &header);
		headers[i].name = (struct bytes){ header.name, strlen(header.name) + 1 };
		headers[i].value = header.value;
		size += headers[i].name.size + header.value.size;
	}
	return size;
}

struct kept_record *kept_record_of(const struct bus_record *from, int topic)
{
	const size_t count =
	    from->header_count < HEADERS_KEPT_MAX ? from->header_count : HEADERS_KEPT_MAX;
	const size_t fixed = sizeof(struct kept_record) + count * sizeof(struct log_header);
	struct header headers[HEADERS_KEPT_MAX];
	const size_t size =
	    fixed + read_headers(from, count, headers) + from->key.size + from->value.size;
	struct kept_record *const kept = memory_alloc(size);
	unsigned char *room = (unsigned char *)kept + fixed;

	kept->size = size;
	kept->references = 1;
	for (size_t i = 0; i < count; i++) {
		kept->headers[i].name = put(&room, headers[i].name).data;
		kept->headers[i].value = put(&room, headers[i].value);
	}
	kept->record = (struct log_record){ .topic = topic,
		                            .partition = from->partition,
		                            .offset = from->offset,
		                            .appended = from->appended,
		                            .key = put(&room, from->key),
		                            .value = put(&room, from->value),
		                            .headers = kept->headers,
		                            .header_count = count,
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
