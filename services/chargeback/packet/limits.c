#include "services/chargeback/packet/limits.h"

#include "common/base/text.h"

const char *const packet_field_kind_names[] = { "text", "value", "file", NULL };
const char *const packet_paper_names[] = { "a4", "letter", NULL };

/* A part of the document, with these fields alone. */
static bool part_at(const struct json_place *top, const char *name, const char *const *fields,
                    struct json_place *part, struct json_error *error)
{
	const char *source;

	return json_object_at(top, name, part, error) && json_only(part, fields, error) &&
	       json_text_if(part, "source", POLICY_SOURCE_MAX, &source, error);
}

static bool characters_read(const struct json_place *top, struct packet_limits *limits,
                            struct json_error *error)
{
	static const char *const fields[] = { "together", "source", NULL };
	struct json_place part;

	return part_at(top, "characters", fields, &part, error) &&
	       json_integer_at(&part, "together", 1, PACKET_CHARACTERS_MAX, &limits->characters,
	                       error);
}

static bool files_read(struct arena *arena, const struct json_place *top,
                       struct packet_limits *limits, struct json_error *error)
{
	static const char *const fields[] = { "bytes_together", "media_types", "source", NULL };
	static const char *const known[] = { "application/pdf", "image/jpeg", "image/png", NULL };
	struct json_place part;

	if (!part_at(top, "files", fields, &part, error) ||
	    !json_integer_at(&part, "bytes_together", 1, PACKET_BYTES_MAX, &limits->bytes, error) ||
	    !policy_words_if(arena, &part, "media_types", PACKET_MEDIA_TYPES_MAX,
	                     &limits->media_types, error))
		return false;
	if (limits->media_types[0] == NULL)
		return json_refuse(&part, "media_types", error, "must have a media type");
	for (const char *const *type = limits->media_types; *type != NULL; type++)
		if (!text_among(known, *type))
			return json_refuse(&part, "media_types", error,
			                   "has one that cannot be joined with others");
	return true;
}

static bool network_read(struct arena *arena, const struct json_place *item,
                         struct packet_network *network, struct json_error *error)
{
	static const char *const fields[] = { "network", "most", NULL };
	int64_t most;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "network", &network->network, error) ||
	    !json_integer_at(item, "most", 1, PACKET_PAGES_MAX, &most, error))
		return false;
	network->pages = (int32_t)most;
	return true;
}

static bool networks_read(struct arena *arena, const struct json_place *part,
                          struct packet_limits *limits, struct json_error *error)
{
	struct packet_network *networks;
	struct json_place list;

	if (!json_array_if(part, "networks", PACKET_NETWORKS_MAX, &list, error))
		return false;
	networks = arena_zero(arena, (json_count(&list) + 1) * sizeof(*networks));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!network_read(arena, &item, &networks[i], error))
			return false;
		for (size_t k = 0; k < i; k++)
			if (text_equal(networks[k].network, networks[i].network))
				return json_refuse(&item, "network", error,
				                   "stands in the list twice");
	}
	limits->networks = networks;
	limits->network_count = json_count(&list);
	return true;
}

static bool pages_read(struct arena *arena, const struct json_place *top,
                       struct packet_limits *limits, struct json_error *error)
{
	static const char *const fields[] = { "most", "networks", "source", NULL };
	struct json_place part;
	int64_t most;

	if (!part_at(top, "pages", fields, &part, error) ||
	    !json_integer_at(&part, "most", 1, PACKET_PAGES_MAX, &most, error))
		return false;
	limits->pages = (int32_t)most;
	return networks_read(arena, &part, limits, error);
}

static bool paper_read(const struct json_place *top, struct packet_limits *limits,
                       struct json_error *error)
{
	static const char *const fields[] = { "size", "points", "source", NULL };
	struct json_place part;
	int64_t points;
	int size;

	if (!part_at(top, "paper", fields, &part, error) ||
	    !json_word_at(&part, "size", packet_paper_names, &size, error) ||
	    !json_integer_at(&part, "points", PACKET_POINTS_MIN, PACKET_POINTS_MAX, &points, error))
		return false;
	limits->paper = (enum packet_paper)size;
	limits->points = (int32_t)points;
	return true;
}

static bool fee_read_if(const struct json_place *item, struct money *fee, struct json_error *error)
{
	static const char *const fields[] = { "currency", "minor", NULL };
	struct json_place place;

	return !json_has(item, "fee") ||
	       (json_object_at(item, "fee", &place, error) && json_only(&place, fields, error) &&
	        policy_currency_at(&place, "currency", fee->currency, error) &&
	        json_integer_at(&place, "minor", 1, PACKET_FEE_MAX, &fee->minor, error));
}

static bool compliance_read(struct arena *arena, const struct json_place *item,
                            struct packet_compliance *compliance, struct json_error *error)
{
	static const char *const fields[] = { "network", "field", "fee", NULL };

	return json_only(item, fields, error) &&
	       policy_word_at(arena, item, "network", &compliance->network, error) &&
	       policy_word_at(arena, item, "field", &compliance->field, error) &&
	       fee_read_if(item, &compliance->fee, error);
}

static bool compliances_read(struct arena *arena, const struct json_place *top,
                             struct packet_limits *limits, struct json_error *error)
{
	static const char *const fields[] = { "networks", "source", NULL };
	struct packet_compliance *compliances;
	struct json_place part;
	struct json_place list;

	if (!json_has(top, "compliance"))
		return true;
	if (!part_at(top, "compliance", fields, &part, error) ||
	    !json_array_at(&part, "networks", PACKET_NETWORKS_MAX, &list, error))
		return false;
	compliances = arena_zero(arena, (json_count(&list) + 1) * sizeof(*compliances));
	limits->compliances = compliances;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!compliance_read(arena, &item, &compliances[i], error))
			return false;
		if (packet_compliance_of(limits, compliances[i].network) != NULL)
			return json_refuse(&item, "network", error, "stands in the list twice");
		limits->compliance_count = i + 1;
	}
	return true;
}

static bool field_read(struct arena *arena, const struct json_place *item,
                       struct packet_field *field, struct json_error *error)
{
	static const char *const fields[] = { "name", "kind", "characters", NULL };
	int kind;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "name", &field->name, error) ||
	    !json_word_at(item, "kind", packet_field_kind_names, &kind, error))
		return false;
	field->kind = (enum packet_field_kind)kind;
	if (field->kind != PACKET_FILE)
		return json_integer_at(item, "characters", 1, PACKET_CHARACTERS_MAX,
		                       &field->characters, error);
	return !json_has(item, "characters") ||
	       json_refuse(item, "characters", error, "must not stand at a file");
}

static bool fields_read(struct arena *arena, const struct json_place *top,
                        struct packet_limits *limits, struct json_error *error)
{
	struct packet_field *fields;
	struct json_place list;

	if (!json_array_at(top, "fields", PACKET_FIELDS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(top, "fields", error, "must have a field");
	fields = arena_zero(arena, json_count(&list) * sizeof(*fields));
	limits->fields = fields;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!field_read(arena, &item, &fields[i], error))
			return false;
		if (packet_field_of(limits, fields[i].name) != NULL)
			return json_refuse(&item, "name", error, "stands in the list twice");
		limits->field_count = i + 1;
	}
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "characters", "files",      "pages", "paper",
	                                       "fields",     "compliance", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct packet_limits *const limits = result;

	return characters_read(top, limits, error) && files_read(arena, top, limits, error) &&
	       pages_read(arena, top, limits, error) && paper_read(top, limits, error) &&
	       compliances_read(arena, top, limits, error) &&
	       fields_read(arena, top, limits, error);
}

const struct policy_kind packet_limits_kind = {
	.folder = "packet",
	.size = sizeof(struct packet_limits),
	.fields = document_fields,
	.read = document_read,
};

/* Asking. */

const struct packet_field *packet_field_of(const struct packet_limits *limits, const char *name)
{
	for (size_t i = 0; i < limits->field_count; i++)
		if (text_equal(limits->fields[i].name, name))
			return &limits->fields[i];
	return NULL;
}

const char *packet_field_list(struct arena *arena, const struct packet_limits *limits,
                              bool files_only)
{
	const char *list = "";

	for (size_t i = 0; i < limits->field_count; i++)
		if (!files_only || limits->fields[i].kind == PACKET_FILE)
			list = arena_printf(arena, "%s%s%s", list, *list != '\0' ? ", " : "",
			                    limits->fields[i].name);
	return list;
}

int32_t packet_pages_most(const struct packet_limits *limits, const char *network)
{
	int32_t most = limits->pages;

	for (size_t i = 0; i < limits->network_count; i++)
		if (text_equal(limits->networks[i].network, network) &&
		    limits->networks[i].pages < most)
			most = limits->networks[i].pages;
	return most;
}

const struct packet_compliance *packet_compliance_of(const struct packet_limits *limits,
                                                     const char *network)
{
	for (size_t i = 0; i < limits->compliance_count; i++)
		if (text_equal(limits->compliances[i].network, network))
			return &limits->compliances[i];
	return NULL;
}

int64_t packet_characters(const char *text)
{
	int64_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}
