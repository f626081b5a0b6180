/*
 * kpi_tickets_test - facts of tickets in, what kpi-aggregator observes of them out.
 *
 *   kpi_tickets_test UNTIL       microseconds since 1970: the last midnights are taken before then
 *
 * On standard input a line for each fact: "t", "c" or "s" for tickets, classifier, clocks; its sequence; the packed event in hex. An
 * empty line ends a ticket. On standard output a JSON object for each observation.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/kpi-aggregator/ticket/ticket_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONES 2

struct desk {
	struct arena *arena; /* of one ticket */
	struct bytes known;
	struct subject_midnight midnights[ZONES];
};

/* Out. */

static void show(const struct observation *it)
{
	printf("{\"kind\":\"%s\",\"number\":\"%s\"", vocabulary_kinds[it->kind].name, it->number);
	for (int i = 0; i < OBSERVATION_WORDS; i++)
		printf(",\"%s\":\"%s\"", vocabulary_words[i].name, it->words[i]);
	for (int i = 0; i < OBSERVATION_TIMES; i++)
		if (it->times[i].us != TIME_MIN.us)
			printf(",\"%s\":%" PRId64, vocabulary_times[i].name, it->times[i].us);
	for (int i = 0; i < OBSERVATION_NUMBERS; i++)
		printf(",\"%s\":%" PRId64, vocabulary_numbers[i].name, it->numbers[i]);
	for (int i = 0; i < OBSERVATION_MARKS; i++)
		printf(",\"%s\":%s", vocabulary_marks[i].name,
		       observation_is(it, (enum observation_mark)i) ? "true" : "false");
	puts("}");
}

static void show_ticket(struct desk *desk)
{
	const struct subject_horizon horizon = { desk->midnights, ZONES };
	struct observations all = { .arena = desk->arena };

	CHECK(subject_ticket.observe("ticket/t", desk->known, &horizon, &all));
	for (size_t i = 0; i < all.count; i++)
		show(&all.items[i]);
	arena_reset(desk->arena);
	desk->known = (struct bytes){ NULL, 0 };
}

/* In. */

static const ProtobufCMessage *unpacked(struct desk *desk, const ProtobufCMessageDescriptor *type,
                                        struct bytes packed)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(desk->arena, type, packed, &message, reason));
	return message;
}

static struct instant instant_of(const Google__Protobuf__Timestamp *timestamp)
{
	struct instant at;

	CHECK(proto_instant(timestamp, &at));
	return at;
}

static void read_fact(struct desk *desk, char topic, int64_t sequence, struct bytes packed,
                      struct ticket_fact *fact)
{
	if (topic == 't') {
		const Opsmesh__V1__TicketEvent *const event =
		    (const void *)unpacked(desk, &opsmesh__v1__ticket_event__descriptor, packed);

		ticket_read(event, instant_of(event->occurred_at), sequence, fact);
	} else if (topic == 'c') {
		const Opsmesh__V1__TriageEvent *const event =
		    (const void *)unpacked(desk, &opsmesh__v1__triage_event__descriptor, packed);

		ticket_read_triage(event, instant_of(event->occurred_at), sequence, fact);
	} else {
		const Opsmesh__V1__SlaEvent *const event =
		    (const void *)unpacked(desk, &opsmesh__v1__sla_event__descriptor, packed);

		ticket_read_sla(event, instant_of(event->occurred_at), sequence, fact);
	}
}

/* "t 17 0a0254..." */
static void take(struct desk *desk, char *line)
{
	char *const sequence = strchr(line, ' ');
	char *const hex = sequence != NULL ? strchr(sequence + 1, ' ') : NULL;
	struct ticket_fact fact;
	struct bytes packed;

	CHECK(hex != NULL);
	hex[strcspn(hex, "\n")] = '\0';
	CHECK(text_unhex(desk->arena, hex + 1, &packed));
	read_fact(desk, line[0], strtoll(sequence + 1, NULL, 10), packed, &fact);
	CHECK(ticket_apply(desk->arena, desk->known, &fact, &desk->known));
}

int main(int argc, char **argv)
{
	static const char *const zones[ZONES] = { "UTC", "America/New_York" };
	struct desk desk = { .arena = arena_create(1 << 20) };
	char *line = NULL;
	size_t size = 0;

	CHECK(argc == 2);
	for (size_t i = 0; i < ZONES; i++) {
		struct window_zone *const zone = window_zone_open(zones[i]);
		const struct instant until = { strtoll(argv[1], NULL, 10) };

		CHECK(zone != NULL);
		desk.midnights[i] =
		    (struct subject_midnight){ zone, window_at(zone, WINDOW_DAY, until).start };
	}
	while (getline(&line, &size, stdin) > 0) {
		if (line[0] == '\n')
			show_ticket(&desk);
		else
			take(&desk, line);
	}
	free(line);
	for (size_t i = 0; i < ZONES; i++)
		window_zone_close(desk.midnights[i].zone);
	arena_destroy(desk.arena);
	return 0;
}
