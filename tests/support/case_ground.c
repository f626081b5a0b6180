#include "tests/support/case_ground.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/flow/postgres_store.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "gen/chargeback_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/cases/case.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/deployed.h"
#include "tests/support/stage_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID_MAX 96

/* A fact that goes into the database beside the stage's own. */
struct said {
	const char *schema;
	const char *stream;
	struct fact fact;
};

static struct stage_test ground;
static struct document documents[DEPLOYED_MAX];
static const char *home;
static const char *charge; /* NULL: billing knows the customer */
/* What a case keeps beside, packed. */
struct kept_more {
	const char *dispute_id;
	struct bytes packed;
};

static struct said said[SAID_MAX];
static struct kept_more kept_more[SAID_MAX];
static size_t kept_more_count;
static size_t said_count;
static int64_t billing_said;
static int64_t action_said;
static int64_t case_said_more;
static struct db *db;

/* Set up. */

void ground_open(void)
{
	const struct stage *stage = chargeback_stages;

	while (!text_equal(stage->name, "case"))
		stage++;
	stage_test_init(&ground, &opsmesh_catalogue, stage, 0, documents, NULL);
	if (documents[0].name == NULL)
		deployed_documents(chargeback_documents, documents);
	home = stage_test_key(&ground, "acct-");
}

void ground_close(void)
{
	db_destroy(db);
	stage_test_finish(&ground);
}

struct arena *ground_arena(void)
{
	return ground.arena;
}

const char *ground_home(void)
{
	return home;
}

struct instant ground_time(const char *text)
{
	struct instant at = TIME_MIN;

	CHECK(time_parse(text, &at));
	return at;
}

Google__Protobuf__Timestamp *ground_stamp(const char *text)
{
	return text == NULL ? NULL : proto_timestamp(ground.arena, ground_time(text));
}

Opsmesh__V1__Money *ground_money(int64_t minor, const char *currency)
{
	Opsmesh__V1__Money *const money = arena_alloc(ground.arena, sizeof(*money));

	opsmesh__v1__money__init(money);
	money->minor = minor;
	money->currency = text_mutable(currency);
	return money;
}

/* Saying. */

static void keep(const char *schema, const char *stream, const struct fact *fact)
{
	CHECK(said_count < SAID_MAX);
	said[said_count++] = (struct said){ schema, stream, *fact };
}

const char *ground_unplaced(bool unplaced)
{
	charge = unplaced ? stage_test_key(&ground, "ch_") : NULL;
	return charge;
}

void ground_billing(const char *at, Opsmesh__V1__BillingEvent *event)
{
	Opsmesh__V1__MaterialEvent material = OPSMESH__V1__MATERIAL_EVENT__INIT;
	const struct instant time = ground_time(at);
	const char *const key = charge != NULL ? charge : GROUND_CUSTOMER;
	const char *const under = charge != NULL ? charge : home;

	event->customer_id = text_mutable(charge != NULL ? "" : GROUND_CUSTOMER);
	event->account_id = text_mutable(charge != NULL ? "" : home);
	event->occurred_at = ground_stamp(at);
	billing_said++;
	keep("billing", "customer/0",
	     &(struct fact){ .sequence = billing_said,
	                     .topic = OPS_BILLING,
	                     .mesh = time,
	                     .time = time,
	                     .type = "ops.billing.test.v1",
	                     .subject = key,
	                     .key = bytes_of(key),
	                     .message = proto_pack(ground.arena, &event->base) });
	material.home = text_mutable(under);
	material.occurred_at = event->occurred_at;
	material.fact_id = arena_printf(ground.arena, "customer/0/%" PRId64, billing_said);
	material.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING;
	material.billing = event;
	CHECK(stage_test_feed(&ground, &(struct stage_test_event){ .topic = OPS_MATERIAL,
	                                                           .key = under,
	                                                           .time = time,
	                                                           .mesh = time,
	                                                           .message = &material.base }));
}

static void say_action(const char *at, Opsmesh__V1__ActionEvent *event, const char *type)
{
	const struct instant time = ground_time(at);

	event->routing_key = text_mutable(home);
	event->occurred_at = ground_stamp(at);
	action_said++;
	keep("ingest", "conversation/0",
	     &(struct fact){ .sequence = action_said,
	                     .topic = OPS_ACTIONS,
	                     .mesh = time,
	                     .time = time,
	                     .type = type,
	                     .subject = home,
	                     .key = bytes_of(home),
	                     .message = proto_pack(ground.arena, &event->base) });
	CHECK(stage_test_feed(&ground, &(struct stage_test_event){ .topic = OPS_ACTIONS,
	                                                           .source = "conversation/0",
	                                                           .sequence = action_said,
	                                                           .key = home,
	                                                           .time = time,
	                                                           .mesh = time,
	                                                           .message = &event->base }));
}

void ground_action(const char *at, const char *id, Opsmesh__V1__ActionRequested *requested)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	char *scopes[] = { text_mutable("actions:*") };

	event.action_id = text_mutable(id);
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = requested;
	requested->scopes = scopes;
	requested->n_scopes = COUNT_OF(scopes);
	say_action(at, &event, "ops.action.requested.v1");
}

Opsmesh__V1__ActionFile *ground_file(const char *at, const char *media_type, struct bytes content)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__FilePartBrought part = OPSMESH__V1__FILE_PART_BROUGHT__INIT;
	Opsmesh__V1__ActionFile *const file = arena_alloc(ground.arena, sizeof(*file));
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(content, digest);
	part.digest = text_hex(ground.arena, (struct bytes){ digest, sizeof(digest) });
	part.content.data = (uint8_t *)(uintptr_t)content.data;
	part.content.len = content.size;
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_FILE_PART_BROUGHT;
	event.file_part_brought = &part;
	say_action(at, &event, "ops.action.file_part_brought.v1");
	opsmesh__v1__action_file__init(file);
	file->digest = part.digest;
	file->media_type = text_mutable(media_type);
	file->bytes = (int64_t)content.size;
	file->n_parts = 1;
	file->parts = arena_copy(ground.arena, &part.digest, sizeof(part.digest));
	return file;
}

void ground_pass(const char *frontier)
{
	do
		CHECK(stage_test_fold(&ground, STAGE_TEST_ALL, ground_time(frontier)) == STATUS_OK);
	while (stage_test_effects(&ground) > 0);
}

void ground_say(const char *at, const char *dispute_id, Opsmesh__V1__DisputeEvent *event)
{
	const struct instant time = ground_time(at);
	const char *const id = arena_printf(ground.arena, "case/%s/%s", home, dispute_id);
	const ProtobufCMessage *fact;
	const char *name;

	event->account_id = text_mutable(home);
	event->case_id = text_mutable(id);
	event->dispute_id = text_mutable(dispute_id);
	event->occurred_at = ground_stamp(at);
	CHECK(proto_fact(&event->base, &name, &fact));
	case_said_more++;
	keep("chargeback", "case/0",
	     &(struct fact){ .sequence = 1000 + case_said_more, /* behind its own */
	                     .topic = OPS_DISPUTES,
	                     .mesh = time,
	                     .time = time,
	                     .type = arena_printf(ground.arena, "ops.dispute.%s.v1", name),
	                     .subject = id,
	                     .key = bytes_of(home),
	                     .message = proto_pack(ground.arena, &event->base) });
}

void ground_keep(const char *dispute_id, const Opsmesh__V1__CaseKept *more)
{
	CHECK(kept_more_count < SAID_MAX);
	kept_more[kept_more_count++] =
	    (struct kept_more){ dispute_id, proto_pack(ground.arena, &more->base) };
}

/* Writing. */

static const char *quoted(const char *text)
{
	return text == NULL ? "null" : arena_printf(ground.arena, "$q$%s$q$", text);
}

static const char *hex(struct bytes bytes)
{
	const unsigned char *const data = bytes.data;
	struct buffer out = { 0 };
	const char *text;

	if (data == NULL)
		return "null";
	for (size_t i = 0; i < bytes.size; i++) {
		char two[3];

		snprintf(two, sizeof(two), "%02x", data[i]);
		buffer_add(&out, two, 2);
	}
	text = arena_printf(ground.arena, "'\\x%.*s'::bytea", (int)out.size,
	                    out.size == 0 ? "" : (const char *)out.data);
	buffer_finish(&out);
	return text;
}

static const char *time_text(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? "null"
	                            : arena_printf(ground.arena, "'%s'", time_format(at, text));
}

static enum status write_fact(const char *schema, const char *stream, const struct fact *fact)
{
	return db_script(
	    db, arena_printf(
		    ground.arena,
		    "insert into %s.fact (stream, sequence, topic, partition, key, type, subject, "
		    "time, mesh_time, message) values ('%s', %" PRId64
		    ", '%s', 0, %s, '%s', %s, %s, %s, %s)",
		    schema, stream, fact->sequence, opsmesh_catalogue.topics[fact->topic].name,
		    hex(fact->key), fact->type, quoted(fact->subject), time_text(fact->time),
		    time_text(fact->mesh), hex(fact->message)));
}

static const char *cell(const struct column *column, const void *row)
{
	const void *const field = (const char *)row + column->offset;

	switch (column->kind) {
	case COLUMN_INT: return arena_printf(ground.arena, "%" PRId64, *(const int64_t *)field);
	case COLUMN_BOOL: return *(const bool *)field ? "true" : "false";
	case COLUMN_TIME: return time_text(*(const struct instant *)field);
	case COLUMN_TEXT: return quoted(*(const char *const *)field);
	case COLUMN_BYTES:
	default: return hex(*(const struct bytes *)field);
	}
}

struct writing {
	const struct state_table *table;
	enum status status;
};

static void write_row(const void *row, void *context)
{
	struct writing *const writing = context;
	const char *names = "shard";
	const char *cells = "0";

	for (const struct column *column = writing->table->columns; column->name != NULL;
	     column++) {
		names = arena_printf(ground.arena, "%s, %s", names, column->name);
		cells = arena_printf(ground.arena, "%s, %s", cells, cell(column, row));
	}
	if (writing->status == STATUS_OK)
		writing->status =
		    db_script(db, arena_printf(ground.arena,
		                               "insert into chargeback.%s (%s) values (%s)",
		                               writing->table->name, names, cells));
}

static enum status write_tables(void)
{
	for (size_t i = 0; ground.alone[0].tables[i] != NULL; i++) {
		struct writing writing = { ground.alone[0].tables[i], STATUS_OK };
		void *const row = arena_zero(ground.arena, writing.table->row_size);

		stage_test_each(&ground, writing.table, row, write_row, &writing);
		TRY(writing.status);
	}
	return db_script(
	    db, arena_printf(ground.arena,
	                     "insert into chargeback.shard values ('case', 0, 1, 1, %s, %zu, %zu, "
	                     "1, '', 'chargeback-1', 1, now())",
	                     time_text(ground.shard->row.now), stage_test_fact_count(&ground),
	                     stage_test_fact_count(&ground)));
}

static enum status write_kept(const struct kept_more *more)
{
	return db_script(db,
	                 arena_printf(ground.arena,
	                              "update chargeback.dispute_case set kept = kept || %s "
	                              "where home = %s and dispute_id = %s",
	                              hex(more->packed), quoted(home), quoted(more->dispute_id)));
}

static enum status write_blob(const char *digest)
{
	struct bytes content;

	TRY(effect_blob_get(&ground.blobs.door, digest, ground.arena, &content));
	return db_script(db, arena_printf(ground.arena,
	                                  "insert into chargeback.blob values ('%s', %s) "
	                                  "on conflict do nothing",
	                                  digest, hex(content)));
}

/* What is sent in fields of files; a review is kept nowhere here. */
static void write_files(const void *row, void *context)
{
	const struct case_row *const one = row;
	struct writing *const writing = context;
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(ground.arena, &opsmesh__v1__case_kept__descriptor, one->kept, &message,
	                   reason));
	const Opsmesh__V1__CaseKept *const kept = (const void *)message;

	for (size_t i = 0; i < kept->n_files; i++)
		if (writing->status == STATUS_OK)
			writing->status = write_blob(kept->files[i]->digest);
}

static enum status write_blobs(void)
{
	struct writing writing = { &dispute_case_table, STATUS_OK };
	struct case_row row = { .home = NULL };

	stage_test_each(&ground, &dispute_case_table, &row, write_files, &writing);
	return writing.status;
}

static enum status write_all(void)
{
	for (size_t i = 0; i < stage_test_fact_count(&ground); i++)
		TRY(write_fact("chargeback", "case/0", stage_test_fact(&ground, i)));
	for (size_t i = 0; i < said_count; i++)
		TRY(write_fact(said[i].schema, said[i].stream, &said[i].fact));
	TRY(write_blobs());
	TRY(write_tables());
	for (size_t i = 0; i < kept_more_count; i++)
		TRY(write_kept(&kept_more[i]));
	return STATUS_OK;
}

enum status ground_write(const char *uri)
{
	static const char *const schemas[] = { "chargeback", "billing", "ingest" };
	static const struct migration none[] = { { NULL, NULL } };
	const struct db_settings settings = { .uri = uri, .name = "ground" };
	char reason[MIGRATE_REASON_SIZE] = "";
	enum status status = STATUS_OK;

	for (size_t i = 0; i < COUNT_OF(schemas) && status == STATUS_OK; i++)
		status = postgres_store_migrate(&(struct postgres_settings){ .uri = uri,
		                                                             .daemon = schemas[i],
		                                                             .instance = "1",
		                                                             .build = "test",
		                                                             .schema = schemas[i] },
		                                i == 0 ? chargeback_migrations : none, reason);
	if (reason[0] != '\0')
		puts(reason);
	TRY(status);
	db = db_create(&settings);
	status = db_connect(db);
	/* The daemons make one for each span of mesh time; here one holds all. */
	for (size_t i = 0; i < COUNT_OF(schemas) && status == STATUS_OK; i++)
		status =
		    db_script(db,
		              arena_printf(ground.arena,
		                           "create table %s.fact_all partition of %s.fact default",
		                           schemas[i], schemas[i]));
	if (status == STATUS_OK)
		status = write_all();
	if (status != STATUS_OK)
		puts(db_reason(db));
	return status;
}
