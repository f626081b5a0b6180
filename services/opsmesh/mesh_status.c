#include "services/opsmesh/mesh_status.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "gen/opsmesh_sql.h"
#include "opsmesh/v1/progress.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE SECONDS(10)
#define LOOK_BACK MINUTES(1) /* every shard tells once a second */
#define ARENA_BLOCK (16UL * 1024)
#define TOLD_STEP 10000 /* records taken at once: a minute of 128 shards */

/* The last that a shard told. */
struct shard_said {
	const char *source;
	const char *instance;
	int64_t epoch;
	int64_t published;
	int64_t effect_tries;
	struct instant at;
};

static enum status fail_bus(struct mesh_status *status, const struct bus_reader *reader)
{
	snprintf(status->reason, sizeof(status->reason), "no answer from %s: %s", status->brokers,
	         bus_reader_reason(reader));
	return STATUS_RETRY;
}

/* The progress topic. */

static enum status count_partitions(struct mesh_status *status, const char *const *names)
{
	int32_t counts[2];

	if (bus_reader_partitions(status->progress, counts, PATIENCE) != STATUS_OK)
		return fail_bus(status, status->progress);
	if (counts[0] == 0 || counts[1] == 0) {
		snprintf(status->reason, sizeof(status->reason),
		         "%s does not exist: opsmesh topics --create",
		         names[counts[0] == 0 ? 0 : 1]);
		return STATUS_REJECT;
	}
	status->partitions = counts[1];
	return STATUS_OK;
}

enum status mesh_status_open(struct mesh_status *status, struct arena *arena, const char *brokers)
{
	const struct topic *const topics = opsmesh_catalogue.topics;
	const char **const names = arena_alloc(arena, 2 * sizeof(*names));
	struct bus_range range = { .topic = 0, .from = BUS_FIRST };
	char reason[BUS_REASON_SIZE];

	names[0] = topics[opsmesh_catalogue.progress].name;
	names[1] = topics[opsmesh_catalogue.journal].name;
	*status = (struct mesh_status){ .arena = arena, .brokers = brokers };
	status->progress =
	    bus_reader_create(&(struct bus_settings){ brokers, "opsmesh", NULL, names, 2, -1 }, 0,
	                      reason);
	if (status->progress == NULL) {
		snprintf(status->reason, sizeof(status->reason), "%s", reason);
		return STATUS_REJECT;
	}
	TRY(count_partitions(status, names));
	if (bus_reader_bound(status->progress, &range, 1, PATIENCE) != STATUS_OK ||
	    bus_reader_since(status->progress, &range, 1, time_sub(time_now(), LOOK_BACK),
	                     PATIENCE) != STATUS_OK)
		return fail_bus(status, status->progress);
	bus_reader_begin(status->progress, &range, 1, true);
	return STATUS_OK;
}

void mesh_status_close(struct mesh_status *status)
{
	if (status->progress != NULL)
		bus_reader_destroy(status->progress);
	map_finish(&status->said);
}

static void keep(struct mesh_status *status, const Opsmesh__V1__Progress *progress,
                 struct instant at)
{
	struct shard_said *said = map_get(&status->said, bytes_of(progress->source));

	if (said != NULL && said->epoch > progress->epoch)
		return;
	if (said == NULL) {
		said = arena_zero(status->arena, sizeof(*said));
		said->source = arena_string(status->arena, progress->source);
		(void)map_set(&status->said, bytes_of(said->source), said);
	}
	if (said->instance == NULL || !text_equal(said->instance, progress->instance))
		said->instance = arena_string(status->arena, progress->instance);
	said->epoch = progress->epoch;
	said->published = progress->published;
	said->effect_tries = progress->effect_tries;
	said->at = at;
}

static void take(struct mesh_status *status, struct arena *scratch, const struct bus_record *record)
{
	ProtobufCMessage *message;
	char reason[PROTO_REASON_SIZE];

	if (record->topic == 0 && proto_unpack(scratch, &opsmesh__v1__progress__descriptor,
	                                       record->value, &message, reason)) {
		const void *const progress = message;

		keep(status, progress, record->appended);
	}
	arena_reset(scratch);
}

enum status mesh_status_listen(struct mesh_status *status, struct duration wait)
{
	struct arena *const scratch = arena_create(ARENA_BLOCK);
	enum bus_read read = BUS_READ_RECORD;
	struct bus_record record;

	for (int i = 0; i < TOLD_STEP && read == BUS_READ_RECORD; i++) {
		read = bus_reader_next(status->progress, wait, &record);
		if (read != BUS_READ_RECORD)
			break;
		take(status, scratch, &record);
		bus_record_release(record.message);
		wait = (struct duration){ 0 };
	}
	arena_destroy(scratch);
	return read == BUS_READ_ERROR ? fail_bus(status, status->progress) : STATUS_OK;
}

/* The rows. */

static struct shard_status *find(struct mesh_status *status, const char *stage, int32_t shard)
{
	for (size_t i = 0; i < status->count; i++)
		if (status->shards[i].shard == shard && text_equal(status->shards[i].stage, stage))
			return &status->shards[i];
	return NULL;
}

static struct shard_status *add(struct mesh_status *status, const char *daemon, const char *stage,
                                int32_t shard)
{
	struct shard_status *const row = &status->shards[status->count++];

	*row = (struct shard_status){ .daemon = daemon,
		                      .stage = arena_string(status->arena, stage),
		                      .shard = shard,
		                      .now = TIME_MIN,
		                      .owner = "",
		                      .left_out = "",
		                      .lag = -1,
		                      .oldest = TIME_MAX,
		                      .oldest_effect = TIME_MAX };
	return row;
}

static void merge_said(struct mesh_status *status, struct shard_status *row)
{
	const char *const source =
	    arena_printf(status->arena, "%s/%" PRId32, row->stage, row->shard);
	const struct shard_said *const said = map_get(&status->said, bytes_of(source));

	if (said == NULL || said->epoch != row->epoch)
		return;
	row->instance = said->instance;
	row->told_at = said->at;
	row->effect_tries = said->effect_tries;
	row->published = said->published > row->published ? said->published : row->published;
}

static void read_row(struct mesh_status *status, const char *daemon, const struct db_rows *rows,
                     size_t at)
{
	struct shard_status *const row =
	    add(status, daemon, db_text(rows, at, 0), (int32_t)db_int(rows, at, 1));

	row->begun = true;
	row->epoch = db_int(rows, at, 2);
	row->now = db_time(rows, at, 3);
	row->sequence = db_int(rows, at, 4);
	row->published = db_int(rows, at, 5);
	row->owner = arena_string(status->arena, db_text(rows, at, 6));
	if (!db_is_null(rows, at, 7))
		row->left_out = arena_string(status->arena, db_text(rows, at, 7));
	row->dead_letters = db_int(rows, at, 8);
	row->parked_keys = db_int(rows, at, 9);
	merge_said(status, row);
}

/* The shards of a schema that is there, and of a stage that we know, have to come. */
static void add_missing(struct mesh_status *status, const char *schema)
{
	for (const struct mesh_stage *stage = mesh_stages; stage->stage != NULL; stage++)
		for (int32_t n = 0; text_equal(stage->schema, schema) && n < status->partitions;
		     n++)
			if (find(status, stage->stage, n) == NULL)
				(void)add(status, stage->daemon, stage->stage, n);
}

static int compare(const void *a, const void *b)
{
	const struct shard_status *const one = a;
	const struct shard_status *const other = b;
	int order = strcmp(one->daemon, other->daemon);

	if (order == 0)
		order = strcmp(one->stage, other->stage);
	return order != 0 ? order : (one->shard > other->shard) - (one->shard < other->shard);
}

/* A schema that nobody migrated yet has no such table. */
static enum status read_effects(struct mesh_status *status, struct mesh_store *store, size_t place)
{
	AUTO_ROWS rows = NULL;
	bool has;

	TRY(mesh_store_has(store, place, "effect_pending", &has));
	if (!has)
		return STATUS_OK;
	TRY(mesh_store_all(store, place, &sql_effect_look, &rows));
	for (size_t i = 0; i < db_rows_count(rows); i++) {
		struct shard_status *const row =
		    find(status, db_text(rows, i, 0), (int32_t)db_int(rows, i, 1));

		if (row == NULL)
			continue;
		row->effects = db_int(rows, i, 2);
		if (!db_is_null(rows, i, 3))
			row->oldest_effect = db_time(rows, i, 3);
	}
	return STATUS_OK;
}

enum status mesh_status_look(struct mesh_status *status, struct mesh_store *store)
{
	const size_t most = SCHEMAS_MAX * (size_t)PARTITIONS_MAX * 4;

	if (status->shards == NULL)
		status->shards = arena_alloc(status->arena, most * sizeof(*status->shards));
	status->count = 0;
	for (size_t i = 0; i < store->count; i++) {
		const char *const schema = store->places[i].schema;
		AUTO_ROWS rows = NULL;

		TRY(mesh_store_all(store, i, &sql_shard_look, &rows));
		for (size_t n = 0; n < db_rows_count(rows) && status->count < most / 2; n++)
			read_row(status, mesh_daemon(schema), rows, n);
		TRY(read_effects(status, store, i));
		add_missing(status, schema);
	}
	qsort(status->shards, status->count, sizeof(*status->shards), compare);
	return STATUS_OK;
}

bool shard_status_reached(const struct shard_status *shard, struct instant at)
{
	return shard->begun && !time_before(shard->now, at) && shard->published >= shard->sequence;
}

/* Lag and age. */

/* One input of one shard: what is behind its position. */
struct position {
	struct shard_status *shard;
	int topic;
	int64_t next;
};

struct measure {
	struct mesh_status *status;
	struct bus_reader *reader;
	struct position *positions;
	size_t count;
	size_t room;
	struct bus_range *ranges; /* of all partitions of all topics */
	size_t range_count;
};

static void move_position(struct measure *m, struct shard_status *shard, int topic, int64_t next)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->positions[i].shard != shard || m->positions[i].topic != topic)
			continue;
		m->positions[i].next = next;
		return;
	}
	if (m->count < m->room)
		m->positions[m->count++] = (struct position){ shard, topic, next };
}

/* A shard that has not folded anything yet stands at the beginning of all that it reads. */
static void begin_positions(struct measure *m)
{
	for (size_t i = 0; i < m->status->count; i++)
		for (const struct mesh_stage *row = mesh_stages; row->stage != NULL; row++)
			for (const int *topic = row->reads;
			     text_equal(row->stage, m->status->shards[i].stage) && *topic >= 0;
			     topic++)
				move_position(m, &m->status->shards[i], *topic, 0);
}

static enum status read_positions(struct measure *m, struct mesh_store *store)
{
	m->room = m->status->count * TOPICS_MAX;
	m->positions = arena_alloc(m->status->arena, (m->room + 1) * sizeof(*m->positions));
	begin_positions(m);
	for (size_t i = 0; i < store->count; i++) {
		AUTO_ROWS rows = NULL;

		TRY(mesh_store_all(store, i, &sql_input_offset_look, &rows));
		for (size_t n = 0; n < db_rows_count(rows); n++) {
			struct shard_status *const shard =
			    find(m->status, db_text(rows, n, 0), (int32_t)db_int(rows, n, 1));
			const int topic = catalogue_find(&opsmesh_catalogue, db_text(rows, n, 2));

			if (shard != NULL && topic >= 0)
				move_position(m, shard, topic, db_int(rows, n, 3));
		}
	}
	return STATUS_OK;
}

static enum status read_ends(struct measure *m)
{
	int32_t counts[TOPICS_MAX] = { 0 };
	size_t all = 0;

	if (bus_reader_partitions(m->reader, counts, PATIENCE) != STATUS_OK)
		return fail_bus(m->status, m->reader);
	for (int i = 0; i < opsmesh_catalogue.count; i++)
		all += (size_t)counts[i];
	m->ranges = arena_zero(m->status->arena, (all + 1) * sizeof(*m->ranges));
	for (int i = 0; i < opsmesh_catalogue.count; i++)
		for (int32_t n = 0; n < counts[i]; n++)
			m->ranges[m->range_count++] =
			    (struct bus_range){ .topic = i, .partition = n, .from = BUS_FIRST };
	return bus_reader_bound(m->reader, m->ranges, m->range_count, PATIENCE) == STATUS_OK
	           ? STATUS_OK
	           : fail_bus(m->status, m->reader);
}

static const struct bus_range *range_of(const struct measure *m, const struct position *position)
{
	for (size_t i = 0; i < m->range_count; i++)
		if (m->ranges[i].topic == position->topic &&
		    m->ranges[i].partition == position->shard->shard)
			return &m->ranges[i];
	return NULL;
}

/* Of each position with something behind it, one record's place; those of one stage at a time, as a
 * partition can be read from one place at once. */
static size_t pick(struct measure *m, const char *stage, struct bus_range *picked)
{
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct position *const position = &m->positions[i];
		const struct bus_range *const range = range_of(m, position);

		if (range == NULL || !text_equal(position->shard->stage, stage))
			continue;
		const int64_t from = position->next > range->from ? position->next : range->from;

		if (position->shard->lag < 0)
			position->shard->lag = 0;
		if (from >= range->until)
			continue;
		position->shard->lag += range->until - from;
		picked[count++] =
		    (struct bus_range){ range->topic, range->partition, from, from + 1 };
	}
	return count;
}

static enum status read_oldest(struct measure *m, const char *stage)
{
	struct bus_range *const picked =
	    arena_alloc(m->status->arena, (m->count + 1) * sizeof(*picked));
	const size_t count = pick(m, stage, picked);
	const struct instant end = time_add(time_monotonic(), PATIENCE);
	struct bus_record record;

	if (count == 0)
		return STATUS_OK;
	bus_reader_begin(m->reader, picked, count, false);
	while (time_before(time_monotonic(), end)) {
		const enum bus_read read = bus_reader_next(m->reader, SECONDS(1), &record);

		if (read == BUS_READ_DONE)
			return STATUS_OK;
		if (read == BUS_READ_ERROR)
			return fail_bus(m->status, m->reader);
		if (read != BUS_READ_RECORD)
			continue;

		struct shard_status *const shard = find(m->status, stage, record.partition);

		if (shard != NULL)
			shard->oldest = time_earlier(shard->oldest, record.appended);
		bus_record_release(record.message);
	}
	return STATUS_OK;
}

static enum status measure_all(struct measure *m, struct mesh_store *store)
{
	TRY(read_positions(m, store));
	TRY(read_ends(m));
	for (size_t i = 0; i < m->status->count; i++) {
		const char *const stage = m->status->shards[i].stage;

		if (i == 0 || !text_equal(stage, m->status->shards[i - 1].stage))
			TRY(read_oldest(m, stage));
	}
	return STATUS_OK;
}

enum status mesh_status_measure(struct mesh_status *status, struct mesh_store *store)
{
	const char *names[TOPICS_MAX];
	struct measure m = { .status = status };
	char reason[BUS_REASON_SIZE];
	enum status result;

	for (int i = 0; i < opsmesh_catalogue.count; i++)
		names[i] = opsmesh_catalogue.topics[i].name;
	m.reader = bus_reader_create(&(struct bus_settings){ status->brokers, "opsmesh", NULL,
	                                                     names, opsmesh_catalogue.count, -1 },
	                             0, reason);
	if (m.reader == NULL) {
		snprintf(status->reason, sizeof(status->reason), "%s", reason);
		return STATUS_REJECT;
	}
	result = measure_all(&m, store);
	bus_reader_destroy(m.reader);
	return result;
}
