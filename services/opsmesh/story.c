#include "services/opsmesh/story.h"

#include "common/base/text.h"
#include "common/flow/record.h"
#include "common/io/protojson.h"
#include "common/io/zone.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>
#include <string.h>

#define LATE MINUTES(5) /* told so long after it happened: worth a word */

/* Words. */

/* Midnight UTC stands for midnight in the zone from here on. */
static struct instant local(const struct story *story, struct instant at)
{
	return time_add(at, SECONDS(story->zone == NULL ? 0 : zone_offset(story->zone, at)));
}

const char *story_day(const struct story *story, struct instant at)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	char text[TIME_TEXT_SIZE];
	struct date date;

	if (at.us == TIME_MIN.us || at.us < TIME_OLDEST.us)
		return "no time";
	date = date_of_days(local(story, at).us / DAYS(1).us);
	return arena_printf(story->arena, "%s %.10s", days[date_weekday(date)],
	                    time_format(local(story, at), text));
}

const char *story_clock_time(const struct story *story, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	if (at.us == TIME_MIN.us)
		return "";
	(void)time_format(local(story, at), text);
	return arena_text(story->arena, text + sizeof("2026-05-01T") - 1,
	                  strncmp(text + sizeof("2026-05-01T17:30") - 1, ":00", 3) == 0 ? 5 : 8);
}

const char *story_time(const struct story *story, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us
	           ? "no time"
	           : arena_printf(story->arena, "%.10s %s", time_format(local(story, at), text),
	                          story_clock_time(story, at));
}

const char *story_stamp(const struct story *story, const Google__Protobuf__Timestamp *at)
{
	struct instant instant;

	return at != NULL && proto_instant(at, &instant) ? story_time(story, instant) : "never";
}

const char *story_personal(const struct story *story, const Opsmesh__V1__PersonalText *text)
{
	if (text == NULL)
		return "";
	if (!story->revealed || text->content_case != OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT)
		return "[sealed]";
	return arena_printf(story->arena, "\"%s\"", text->text);
}

/* What all values of an enum begin with: up to the last underscore before they differ. */
static size_t common_prefix(const ProtobufCEnumDescriptor *type)
{
	const char *const first = type->values[0].name;
	size_t size = 0;

	for (size_t i = 0; first[i] != '\0'; i++) {
		for (unsigned n = 1; n < type->n_values; n++)
			if (strncmp(type->values[n].name, first, i + 1) != 0)
				return size;
		if (first[i] == '_')
			size = i + 1;
	}
	return size;
}

const char *story_plain(const struct story *story, const char *name)
{
	char *const text = arena_string(story->arena, name);

	for (char *at = text; *at != '\0'; at++) {
		if (*at == '_')
			*at = ' ';
		else if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	return text;
}

const char *story_word(const struct story *story, const ProtobufCEnumDescriptor *type, int value)
{
	const ProtobufCEnumValue *const found = protobuf_c_enum_descriptor_get_value(type, value);
	const char *word;

	if (found == NULL)
		return arena_printf(story->arena, "%d", value);
	word = story_plain(story, found->name + common_prefix(type));
	return text_equal(word, "unspecified") ? "unknown" : word;
}

const char *story_verbatim(const struct story *story, const char *word, const char *verbatim)
{
	return verbatim[0] == '\0' || text_equal(word, verbatim)
	           ? word
	           : arena_printf(story->arena, "%s (\"%s\")", word, verbatim);
}

const char *story_actor(const struct story *story, const Opsmesh__V1__Actor *actor)
{
	const char *role;

	if (actor == NULL)
		return "";
	role = actor->role == OPSMESH__V1__ROLE__ROLE_UNSPECIFIED
	           ? "somebody"
	           : story_word(story, &opsmesh__v1__role__descriptor, (int)actor->role);
	if (actor->on_behalf_of[0] != '\0')
		return arena_printf(story->arena, "%s %s via %s", role, actor->on_behalf_of,
		                    actor->principal);
	return actor->principal[0] == '\0'
	           ? role
	           : arena_printf(story->arena, "%s via %s", role, actor->principal);
}

const char *story_because(const struct story *story, const char *reason)
{
	const size_t size = strlen(reason);

	return size == 0 ? ""
	                 : arena_printf(story->arena, " (%.*s)",
	                                (int)(reason[size - 1] == '.' ? size - 1 : size), reason);
}

const char *story_saying(const struct story *story, const Opsmesh__V1__PersonalText *reason)
{
	return reason == NULL
	           ? ""
	           : arena_printf(story->arena, ", saying %s", story_personal(story, reason));
}

const char *story_contact(const struct story *story, const char *key)
{
	return text_starts(key, "address:")
	           ? arena_text(story->arena, key, text_fit(bytes_of(key), 20))
	           : key;
}

const char *story_list(const struct story *story, char **items, size_t count)
{
	const char *text = count == 0 ? "none" : items[0];

	for (size_t i = 1; i < count; i++)
		text = arena_printf(story->arena, "%s, %s", text, items[i]);
	return text;
}

/* A line. */

static const char *header_of(const struct story *story, const struct told *told, const char *name)
{
	struct log_header *headers;
	size_t count = 0;

	if (!headers_unpack(story->arena, told->headers, &headers, &count))
		return "something";

	const struct bytes value = record_header(headers, count, name);

	return value.data == NULL ? "something" : text_repair(story->arena, value, NULL);
}

static struct story_line dead_letter(const struct story *story, const struct told *told)
{
	return (struct story_line){
		header_of(story, told, "dlq_consumer"),
		arena_printf(
		    story->arena, "could not take %s: %s; see opsmesh dlq show %s/%s/%s/%s/%s",
		    header_of(story, told, "orig_ce_type"), header_of(story, told, "dlq_reason"),
		    header_of(story, told, "dlq_consumer"), header_of(story, told, "dlq_topic"),
		    header_of(story, told, "dlq_partition"), header_of(story, told, "dlq_source"),
		    header_of(story, told, "dlq_sequence")),
	};
}

static const char *writer_of(const struct told *told)
{
	for (const struct mesh_stage *row = mesh_stages; row->stage != NULL; row++)
		if (text_starts(told->stream, row->stage))
			return row->daemon;
	return told->stream;
}

static struct story_line as_json(const struct story *story, const struct told *told)
{
	struct buffer out = { 0 };
	const char *text;

	if (told->message == NULL)
		return (struct story_line){ NULL, arena_printf(story->arena,
			                                       "%s, which this build cannot read",
			                                       told->type) };
	protojson_write(&out, story->arena, told->message,
	                story->revealed ? PROTOJSON_REVEALED : PROTOJSON_SEALED);
	text = arena_printf(story->arena, "%s %.*s", told->type, (int)out.size,
	                    (const char *)out.data);
	buffer_finish(&out);
	return (struct story_line){ NULL, text };
}

static struct story_line tell(const struct story *story, const struct told *told)
{
	static struct story_line (*const tellers[])(const struct story *, const struct told *) = {
		[OPS_TICKETS] = story_ticket,         [OPS_SLA] = story_sla,
		[OPS_ALERTS] = story_alert,           [OPS_ACTIONS] = story_action,
		[OPS_TRIAGE] = story_triage,          [OPS_BY_INTENT] = story_errand,
		[OPS_ACCOUNTS] = story_account,       [OPS_BY_CONTACT] = story_errand,
		[OPS_BY_TICKET] = story_errand,       [OPS_CONTROL] = story_errand,
		[OPS_PROVIDER_EVENTS] = story_errand, [OPS_USAGE] = story_errand,
		[OPS_BILLING] = story_billing,        [OPS_BY_SOURCE] = story_errand,
		[OPS_BY_CHARGE] = story_errand,       [OPS_BY_CUSTOMER] = story_errand,
		[OPS_BY_PAYOUT] = story_errand,       [OPS_BY_BOOKS] = story_errand,
		[OPS_BY_ACCOUNT] = story_errand,      [OPS_BY_CARD] = story_errand,
		[OPS_MATERIAL] = story_errand,        [OPS_DISPUTES] = story_dispute,
		[OPS_BY_DISPUTE] = story_errand,
	};
	struct story_line line = { NULL, NULL };

	if (told->dead)
		return dead_letter(story, told);
	if (told->message != NULL && told->fact != NULL)
		line = story_answer(story, told);
	if (line.text == NULL && told->fact != NULL && (size_t)told->topic < COUNT_OF(tellers) &&
	    tellers[told->topic] != NULL)
		line = tellers[told->topic](story, told);
	return line.text != NULL ? line : as_json(story, told);
}

struct story_line story_tell(const struct story *story, const struct told *told)
{
	struct story_line line = tell(story, told);

	if (line.who == NULL || line.who[0] == '\0')
		line.who = writer_of(told);
	if (told->mesh.us != TIME_MIN.us && time_before(time_add(told->time, LATE), told->mesh))
		line.text = arena_printf(story->arena, "%s (said at %s)", line.text,
		                         story_time(story, told->mesh));
	return line;
}
