/*
 * service_config - settings and documents: what a daemon is given before it starts.
 */
#include "common/base/check.h"
#include "common/base/log.h"
#include "common/base/text.h"
#include "common/flow/service_inside.h"
#include "common/io/digest.h"
#include "common/io/file.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT_MAX ((size_t)4 << 20) /* bytes of one: a year of rosters takes a tenth of it */
#define MAPPED_MAX ((size_t)64 << 20)  /* of one that is no JSON: a model */
#define FOLDER_MAX 256                 /* documents in one folder */
#define PARTS_MAX 8                    /* of a row's path */

/* The fallback of INSTANCE names the service, and is filled in below. */
static const struct config_key common_keys[] = {
	CONFIG(struct service_config, brokers, "KAFKA_BROKERS", NULL, NULL, NULL,
	       "Kafka's bootstrap servers: host:port, ..."),
	CONFIG_SECRET(struct service_config, database_url, "DATABASE_URL", NULL,
	              "PostgreSQL, as the role that owns this daemon's schema."),
	CONFIG(struct service_config, http_listen, "HTTP_LISTEN", "127.0.0.1:0", NULL, NULL,
	       "Where probes and metrics are served; port 0 is any free one, told in the log."),
	CONFIG(struct service_config, log_level, "LOG_LEVEL", "info", NULL, NULL,
	       "debug, info, warn or error."),
	CONFIG(
	    struct service_config, instance, "INSTANCE", "", NULL, NULL,
	    "Name of this instance: the same after a restart, unique among the daemon's instances."),
	CONFIG(struct service_config, state_directory, "STATE_DIRECTORY", "", NULL, NULL,
	       "Folder for the crash note: which event a handler died of. Empty: none is kept."),
	CONFIG(struct service_config, policy_directory, "POLICY_DIRECTORY", "", NULL, NULL,
	       "Folder of the policies, calendars and lists in force."),
	CONFIG(struct service_config, mesh_mode, "MESH_MODE", "live", NULL, NULL,
	       "live: time is the real clock's; recorded: it comes with the requests."),
	CONFIG(struct service_config, session, "GROUP_SESSION", "30s", "6s", "30m",
	       "The shards of an instance that is gone wait so long before others take them."),
	CONFIG(struct service_config, mesh_grace, "MESH_GRACE", "2s", "0s", "1h",
	       "Live: a request is in the journal at most so long after it was received."),
	CONFIG(struct service_config, mesh_silence, "MESH_SILENCE", "30s", "1s", "1d",
	       "Live: an input that said nothing for so long holds nobody's clock any more."),
	CONFIG(struct service_config, cache_bytes, "STATE_CACHE_BYTES", "67108864", "1048576",
	       "68719476736",
	       "Memory for rows that are not always in memory, shared by the shards."),
	CONFIG(
	    struct service_config, fetch_bytes, "FETCH_QUEUE_BYTES", "67108864", "1048576",
	    "1073741824",
	    "Memory for records fetched ahead; half as much again is read and not folded, or on its way "
	    "out."),
	CONFIG(struct service_config, batch_events, "BATCH_EVENTS", "1000", "1", "100000",
	       "Events of one shard in one transaction, at most."),
	CONFIG_END,
};

static size_t key_count(const struct config_key *keys)
{
	size_t count = 0;

	while (keys != NULL && keys[count].name != NULL)
		count++;
	return count;
}

static const struct config_key *join_keys(struct arena *arena, const struct service *service)
{
	const size_t common = key_count(common_keys);
	const size_t own = key_count(service->config_keys);
	struct config_key *const keys = arena_zero(arena, (common + own + 1) * sizeof(*keys));

	memcpy(keys, common_keys, common * sizeof(*keys));
	if (own > 0)
		memcpy(keys + common, service->config_keys, own * sizeof(*keys));
	for (size_t i = 0; i < common; i++)
		if (text_equal(keys[i].name, "INSTANCE"))
			keys[i].fallback = arena_printf(arena, "%s-0", service->name);
		else if (text_equal(keys[i].name, "BATCH_EVENTS") && service->batch_events != NULL)
			keys[i].fallback = service->batch_events;
	return keys;
}

void daemon_init(struct daemon *daemon, const struct service *service, const char *build)
{
	*daemon = (struct daemon){ .service = service, .build = build };
	daemon->catalogue = service->catalogue != NULL ? service->catalogue : &opsmesh_catalogue;
	daemon->arena = arena_create(64 * 1024);
	daemon->keys = join_keys(daemon->arena, service);
}

bool daemon_configure_policies(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE])
{
	struct config_key keys[] = { { .name = NULL }, CONFIG_END };

	for (const struct config_key *key = common_keys; key->name != NULL; key++)
		if (text_equal(key->name, "POLICY_DIRECTORY"))
			keys[0] = *key;
	daemon->config = arena_zero(daemon->arena, sizeof(*daemon->config));
	return config_load(keys, daemon->config, reason, SERVICE_REASON_SIZE);
}

bool daemon_configure(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE])
{
	const size_t size = daemon->service->config_size > sizeof(struct service_config)
	                        ? daemon->service->config_size
	                        : sizeof(struct service_config);
	enum log_level level;

	daemon->config = arena_zero(daemon->arena, size);
	if (!config_load(daemon->keys, daemon->config, reason, SERVICE_REASON_SIZE))
		return false;
	if (!log_level_parse(daemon->config->log_level, &level)) {
		snprintf(reason, SERVICE_REASON_SIZE, "LOG_LEVEL: debug, info, warn or error");
		return false;
	}
	if (!text_equal(daemon->config->mesh_mode, "live") && !daemon_is_recorded(daemon)) {
		snprintf(reason, SERVICE_REASON_SIZE, "MESH_MODE: live or recorded");
		return false;
	}
	log_open(daemon->service->name, level);
	return true;
}

bool daemon_is_recorded(const struct daemon *daemon)
{
	return text_equal(daemon->config->mesh_mode, "recorded");
}

/* Documents. */

static size_t document_count(const struct service_document *rows)
{
	size_t count = 0;

	while (rows != NULL && rows[count].name != NULL)
		count++;
	return count;
}

/* A row's path has parts, with a blank between: each a file, or a folder where it ends with "/". */
static bool is_folder(struct bytes part)
{
	return part.size > 0 && ((const char *)part.data)[part.size - 1] == '/';
}

static bool next_part(const char **path, struct bytes *part)
{
	*path += strspn(*path, " ");
	*part = (struct bytes){ *path, strcspn(*path, " ") };
	*path += part->size;
	return part->size > 0;
}

/* The paths of a part's files, below POLICY_DIRECTORY. */
static bool list_files(const struct daemon *daemon, struct bytes part, const char **paths,
                       size_t *count)
{
	const char *const directory = daemon->config->policy_directory;
	const size_t skip = strlen(directory) + 1;

	if (!is_folder(part)) {
		paths[0] = arena_text(daemon->arena, part.data, part.size);
		*count = 1;
		return true;
	}
	const char *const folder = arena_printf(daemon->arena, "%s/%.*s", directory,
	                                        (int)part.size - 1, (const char *)part.data);

	if (!file_list(daemon->arena, folder, ".json", FOLDER_MAX, paths, count))
		return false;
	for (size_t i = 0; i < *count; i++)
		paths[i] += skip;
	return true;
}

static void digest_text(struct arena *arena, struct bytes body, char text[static DIGEST_TEXT_SIZE])
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(body, digest);
	memcpy(text, text_hex(arena, (struct bytes){ digest, sizeof(digest) }), DIGEST_TEXT_SIZE);
}

static bool is_json(const char *path)
{
	const size_t size = strlen(path);

	return size >= 5 && text_equal(path + size - 5, ".json");
}

static bool read_file(const struct daemon *daemon, const char *path, struct document *file,
                      char reason[static SERVICE_REASON_SIZE])
{
	const char *const whole =
	    arena_printf(daemon->arena, "%s/%s", daemon->config->policy_directory, path);

	*file = (struct document){ .name = path };
	if (!is_json(path) && !file_map(whole, MAPPED_MAX, &file->body)) {
		snprintf(reason, SERVICE_REASON_SIZE,
		         "POLICY_DIRECTORY: %s cannot be mapped, or has more than %zu bytes", whole,
		         MAPPED_MAX);
		return false;
	}
	if (is_json(path) && !file_read(daemon->arena, whole, DOCUMENT_MAX, &file->body)) {
		snprintf(reason, SERVICE_REASON_SIZE, "POLICY_DIRECTORY: %s cannot be read", whole);
		return false;
	}
	if (is_json(path) && file->body.size > DOCUMENT_MAX) {
		snprintf(reason, SERVICE_REASON_SIZE,
		         "POLICY_DIRECTORY: %s has more than %zu bytes", whole, DOCUMENT_MAX);
		return false;
	}
	digest_text(daemon->arena, file->body, file->digest);
	return true;
}

/* All files that have been read so far, ended by a name of NULL. */
struct files {
	struct document *list;
	size_t count;
};

static void add_file(struct arena *arena, struct files *files, const struct document *file)
{
	struct document *const list = arena_zero(arena, (files->count + 2) * sizeof(*list));

	for (size_t i = 0; i < files->count; i++) /* two rows may look at one folder */
		if (text_equal(files->list[i].name, file->name))
			return;
	if (files->count > 0)
		memcpy(list, files->list, files->count * sizeof(*list));
	list[files->count++] = *file;
	files->list = list;
}

static bool read_part(const struct daemon *daemon, struct bytes part, struct files *files,
                      char reason[static SERVICE_REASON_SIZE])
{
	const char *paths[FOLDER_MAX];
	struct document file;
	size_t count;

	if (!list_files(daemon, part, paths, &count)) {
		snprintf(reason, SERVICE_REASON_SIZE,
		         "POLICY_DIRECTORY: %s/%.*s cannot be read, or has more than %d documents",
		         daemon->config->policy_directory, (int)part.size, (const char *)part.data,
		         FOLDER_MAX);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!read_file(daemon, paths[i], &file, reason))
			return false;
		add_file(daemon->arena, files, &file);
	}
	return true;
}

bool daemon_read_documents(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE])
{
	const struct service_document *row = daemon->service->documents;
	struct files files = { .list = arena_zero(daemon->arena, sizeof(*files.list)) };
	struct bytes part;

	for (; row != NULL && row->name != NULL; row++)
		for (const char *path = row->path; next_part(&path, &part);)
			if (!read_part(daemon, part, &files, reason))
				return false;
	daemon->files = files.list;
	daemon->documents = daemon_compile(daemon, daemon->arena, files.list, reason);
	return daemon->documents != NULL;
}

/* Compiling. */

/* Is the file that part, or in it? */
static bool belongs(struct bytes part, const char *path)
{
	const struct bytes whole = bytes_of(path);

	return is_folder(part)
	           ? whole.size > part.size && memcmp(whole.data, part.data, part.size) == 0
	           : bytes_equal(whole, part);
}

/* Answers whether every part that is one file was there. */
static bool gather_row(const struct service_document *row, const struct document *files,
                       struct document *mine, size_t *count, char *problem, size_t size)
{
	struct bytes part;
	int parts = 0;

	*count = 0;
	for (const char *path = row->path; next_part(&path, &part);) {
		const size_t before = *count;

		CHECK(++parts <= PARTS_MAX);

		for (const struct document *file = files; file->name != NULL; file++)
			if (belongs(part, file->name))
				mine[(*count)++] = *file;
		if (*count == before && !is_folder(part)) {
			snprintf(problem, size, "%.*s is missing", (int)part.size,
			         (const char *)part.data);
			return false;
		}
	}
	return true;
}

static bool compile_row(const struct service_document *row, const struct document *files,
                        struct document *mine, struct document *compiled, char *reason)
{
	char problem[SERVICE_REASON_SIZE] = "";
	size_t count;

	*compiled = (struct document){ .name = row->name };
	if (gather_row(row, files, mine, &count, problem, sizeof(problem)))
		compiled->compiled = row->compile(mine, count, problem, sizeof(problem));
	if (compiled->compiled != NULL)
		return true;
	snprintf(reason, SERVICE_REASON_SIZE, "document %s: %.700s", row->name, problem);
	return false;
}

const struct document *daemon_compile(const struct daemon *daemon, struct arena *arena,
                                      const struct document *files,
                                      char reason[static SERVICE_REASON_SIZE])
{
	const struct service_document *const rows = daemon->service->documents;
	const size_t rows_count = document_count(rows);
	struct document *const compiled = arena_zero(arena, (rows_count + 1) * sizeof(*compiled));
	size_t count = 1;

	for (const struct document *file = files; file->name != NULL; file++)
		count++;
	/* A file may belong to several parts of a row. */
	struct document *const mine = arena_zero(arena, count * PARTS_MAX * sizeof(*mine));

	for (size_t i = 0; i < rows_count; i++)
		if (!compile_row(&rows[i], files, mine, &compiled[i], reason))
			return NULL;
	return compiled;
}

/* Topics. */

static void add_topic(int topics[static SERVICE_TOPICS_MAX], int topic)
{
	size_t at = 0;

	while (topics[at] >= 0 && topics[at] != topic)
		at++;
	if (topics[at] < 0) {
		topics[at] = topic;
		topics[at + 1] = -1;
	}
}

void daemon_reads(const struct daemon *daemon, int topics[static SERVICE_TOPICS_MAX])
{
	int read[STAGE_TOPICS_MAX];

	topics[0] = -1;
	for (const struct stage *stage = daemon->service->stages; stage->name != NULL; stage++) {
		const size_t count = stage_reads(daemon->catalogue, stage, read);

		for (size_t i = 0; i < count; i++)
			add_topic(topics, read[i]);
	}
}

void daemon_writes(const struct daemon *daemon, int topics[static SERVICE_TOPICS_MAX])
{
	topics[0] = -1;
	for (const struct stage *stage = daemon->service->stages; stage->name != NULL; stage++)
		for (const int *topic = stage->emits; topic != NULL && *topic >= 0; topic++)
			add_topic(topics, *topic);
	for (const struct stage *stage = daemon->service->stages; stage->name != NULL; stage++)
		if (stage->effects != NULL)
			add_topic(topics, stage->results);
	add_topic(topics, daemon->catalogue->progress);
}
