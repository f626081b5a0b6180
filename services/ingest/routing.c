#include "services/ingest/routing.h"

#include "common/base/status.h"
#include "common/base/text.h"

#include <string.h>

/* The segment of that number, from 0, or NULL. */
static const char *segment(struct arena *arena, const char *id, int number)
{
	for (; number > 0 && id != NULL; number--) {
		id = strchr(id, '/');
		id = id == NULL ? NULL : id + 1;
	}
	return id == NULL || id[0] == '\0' || id[0] == '/'
	           ? NULL
	           : arena_text(arena, id, strcspn(id, "/"));
}

const char *routing_key(struct arena *arena, const char *type, const char *id)
{
	static const struct {
		const char *type;
		int segment;
	} rows[] = { { "alert", 2 },  { "case", 1 },    { "discrepancy", 1 }, { "charge", 1 },
		     { "refund", 1 }, { "invoice", 1 }, { "credit_note", 1 } };
	const char *const first = segment(arena, id, 0);
	const char *key = NULL;

	for (size_t i = 0; first != NULL && i < COUNT_OF(rows); i++)
		if (strcmp(type, rows[i].type) == 0 && strcmp(first, type) == 0)
			key = segment(arena, id, rows[i].segment);
	if (strcmp(type, "period") == 0) /* all periods are of the same books */
		return "books";
	return key != NULL ? key : arena_string(arena, id);
}

bool routing_dead_letter_parse(struct arena *arena, const char *id, struct dead_letter_id *result)
{
	const char *const consumer = segment(arena, id, 0);
	const char *const topic = segment(arena, id, 1);
	const char *const partition = segment(arena, id, 2);
	const char *const sequence = strrchr(id, '/');
	int64_t number;
	struct dead_letter_id found = { .consumer = consumer, .topic = topic };

	if (consumer == NULL || topic == NULL || partition == NULL || segment(arena, id, 4) == NULL)
		return false;

	const char *const source = id + strlen(consumer) + strlen(topic) + strlen(partition) + 3;
	if (!text_number(partition, 0, INT32_MAX, &number) || source >= sequence ||
	    !text_number(sequence + 1, 0, INT64_MAX, &found.sequence))
		return false;
	found.partition = (int32_t)number;
	found.source = arena_text(arena, source, (size_t)(sequence - source));
	*result = found;
	return true;
}

bool routing_dead_letter(const char *id, int32_t partitions, int32_t *partition)
{
	struct arena *const arena = arena_create(256);
	struct dead_letter_id found;
	const bool known =
	    routing_dead_letter_parse(arena, id, &found) && found.partition < partitions;

	if (known)
		*partition = found.partition;
	arena_destroy(arena);
	return known;
}
