#include "tests/support/dispute_document.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/chargeback/cases/case.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/deployed.h"

#define FILE_OF(name_, text)                                         \
	{                                                            \
		.name = (name_), .body = {(text), sizeof(text) - 1 } \
	}
#define POLICY_FROM(version, from)                                                                    \
	"{\"id\":\"standard\",\"version\":" version ",\"effective_from\":\"" from "\","               \
	"\"buffer\":\"6h\",\"reminders\":[{\"step\":\"seven_days\",\"before\":\"168h\"},"             \
	"{\"step\":\"three_days\",\"before\":\"72h\"},{\"step\":\"two_days\",\"before\":\"48h\"}],"   \
	"\"on_call_before\":\"24h\",\"sweep_every\":\"6h\",\"gather_wait\":\"10m\",\"lease\":\"4h\"," \
	"\"queue\":\"disputes\",\"team\":\"billing\""
#define POLICY POLICY_FROM("1", "2026-01-01T00:00:00Z")
#define CALENDAR(id, zone, holidays)                                                              \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","           \
	"\"time_zone\":\"" zone "\"," holidays "\"windows\":[{\"days\":[\"mon\",\"tue\",\"wed\"," \
	"\"thu\",\"fri\"],\"from\":\"09:00\",\"to\":\"18:00\"}]}"
#define HOLIDAYS                                                  \
	"{\"id\":\"jp\",\"version\":\"2026\",\"days\":["          \
	"{\"date\":\"2026-05-04\",\"name\":\"みどりの日\"}," \
	"{\"date\":\"2026-05-05\",\"name\":\"こどもの日\"}," \
	"{\"date\":\"2026-05-06\",\"name\":\"休日\"}]}"

static const struct document plain_files[] = {
	FILE_OF("cases/standard-1.json", POLICY "}"),
	FILE_OF("cases/standard-2.json",
	        POLICY_FROM("2", DISPUTE_ROLE_FROM) ",\"release_role\":\"finance\"}"),
};
static const struct document working_files[] = {
	FILE_OF("calendars/london.json", CALENDAR("london", "Europe/London", "")),
	FILE_OF("calendars/tokyo.json", CALENDAR("tokyo", "Asia/Tokyo", "\"holidays\":[\"jp\"],")),
	FILE_OF("cases/standard-1.json",
	        POLICY ",\"calendar\":\"tokyo\",\"owners\":[{\"principal\":\"ken\","
	               "\"calendar\":\"london\"}]}"),
	FILE_OF("holidays/jp.json", HOLIDAYS),
};

static const struct document packet_files[] = {
	FILE_OF(
	    "packet/p-1.json",
	    "{\"id\":\"p\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
	    "\"characters\":{\"together\":1000,\"source\":\"s\"},"
	    "\"files\":{\"bytes_together\":1000,\"media_types\":[\"application/pdf\"],\"source\":\"s\"},"
	    "\"pages\":{\"most\":9,\"networks\":[],\"source\":\"s\"},"
	    "\"paper\":{\"size\":\"a4\",\"points\":12,\"source\":\"s\"},"
	    "\"fields\":[{\"name\":\"uncategorized_text\",\"kind\":\"text\",\"characters\":1000}]}"),
};

/* Instead of the deployed files. */
#define COMPILES(name, call)                                                              \
	static const void *name(const struct document *files, size_t count, char *reason, \
	                        size_t reason_size)                                       \
	{                                                                                 \
		(void)files;                                                              \
		(void)count;                                                              \
		return call;                                                              \
	}
COMPILES(compile_plain,
         case_policy_compile(plain_files, COUNT_OF(plain_files), reason, reason_size))
COMPILES(compile_working,
         case_policy_compile(working_files, COUNT_OF(working_files), reason, reason_size))
COMPILES(compile_limits, policy_compile(&packet_limits_kind, packet_files, COUNT_OF(packet_files),
                                        reason, reason_size))
#undef COMPILES

/* As they are deployed, but for what the tests' times and limits hang on. */
static void compile_all(bool working, struct document documents[static DEPLOYED_MAX])
{
	struct service_document kinds[DEPLOYED_MAX];
	size_t count = 0;

	for (; chargeback_documents[count].name != NULL; count++) {
		CHECK(count + 1 < DEPLOYED_MAX);
		kinds[count] = chargeback_documents[count];
		if (text_equal(kinds[count].name, CASE_POLICY))
			kinds[count].compile = working ? compile_working : compile_plain;
		else if (text_equal(kinds[count].name, CASE_LIMITS))
			kinds[count].compile = compile_limits;
	}
	kinds[count] = chargeback_documents[count];
	deployed_documents(kinds, documents);
}

const struct document *dispute_documents(bool working)
{
	static struct document all[2][DEPLOYED_MAX];
	struct document *const documents = all[working ? 1 : 0];

	if (documents[0].name == NULL)
		compile_all(working, documents);
	return documents;
}
