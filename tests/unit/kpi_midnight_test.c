/*
 * kpi_midnight_test - the stage partial over a ticket that is open for longer than its midnights are kept: it stays in the backlog.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "tests/support/definition_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DAYS_OPEN (SUBJECT_MIDNIGHTS_MAX + 50)
#define BACKLOG(id, zone)                                                                    \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2025-01-01T00:00:00Z\","      \
	"\"title\":\"T\",\"says\":\"S.\",\"owner\":\"support\",\"area\":\"support\","        \
	"\"better\":\"lower\",\"zone\":\"" zone "\",\"grace\":\"1h\",\"formula\":\"count\"," \
	"\"unit\":\"count\",\"windows\":[\"day\"],\"dimensions\":[],"                        \
	"\"population\":{\"of\":\"backlog\",\"time\":\"at\"}}"

static const char *const texts[] = { BACKLOG("t.utc", "UTC"), BACKLOG("t.york", "America/New_York"),
	                             NULL };

static struct stage_test test;
static struct document documents[2];
static const struct definition_book *book;

static int start(void **state)
{
	char reason[DEFINITION_REASON_SIZE] = "";

	(void)state;
	book = definition_fixture(texts, reason);
	if (book == NULL)
		fail_msg("%s", reason);
	documents[0] = (struct document){ .name = DEFINITIONS, .compiled = book };
	documents[1] = (struct document){ .name = NULL };
	stage_test_init(&test, &opsmesh_catalogue, &kpi_stages[0], 1, documents, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	definition_release(book);
	return 0;
}

static void open_ticket(struct instant at)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	const char *const ticket = stage_test_key(&test, "T");

	opened.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened.status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	event.ticket_id = text_mutable(ticket);
	event.occurred_at = proto_timestamp(test.arena, at);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	(void)stage_test_feed(&test, &(struct stage_test_event){ .topic = OPS_TICKETS,
	                                                         .key = ticket,
	                                                         .time = at,
	                                                         .mesh = at,
	                                                         .message = &event.base });
}

/* By metric and day what all facts come to. */
struct count {
	int64_t n;
	int64_t came;
	int64_t taken_back;
};
static struct count counts[2][DAYS_OPEN + 2];

static void add_up(struct instant opened)
{
	const ProtobufCMessage *message;

	while (stage_test_next(&test, &message) != NULL) {
		const Opsmesh__V1__PartialEvent *const event = (const void *)message;
		const size_t metric = text_starts(event->metric, "t.york");

		for (size_t i = 0; i < event->told->n_cells; i++) {
			const Opsmesh__V1__PartialCell *const cell = event->told->cells[i];
			struct instant midnight;

			assert_true(proto_instant(cell->start, &midnight));
			const int64_t day = time_since(opened, midnight).us / DAYS(1).us;

			assert_in_range(day, 0, DAYS_OPEN + 1);
			counts[metric][day].n += cell->n;
			counts[metric][day].came += cell->came;
			counts[metric][day].taken_back += cell->taken_back;
		}
	}
}

static void what_is_open_for_years_counts_once_at_every_midnight(void **state)
{
	const struct instant opened = instant_of("2025-01-01T12:00:00Z");

	(void)state;
	open_ticket(opened);
	for (int day = 1; day <= DAYS_OPEN; day++) {
		assert_int_equal(
		    stage_test_fold(&test, STAGE_TEST_ALL, time_add(opened, DAYS(day))), STATUS_OK);
		add_up(opened);
	}
	for (size_t metric = 0; metric < 2; metric++)
		for (int day = 0; day < DAYS_OPEN; day++)
			if (counts[metric][day].n != 1 || counts[metric][day].came != 1 ||
			    counts[metric][day].taken_back != 0)
				fail_msg("%s: day %d: %lld", metric == 0 ? "UTC" : "New York", day,
				         (long long)counts[metric][day].n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_is_open_for_years_counts_once_at_every_midnight, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
