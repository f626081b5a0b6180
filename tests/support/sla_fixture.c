#include "tests/support/sla_fixture.h"

#include "common/base/text.h"
#include "services/sla-watcher/policy_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CALENDAR(id, zone, days, from, to)                                              \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\"," \
	"\"time_zone\":\"" zone "\",\"windows\":[{\"days\":" days ",\"from\":\"" from   \
	"\",\"to\":\"" to "\"}]}"
#define WEEKDAYS "[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"]"
#define EVERY_DAY "[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]"

static const char *const calendar_texts[] = {
	CALENDAR("office", "America/New_York", WEEKDAYS, "09:00", "17:00"),
	CALENDAR("always", "UTC", EVERY_DAY, "00:00", "24:00"),
};

static const char policy_text[] =
    "{\"id\":\"support\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
    "\"warn_percent\":[50],\"rules\":["
    "{\"id\":\"urgent\",\"match\":{\"priority\":[\"urgent\"]},\"calendar\":\"always\","
    "\"targets\":{\"first_reply\":\"30m\",\"next_reply\":\"30m\",\"resolution\":\"4h\"}},"
    "{\"id\":\"short\",\"match\":{\"priority\":[\"high\"]},\"calendar\":\"office\","
    "\"targets\":{\"first_reply\":\"1h\"}},"
    "{\"id\":\"enterprise\",\"match\":{\"tier\":[\"enterprise\"]},\"calendar\":\"office\","
    "\"targets\":{\"first_reply\":\"2h\",\"next_reply\":\"1h\",\"resolution\":\"16h\"}}]}";

struct sla_calendar sla_fixture_calendars[SLA_FIXTURE_CALENDARS];
struct sla_policy sla_fixture_policy;
struct sla_book sla_fixture_book;
static struct calendar_document documents[SLA_FIXTURE_CALENDARS];

int sla_fixture_open(void **state)
{
	struct json_error error;

	(void)arena_open(state);
	for (size_t i = 0; i < COUNT_OF(documents); i++) {
		assert_true(calendar_document_parse(arena, bytes_of(calendar_texts[i]), NULL, 0,
		                                    &documents[i], &error));
		sla_fixture_calendars[i] =
		    (struct sla_calendar){ .id = documents[i].id,
			                   .version = documents[i].version,
			                   .effective_from = documents[i].effective_from,
			                   .calendar = documents[i].calendar };
	}
	assert_true(sla_policy_parse(arena, bytes_of(policy_text), sla_fixture_calendars, 2,
	                             &sla_fixture_policy, &error));
	sla_fixture_book = (struct sla_book){ &sla_fixture_policy, 1, sla_fixture_calendars, 2 };
	return 0;
}

int sla_fixture_close(void **state)
{
	for (size_t i = 0; i < COUNT_OF(documents); i++)
		calendar_document_finish(&documents[i]);
	return arena_close(state);
}
