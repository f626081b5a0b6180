/*
 * ops - the real mesh in a world: the daemons as they are, with the requests of a few
 * minutes. What the edge would have checked is right here; what it leaves to the stages often is not.
 */
#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/billing-sync/mirror/provider_policy.h"
#include "services/billing-sync/rule/suspense_policy.h"
#include "services/classifier/classifier.h"
#include "services/classifier/pattern.h"
#include "services/ingest/ingest.h"
#include "services/ingest/people.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/sla-watcher/watcher.h"
#include "tests/sim/ops_inside.h"
#include "tests/sim/ops_kpi.h"
#include "tests/support/billing_fixture.h"
#include "tests/support/guide_fixture.h"

#include <stdio.h>
#include <string.h>

#define GRACE_S 8
#define SILENCE_S 30
#define LEAP_S 300
#define CLOCK_S 700 /* recorded: so often somebody says what time it is */

#define TEAM                                                                          \
	"{\"id\":\"team\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\"," \
	"\"domains\":[\"ours.example\"]}"
#define SHARED                                                                        \
	"{\"id\":\"free\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\"," \
	"\"domains\":[\"free.example\"]}"
/* Promises as short as they may be, so that clocks warn, break and are met within a run. */
#define ALWAYS                                                                           \
	"{\"id\":\"always\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","  \
	"\"time_zone\":\"UTC\",\"windows\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\"," \
	"\"fri\",\"sat\",\"sun\"],\"from\":\"00:00\",\"to\":\"24:00\"}]}"
#define POLICY                                                                                 \
	"{\"id\":\"support\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","       \
	"\"warn_percent\":[50],\"pause_in\":[\"pending\"],\"rules\":["                         \
	"{\"id\":\"enterprise\",\"match\":{\"tier\":[\"enterprise\"]},"                        \
	"\"calendar\":\"always\",\"targets\":{\"first_reply\":\"15s\",\"next_reply\":\"15s\"," \
	"\"resolution\":\"20s\"}},"                                                            \
	"{\"id\":\"everyone\",\"calendar\":\"always\",\"targets\":{\"first_reply\":\"20s\","   \
	"\"next_reply\":\"16s\",\"resolution\":\"40s\"}}]}"

/* Windows as short as they may be. */
#define PATTERNS                                                                                 \
	"{\"id\":\"patterns\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","        \
	"\"step\":\"5m\",\"settle\":\"1s\",\"id_prefixes\":[\"ch_\"],\"evidence_tickets\":5,"    \
	"\"quiet\":\"5m\",\"memory\":\"1h\",\"growth\":{\"ppm\":100000,\"customers\":1},"        \
	"\"burst\":{\"window\":\"5m\",\"min_customers\":2,\"cold_customers\":2,\"min_weeks\":1," \
	"\"factor_ppm\":1000000,\"extra_customers\":1},"                                         \
	"\"error_code\":{\"window\":\"5m\",\"customers\":2},"                                    \
	"\"near_duplicate\":{\"window\":\"5m\",\"customers\":2,\"agree_ppm\":500000},"           \
	"\"duplicate\":{\"window\":\"10m\",\"agree_ppm\":300000}}"

/* So short that what waits is booked to suspense and comes out of it within a run. */
#define SUSPENSE                                                                          \
	"{\"id\":\"suspense\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\"," \
	"\"place\":\"6s\",\"settle\":\"6s\",\"pay_out\":\"5s\"}"

/* The world begins in 1970. */
#define PROVIDER                                                                          \
	"{\"id\":\"provider\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\"," \
	"\"earliest\":\"1970-01-01T00:00:00Z\",\"ahead\":\"1d\"}"

/* The daemons. */

static const struct ingest_config config = { .contact_secret = "contact secret 1",
	                                     .reply_secret = "reply secret 123" };
static struct document people_documents[2];
static struct document book_documents[2];
static struct document guide_documents[3];
static struct document policy_documents[32];

static const struct mesh_daemon daemons[] = {
	{ .name = "ingest",
	  .stages = ingest_stages,
	  .lead = OPS_INTAKE,
	  .config = &config,
	  .documents = people_documents },
	{ .name = "classifier",
	  .stages = classifier_stages,
	  .lead = OPS_TICKETS,
	  .documents = guide_documents },
	{ .name = "sla-watcher",
	  .stages = sla_watcher_stages,
	  .lead = OPS_TICKETS,
	  .documents = book_documents },
	{ .name = "billing-sync",
	  .stages = billing_sync_stages,
	  .lead = OPS_PROVIDER_EVENTS,
	  .documents = policy_documents },
	{ .name = "chargeback",
	  .stages = ops_dispute_stages,
	  .lead = OPS_BILLING,
	  .documents = ops_dispute_documents },
	{ .name = "kpi-aggregator",
	  .stages = kpi_stages,
	  .lead = OPS_TICKETS,
	  .documents = ops_kpi_documents },
	{ .name = NULL },
};

static void compile_documents(void)
{
	const struct document people[] = {
		{ .name = "free-mail-domains.json", .body = bytes_of(SHARED) },
		{ .name = "team.json", .body = bytes_of(TEAM) },
	};
	const struct document book[] = {
		{ .name = "calendars/always.json", .body = bytes_of(ALWAYS) },
		{ .name = "sla/support.json", .body = bytes_of(POLICY) },
	};
	const struct document patterns[] = {
		{ .name = "patterns/patterns.json", .body = bytes_of(PATTERNS) },
	};
	const struct document suspense = { .name = "suspense/suspense.json",
		                           .body = bytes_of(SUSPENSE) };
	const struct document provider = { .name = "provider/provider.json",
		                           .body = bytes_of(PROVIDER) };
	char reason[512];

	if (people_documents[0].name != NULL)
		return;
	ops_dispute_init();
	ops_kpi_init();
	for (const struct document *at = billing_fixture(); at->name != NULL; at++) {
		struct document *const own = &policy_documents[at - billing_fixture()];

		*own = *at;
		if (text_equal(at->name, "suspense"))
			own->compiled = policy_compile(&suspense_policy_kind, &suspense, 1, reason,
			                               sizeof(reason));
		if (text_equal(at->name, "provider"))
			own->compiled = policy_compile(&provider_policy_kind, &provider, 1, reason,
			                               sizeof(reason));
		CHECK(own->compiled != NULL);
	}
	guide_documents[0] = (struct document){ .name = GUIDE_NAME, .compiled = guide_fixture() };
	guide_documents[1] =
	    (struct document){ .name = PATTERN_DOCUMENT,
		               .compiled = pattern_compile(patterns, COUNT_OF(patterns), reason,
		                                           sizeof(reason)) };
	people_documents[0] =
	    (struct document){ .name = PEOPLE,
		               .compiled = people_compile(people, COUNT_OF(people), reason,
		                                          sizeof(reason)) };
	book_documents[0] = (struct document){ .name = WATCH_BOOK,
		                               .compiled = watch_compile(book, COUNT_OF(book),
		                                                         reason, sizeof(reason)) };
	if (people_documents[0].compiled == NULL || book_documents[0].compiled == NULL ||
	    guide_documents[1].compiled == NULL) {
		fprintf(stderr, "sim: a document does not compile: %s\n", reason);
		exit(EXIT_FAILURE);
	}
}

/* The requests. */

static const struct {
	const char *kind;
	Opsmesh__V1__Route route;
} kinds[] = {
	{ "ticket", OPSMESH__V1__ROUTE__ROUTE_TICKET },
	{ "message", OPSMESH__V1__ROUTE__ROUTE_MESSAGE },
	{ "reply", OPSMESH__V1__ROUTE__ROUTE_MESSAGE },
	{ "status", OPSMESH__V1__ROUTE__ROUTE_STATUS },
	{ "csat", OPSMESH__V1__ROUTE__ROUTE_CSAT },
	{ "account", OPSMESH__V1__ROUTE__ROUTE_ACCOUNT },
	{ "action", OPSMESH__V1__ROUTE__ROUTE_ACTION },
	{ "mail", OPSMESH__V1__ROUTE__ROUTE_EMAIL },
	{ "stripe", OPSMESH__V1__ROUTE__ROUTE_STRIPE_WEBHOOK },
	{ "usage", OPSMESH__V1__ROUTE__ROUTE_USAGE },
	{ "refund", OPSMESH__V1__ROUTE__ROUTE_ACTION },
	{ "credit", OPSMESH__V1__ROUTE__ROUTE_ACTION },
	{ "explain", OPSMESH__V1__ROUTE__ROUTE_ACTION },
	{ "dispute", OPSMESH__V1__ROUTE__ROUTE_ACTION },
};

static Opsmesh__V1__Route route_of(const char *kind)
{
	size_t at = 0;

	while (!text_equal(kinds[at].kind, kind))
		at++;
	return kinds[at].route;
}

struct request *ops_put(struct world *world, int64_t at_s, const char *kind, const char *key,
                        const char *ref)
{
	CHECK(world->request_count < WORLD_REQUESTS_MAX);
	struct request *const request = &world->requests[world->request_count++];

	*request =
	    (struct request){ .at_s = at_s,
		              .partition = hash_partition(key, strlen(key), WORLD_PARTITIONS) };
	CHECK(snprintf(request->kind, sizeof(request->kind), "%s", kind) > 0);
	(void)snprintf(request->key, sizeof(request->key), "%s", key);
	(void)snprintf(request->ref, sizeof(request->ref), "%s", ref);
	return request;
}

#define TEXT(field, ...) CHECK(snprintf((field), sizeof(field), __VA_ARGS__) < (int)sizeof(field))

/* What happens to a ticket afterwards, or before it where somebody knows its id too early. */
static void put_events(struct world *world, struct chance *chance, int i, const char *key,
                       int64_t at)
{
	static const char *const words[] = { "pending", "solved", "open", "closed", "waiting" };
	static const char *const afterwards[] = { "message", "reply", "reply", "status",
		                                  "status",  "csat",  "action" };
	char ref[24];

	for (int k = chance_between(chance, 1, 5); k > 0; k--) {
		const char *const kind = afterwards[chance_below(chance, COUNT_OF(afterwards))];

		TEXT(ref, "%c%d.%d", kind[0], i, k);
		struct request *const request =
		    ops_put(world, at + chance_between(chance, -2, 30), kind, key, ref);

		request->number = chance_below(chance, 4);
		TEXT(request->text, "%s", words[chance_below(chance, COUNT_OF(words))]);
	}
}

static void put_ticket(struct world *world, struct chance *chance, int i, int64_t at)
{
	char key[16];
	char ref[24];

	TEXT(key, "t%d", i);
	TEXT(ref, "o%d", i);
	struct request *const open = ops_put(world, at, "ticket", key, ref);

	TEXT(open->text, "%s", chance_of(chance, 500) ? "jo@acme.example" : "jo@free.example");
	if (chance_of(chance, 150))
		TEXT(open->bad, "cut");
	if (chance_of(chance, 150)) /* the same id with other bytes */
		TEXT(ops_put(world, at + chance_between(chance, 0, 5), "ticket", key, ref)->text,
		     "other@acme.example");
	put_events(world, chance, i, key, at);
}

/* A thread of mails: the first, and an answer to it that may come before it. */
static void put_mails(struct world *world, struct chance *chance, int i, int64_t at)
{
	char key[16];
	char ref[24];

	TEXT(key, "mail%d", i);
	for (int k = 0; k < 2; k++) {
		TEXT(ref, "e%d.%d", i, k);
		ops_put(world, at + (k > 0 ? chance_between(chance, -1, 9) : 0), "mail", key, ref)
		    ->number = k;
	}
}

static void put_clock(struct world *world, int64_t at)
{
	for (int32_t p = 0; p < WORLD_PARTITIONS; p++)
		ops_put(world, at, "clock", "", "")->partition = p;
}

static void requests(struct world *world, uint64_t seed)
{
	struct chance chance;
	int64_t at = WORLD_START_S + 3;

	chance_seed(&chance, seed * 2 + 1);
	const int tickets = chance_between(&chance, 2, 4);

	for (int i = 0; i < tickets; i++) {
		at += chance_between(&chance, 0, 4);
		put_ticket(world, &chance, i, at);
	}
	put_mails(world, &chance, 0, at - 2);
	for (int version = 0; version < 2; version++) {
		char ref[24];

		TEXT(ref, "a%d", version);
		ops_put(world, WORLD_START_S + 1 + chance_below(&chance, 25), "account", "acme",
		        ref)
		    ->number = chance_below(&chance, 2);
	}
	ops_put_stripe(world, &chance, at - 5);
	ops_put_usage(world, &chance, at - 5);
	ops_put_refunds(world, &chance, at);
	ops_put_disputes(world, &chance, at);
	ops_put_late(world, &chance);
	world->last_s = WORLD_START_S + OPS_KPI_RUN_S;
	if (world->recorded)
		for (int64_t clock = CLOCK_S; clock <= OPS_KPI_RUN_S; clock += CLOCK_S)
			put_clock(world, WORLD_START_S + clock);
	world_sort(world);
}

/* The journal. */

/* What customers write about, in two languages; the same two by several of them are a pattern. */
static const char *words_of(const struct request *request)
{
	static const char *const words[] = {
		"\\u8fd4\\u91d1\\u3057\\u3066\\u304f\\u3060\\u3055\\u3044",
		"Nobody can use the app, it is down with ERR_CONNECTION_RESET",
		"Nobody can use the app, it is down with ERR_CONNECTION_RESET!",
		"thank you",
		"let me talk to a human",
		"\\ud83d\\ude00",
	};

	return words[hash_crc32c(request->ref, strlen(request->ref)) % COUNT_OF(words)];
}

static const char *body_of(struct arena *arena, const struct request *request)
{
	static const char *const tiers[] = { "pro", "enterprise" };
	const char *const kind = request->kind;

	if (text_equal(kind, "ticket"))
		return arena_printf(arena, "{\"body\":\"%s\",\"contact\":{\"email\":\"%s\"}%s",
		                    words_of(request), request->text,
		                    request->bad[0] == '\0' ? "}" : "");
	if (text_equal(kind, "message"))
		return arena_printf(arena, "{\"body\":\"%s\",\"author\":{\"role\":\"%s\"}}",
		                    words_of(request), request->number == 0 ? "bot" : "customer");
	if (text_equal(kind, "reply"))
		return "{\"body\":\"done\",\"author\":{\"role\":\"agent\",\"id\":\"mika\"}}";
	if (text_equal(kind, "status"))
		return arena_printf(arena, "{\"status\":\"%s\",\"team\":\"team%lld\"}",
		                    request->text, (long long)request->number);
	if (text_equal(kind, "csat"))
		return arena_printf(arena, "{\"ticket_id\":\"%s\",\"score\":%lld,\"scale\":5}",
		                    request->key, (long long)request->number + 1);
	if (text_equal(kind, "account"))
		return arena_printf(
		    arena, "{\"id\":\"acme\",\"tier\":\"%s\",\"domains\":[\"acme.example\"]}",
		    tiers[request->number % 2]);
	if (text_equal(kind, "action") && request->number == 3)
		return arena_printf(
		    arena,
		    "{\"action\":\"correct\",\"on\":{\"type\":\"ticket\",\"id\":\"%s\"},"
		    "\"intent\":\"%s\"}",
		    request->key, request->at_s % 2 == 0 ? "login" : "dance");
	if (text_equal(kind, "action"))
		return arena_printf(arena,
		                    "{\"action\":\"%s\",\"on\":{\"type\":\"ticket\",\"id\":\"%s\"},"
		                    "\"assignee\":\"ren\"}",
		                    request->number == 0 ? "close" : "assign", request->key);
	if (text_equal(kind, "mail"))
		return arena_printf(arena,
		                    "From: jo@free.example\r\nMessage-ID: <%s@x>\r\n%s"
		                    "Subject: hello\r\n\r\nwords %s",
		                    request->ref,
		                    request->number > 0 ? "In-Reply-To: <e0.0@x>\r\n" : "",
		                    request->ref);
	if (text_equal(kind, "usage"))
		return ops_usage_body(arena, request);
	if (text_equal(kind, "dispute"))
		return ops_dispute_body(arena, request);
	return ops_is_refund(kind) ? ops_refund_body(arena, request)
	                           : ops_stripe_body(arena, request);
}

static Opsmesh__V1__NaturalId *natural_id(struct arena *arena, const struct request *request,
                                          struct bytes body)
{
	Opsmesh__V1__NaturalId *const id = arena_alloc(arena, sizeof(*id));
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(body, digest);
	opsmesh__v1__natural_id__init(id);
	id->source = text_mutable("api/sim");
	id->id_digest = text_mutable(request->ref);
	id->content_digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	return id;
}

/* Whose key it is, that may everything. */
static Opsmesh__V1__Verification *verification(struct arena *arena, const char *principal)
{
	char *const scopes[] = { text_mutable("actions:*") };
	Opsmesh__V1__Verification *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__verification__init(made);
	made->principal = text_mutable(principal);
	made->scopes = arena_copy(arena, scopes, sizeof(scopes));
	made->n_scopes = COUNT_OF(scopes);
	return made;
}

static void fill_received(struct arena *arena, const struct request *request,
                          Opsmesh__V1__RequestReceived *received)
{
	const char *const body = body_of(arena, request);
	Opsmesh__V1__NamedValue *const mailbox = arena_alloc(arena, sizeof(*mailbox));

	opsmesh__v1__named_value__init(mailbox);
	mailbox->name = text_mutable("mailbox");
	mailbox->value = text_mutable("support");
	received->route = route_of(request->kind);
	received->natural_id = natural_id(arena, request, bytes_of(body));
	received->body = (ProtobufCBinaryData){ strlen(body), (uint8_t *)text_mutable(body) };
	received->path_parameters = arena_copy(arena, &mailbox, sizeof(mailbox));
	received->n_path_parameters = 1;
	if (ops_is_refund(request->kind))
		received->verification = verification(arena, "sim");
	if (text_equal(request->kind, "dispute"))
		received->verification = verification(arena, request->text);
	if (received->route <= OPSMESH__V1__ROUTE__ROUTE_CSAT)
		received->ticket_id = text_mutable(request->key);
}

static void journal(struct world *world, const struct request *request)
{
	struct arena *const arena = arena_create(4096);
	Opsmesh__V1__IntakeEvent event = OPSMESH__V1__INTAKE_EVENT__INIT;
	Opsmesh__V1__RequestReceived received = OPSMESH__V1__REQUEST_RECEIVED__INIT;
	Opsmesh__V1__ClockSet clock = OPSMESH__V1__CLOCK_SET__INIT;
	char time[TIME_TEXT_SIZE];
	const struct instant at = time_add((struct instant){ 0 }, SECONDS(request->time_s));
	const struct log_header headers[] = { { "ce_time", bytes_of(time_format(at, time)) } };

	event.request_id = text_mutable(request->ref);
	event.received_at = proto_timestamp(arena, at);
	if (text_equal(request->kind, "clock")) {
		clock.now = event.received_at;
		event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_CLOCK_SET;
		event.clock_set = &clock;
	} else {
		fill_received(arena, request, &received);
		event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED;
		event.received = &received;
	}
	memory_log_append(&world->log,
	                  &(struct log_message){ .topic = OPS_INTAKE,
	                                         .partition = request->partition,
	                                         .key = bytes_of(request->key),
	                                         .value = proto_pack(arena, &event.base),
	                                         .headers = headers,
	                                         .header_count = COUNT_OF(headers) });
	arena_destroy(arena);
}

const struct mesh ops_mesh = { .name = "ops",
	                       .catalogue = &opsmesh_catalogue,
	                       .daemons = daemons,
	                       .grace_s = GRACE_S,
	                       .silence_s = SILENCE_S,
	                       .leap_s = LEAP_S,
	                       .again_s = ops_kpi_times,
	                       .prepare = compile_documents,
	                       .requests = requests,
	                       .journal = journal,
	                       .check = ops_check };
