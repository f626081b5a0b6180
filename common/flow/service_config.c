/*
 * service_config - settings and documents: what a daemon is given before it starts.
 */
#include "common/base/log.h"
#include "common/base/text.h"
#include "common/flow/service_inside.h"
#include "common/io/digest.h"
#include "common/io/file.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT_MAX ((size_t)4 << 20) /* bytes of one: a year of rosters takes a tenth of it */
#define FOLDER_MAX 256                 /* documents in one folder */

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
	CONFIG(struct service_config, mesh_grace, "MESH_GRACE", "2s", "0s", "1h",
	       "Live: a request is in the journal at most so long after it was received."),
	CONFIG(struct service_config, mesh_silence, "MESH_SILENCE", "30s", "1s", "1d",
	       "Live: an input that said nothing for so long holds nobody's clock any more."),
	CONFIG(struct service_config, cache_bytes, "STATE_CACHE_BYTES", "67108864", "1048576",
	       "68719476736",
	       "Memory for rows that are not always in memory, shared by the shards."),
	CONFIG(struct service_config, fetch_bytes, "FETCH_QUEUE_BYTES", "67108864", "1048576",
	       "1073741824", "Memory for records that were fetched ahead."),
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
	return keys;
}

void daemon_init(struct daemon *daemon, const struct service *service, const char *build)
{
	*daemon = (struct daemon){ .service = service, .build = build };
	daemon->catalogue = service->catalogue != NULL ? service->catalogue : &opsmesh_catalogue;
	daemon->arena = arena_create(64 * 1024);
	daemon->keys = join_keys(daemon->arena, service);
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

/* ---- documents ---- */

static bool is_folder(const struct service_document *row)
{
	const size_t size = strlen(row->path);

	return size > 0 && row->path[size - 1] == '/';
}

static size_t document_count(const struct service_document *rows)
{
	size_t count = 0;

	while (rows != NULL && rows[count].name != NULL)
		count++;
	return count;
}

/* Adds the paths of a folder's files, below POLICY_DIRECTORY; its name is size bytes. */
static bool list_folder(const struct daemon *daemon, const char *name, size_t size,
                        const char **paths, size_t *count)
{
	const char *const directory = daemon->config->policy_directory;
	const char *const folder =
	    arena_printf(daemon->arena, "%s/%.*s", directory, (int)size, name);
	size_t found;

	if (!file_list(daemon->arena, folder, ".json", FOLDER_MAX - *count, paths + *count, &found))
		return false;
	for (size_t i = 0; i < found; i++)
		paths[*count + i] += strlen(directory) + 1;
	*count += found;
	return true;
}

/* The paths of a row's files, below POLICY_DIRECTORY. */
static bool list_files(const struct daemon *daemon, const struct service_document *row,
                       const char **paths, size_t *count)
{
	const char *at = row->path;

	*count = 0;
	if (!is_folder(row)) {
		paths[(*count)++] = row->path;
		return true;
	}
	while (*at != '\0') {
		const size_t size = strcspn(at, " ");

		if (!list_folder(daemon, at, size - 1, paths, count))
			return false;
		at += size + strspn(at + size, " ");
	}
	return true;
}

static void digest_text(struct arena *arena, struct bytes body, char text[static DIGEST_TEXT_SIZE])
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(body, digest);
	memcpy(text, text_hex(arena, (struct bytes){ digest, sizeof(digest) }), DIGEST_TEXT_SIZE);
}

static bool read_file(const struct daemon *daemon, const char *path, struct document *file,
                      char reason[static SERVICE_REASON_SIZE])
{
	const char *const whole =
	    arena_printf(daemon->arena, "%s/%s", daemon->config->policy_directory, path);

	*file = (struct document){ .name = path };
	if (!file_read(daemon->arena, whole, DOCUMENT_MAX, &file->body)) {
		snprintf(reason, SERVICE_REASON_SIZE, "POLICY_DIRECTORY: %s cannot be read", whole);
		return false;
	}
	if (file->body.size > DOCUMENT_MAX) {
		snprintf(reason, SERVICE_REASON_SIZE,
		         "POLICY_DIRECTORY: %s has more than %zu bytes", whole, DOCUMENT_MAX);
		return false;
	}
	digest_text(daemon->arena, file->body, file->digest);
	return true;
}

bool daemon_read_documents(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE])
{
	const struct service_document *const rows = daemon->service->documents;
	struct document *const files =
	    arena_zero(daemon->arena, (document_count(rows) * FOLDER_MAX + 1) * sizeof(*files));
	size_t count = 0;

	for (const struct service_document *row = rows; row != NULL && row->name != NULL; row++) {
		const char *paths[FOLDER_MAX];
		size_t path_count;

		if (!list_files(daemon, row, paths, &path_count)) {
			snprintf(
			    reason, SERVICE_REASON_SIZE,
			    "POLICY_DIRECTORY: %s/%s cannot be read, or has more than %d documents",
			    daemon->config->policy_directory, row->path, FOLDER_MAX);
			return false;
		}
		for (size_t i = 0; i < path_count; i++)
			if (!read_file(daemon, paths[i], &files[count++], reason))
				return false;
	}
	daemon->files = files;
	daemon->documents = daemon_compile(daemon, daemon->arena, files, reason);
	return daemon->documents != NULL;
}

static bool belongs(const struct service_document *row, const char *path)
{
	const char *at = row->path;

	if (!is_folder(row))
		return text_equal(path, row->path);
	while (*at != '\0') {
		const size_t size = strcspn(at, " ");

		if (strncmp(path, at, size) == 0)
			return true;
		at += size + strspn(at + size, " ");
	}
	return false;
}

static bool compile_row(const struct service_document *row, const struct document *files,
                        struct document *mine, struct document *compiled, char *reason)
{
	char problem[SERVICE_REASON_SIZE] = "";
	size_t count = 0;

	for (; files->name != NULL; files++)
		if (belongs(row, files->name))
			mine[count++] = *files;
	*compiled = (struct document){ .name = row->name };
	if (count > 0 || is_folder(row))
		compiled->compiled = row->compile(mine, count, problem, sizeof(problem));
	else
		snprintf(problem, sizeof(problem), "%s is missing", row->path);
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
	size_t count = 0;

	while (files[count].name != NULL)
		count++;
	struct document *const mine = arena_zero(arena, (count + 1) * sizeof(*mine));

	for (size_t i = 0; i < rows_count; i++)
		if (!compile_row(&rows[i], files, mine, &compiled[i], reason))
			return NULL;
	return compiled;
}

/* ---- topics ---- */

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
	add_topic(topics, daemon->catalogue->progress);
}
