#include "services/kpi-aggregator/ticket/ticket_record.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

const struct ticket_class_rule ticket_classes[RECORD_CLASSES] = {
	[RECORD_OPENED] = { .first = 1 },
	[RECORD_BEGAN] = { .first = 1 },
	[RECORD_RESOLVED] = { .first = 8 },
	[RECORD_TAGGED] = { .last = 1 },
	[RECORD_MESSAGE] = { .first = 128, .last = 128, .counted = true, .by_time = true },
	[RECORD_TOUCHED] = { .first = 1, .by_time = true },
	[RECORD_STATUS] = { .first = 64, .last = 64, .counted = true },
	[RECORD_ASSIGNED] = { .first = 32, .last = 32, .counted = true },
	[RECORD_CSAT] = { .first = 8, .last = 8, .counted = true },
	[RECORD_JUDGED] = { .first = 16, .last = 80, .counted = true },
	[RECORD_CLOCK] = { .first = 64, .last = 64, .counted = true, .by_clock = true },
};

/* Fields, and how they are written. */

enum field_kind { FIELD_CODE, FIELD_MARK, FIELD_NUMBER, FIELD_TIME, FIELD_TEXT };
struct field {
	enum field_kind kind;
	size_t offset;
	uint32_t max; /* of a code */
};

#define CODE(name, most)                                                 \
	{                                                                \
		FIELD_CODE, offsetof(struct ticket_record, name), (most) \
	}
#define MARK(name)                                                  \
	{                                                           \
		FIELD_MARK, offsetof(struct ticket_record, name), 0 \
	}
#define NUMBER(name)                                                  \
	{                                                             \
		FIELD_NUMBER, offsetof(struct ticket_record, name), 0 \
	}
#define TIME(name)                                                  \
	{                                                           \
		FIELD_TIME, offsetof(struct ticket_record, name), 0 \
	}
#define TEXT(name)                                                  \
	{                                                           \
		FIELD_TEXT, offsetof(struct ticket_record, name), 0 \
	}
#define FIELDS_MAX 10

static const struct layout {
	struct field fields[FIELDS_MAX];
	size_t count;
} layouts[RECORD_CLASSES] = {
	[RECORD_OPENED] = { { CODE(role, TICKET_ROLES - 1), CODE(status, TICKET_STATUSES - 1),
	                      TEXT(channel), TEXT(product) },
	                    4 },
	[RECORD_BEGAN] = { { CODE(role, TICKET_ROLES - 1) }, 1 },
	[RECORD_RESOLVED] = { { TEXT(account), TEXT(tier), TEXT(region) }, 3 },
	[RECORD_TAGGED] = { { TEXT(product) }, 1 },
	[RECORD_MESSAGE] = { { CODE(role, TICKET_ROLES - 1), TEXT(message), TEXT(agent) }, 3 },
	[RECORD_TOUCHED] = { .count = 0 },
	[RECORD_STATUS] = { { CODE(from, TICKET_STATUSES - 1), CODE(status, TICKET_STATUSES - 1),
	                      TEXT(message) },
	                    3 },
	[RECORD_ASSIGNED] = { { TEXT(agent), TEXT(team) }, 2 },
	[RECORD_CSAT] = { { NUMBER(score), NUMBER(scale), TEXT(agent), TEXT(team) }, 4 },
	[RECORD_JUDGED] = { { CODE(kind, TICKET_JUDGEMENTS - 1), CODE(category, UINT8_MAX),
	                      CODE(cause, UINT8_MAX), MARK(escalated), MARK(otherwise),
	                      NUMBER(confidence_ppm), TEXT(message), TEXT(language), TEXT(intent),
	                      TEXT(queue) },
	                    10 },
	[RECORD_CLOCK] = { { CODE(kind, UINT8_MAX), NUMBER(instance),
	                     CODE(status, TICKET_CLOCK_STATES - 1), MARK(retroactive),
	                     NUMBER(target_us), NUMBER(elapsed_us), TIME(due), TIME(began) },
	                   8 },
};

static const size_t texts[] = {
	offsetof(struct ticket_record, message),  offsetof(struct ticket_record, agent),
	offsetof(struct ticket_record, team),     offsetof(struct ticket_record, channel),
	offsetof(struct ticket_record, product),  offsetof(struct ticket_record, account),
	offsetof(struct ticket_record, tier),     offsetof(struct ticket_record, region),
	offsetof(struct ticket_record, language), offsetof(struct ticket_record, intent),
	offsetof(struct ticket_record, queue),
};

struct ticket_record ticket_record_of(enum ticket_class class, struct instant at, int64_t sequence)
{
	struct ticket_record record = {
		.class = class, .at = at, .sequence = sequence, .due = TIME_MIN, .began = TIME_MIN
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		*(const char **)(void *)((char *)&record + texts[i]) = "";
	return record;
}

int64_t ticket_record_order(const struct ticket_record *record)
{
	const struct ticket_class_rule *const rule = &ticket_classes[record->class];

	if (rule->by_clock)
		return ((int64_t)record->kind << 32) | record->instance;
	return rule->by_time ? record->at.us : 0;
}

static void pack_cut(struct buffer *out, const char *text)
{
	const size_t size = text_fit(bytes_of(text), TICKET_TEXT_MAX);

	pack_u8(out, (uint32_t)size);
	buffer_add(out, text, size);
}

static void pack_field(struct buffer *out, enum field_kind kind, const void *at)
{
	switch (kind) {
	case FIELD_CODE: pack_u8(out, *(const uint32_t *)at); break;
	case FIELD_MARK: pack_bool(out, *(const bool *)at); break;
	case FIELD_NUMBER: pack_i64(out, *(const int64_t *)at); break;
	case FIELD_TIME: pack_time(out, *(const struct instant *)at); break;
	case FIELD_TEXT: pack_cut(out, *(const char *const *)at); break;
	}
}

void ticket_record_pack(struct buffer *out, const struct ticket_record *record)
{
	const struct layout *const layout = &layouts[record->class];

	for (size_t i = 0; i < layout->count; i++)
		pack_field(out, layout->fields[i].kind,
		           (const char *)record + layout->fields[i].offset);
}

static void unpack_field(struct arena *arena, struct packed *packed, const struct field *field,
                         void *at)
{
	switch (field->kind) {
	case FIELD_CODE: *(uint32_t *)at = packed_u8(packed, field->max); break;
	case FIELD_MARK: *(bool *)at = packed_bool(packed); break;
	case FIELD_NUMBER: *(int64_t *)at = packed_i64(packed, INT64_MIN, INT64_MAX); break;
	case FIELD_TIME: *(struct instant *)at = packed_time(packed); break;
	case FIELD_TEXT: *(const char **)at = packed_string(arena, packed); break;
	}
}

bool ticket_record_unpack(struct arena *arena, struct bytes bytes, struct ticket_record *record)
{
	const struct layout *const layout = &layouts[record->class];
	struct packed packed = packed_open(bytes);

	for (size_t i = 0; i < layout->count; i++)
		unpack_field(arena, &packed, &layout->fields[i],
		             (char *)record + layout->fields[i].offset);
	return packed_done(&packed);
}
