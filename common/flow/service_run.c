/*
 * service_run - a daemon at work: what it opens, the loop, and how it closes.
 */
#include "common/base/check.h"
#include "common/base/log.h"
#include "common/base/memory.h"
#include "common/flow/crash_note.h"
#include "common/flow/health.h"
#include "common/flow/kafka_log.h"
#include "common/flow/postgres_blob.h"
#include "common/flow/service_inside.h"
#include "common/flow/vitals.h"
#include "common/flow/worker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define EXIT_STOPPED 0
#define EXIT_WRONG 1
#define EXIT_GAVE_UP 3
#define LOOK_EVERY SECONDS(1)
#define SAY_LOOKS 60
#define WARM_PATIENCE MILLISECONDS(200) /* the loop stands still for it */
/* How late a silent mesh notices that time has passed, for each stage behind the other. */
#define IDLE_COMMIT SECONDS(1)
#define MARK_COMMIT SECONDS(1)
/* Closing has 5 s: this for what is under way, and the rest for the libraries. */
#define SETTLE_PATIENCE MILLISECONDS(1500)
#define ANSWER_PATIENCE MILLISECONDS(500)
#define LEAVE_PATIENCE MILLISECONDS(800)
#define EFFECT_PATIENCE MILLISECONDS(500)
/* Events that a shard reads ahead of its batches, in live mode. */
#define HELD_BATCHES 16

struct running {
	struct daemon *daemon;
	struct health health;
	struct http_server *server;
	int32_t partitions;
	struct kafka_log *log;
	struct postgres_store *store;
	struct postgres_settings store_settings;
	struct outside outside;
	struct worker worker;
	struct postgres_blobs *blobs; /* of its effects; NULL: it has none */
	struct vitals *vitals;
	const struct known_refusal *refused;
	size_t refused_count;
	int reads[SERVICE_TOPICS_MAX];
	int writes[SERVICE_TOPICS_MAX];
	bool warm;
	bool reload; /* the documents are to be read again, when no transaction is under way */
	bool store_away;
	struct vitals_outages outages;
	struct instant look_at; /* monotonic */
	uint64_t looks;
};

static struct instant real_now(void *context)
{
	(void)context;
	return time_now();
}

static uint64_t real_chance(void *context)
{
	uint64_t value = 0;

	(void)context;
	(void)!getrandom(&value, sizeof(value), GRND_NONBLOCK);
	return value;
}

static bool give_up(const char *what, const char *reason)
{
	log_error("gave up", LOG_TEXT("what", what), LOG_TEXT("reason", reason));
	return false;
}

/* Opening. */

static bool open_note(struct running *it)
{
	const struct daemon *const daemon = it->daemon;
	const char *const directory = daemon->config->state_directory;

	if (directory[0] == '\0')
		return true;
	if (!crash_note_open(directory, daemon->catalogue, daemon->arena, &it->refused,
	                     &it->refused_count)) {
		fprintf(stderr, "%s: STATE_DIRECTORY: %s cannot be written: %s\n",
		        daemon->service->name, directory, strerrordesc_np(errno));
		return false;
	}
	for (size_t i = 0; i < it->refused_count; i++)
		log_error("an event that crashed its handler three times is refused",
		          LOG_TEXT("topic", daemon->catalogue->topics[it->refused[i].topic].name),
		          LOG_NUMBER("partition", it->refused[i].partition),
		          LOG_NUMBER("offset", it->refused[i].offset));
	return true;
}

static bool open_server(struct running *it)
{
	const struct service_extra *const extra = &it->daemon->service->extra;
	const struct http_settings settings =
	    http_settings_default(it->daemon->config->http_listen);
	char reason[SERVICE_REASON_SIZE];

	it->server = http_server_create(&settings);
	http_server_add(it->server, health_routes, &it->health);
	if (extra->routes != NULL)
		http_server_add(it->server, extra->routes(),
		                extra->context != NULL ? extra->context() : NULL);
	if (http_server_start(it->server, reason, sizeof(reason))) {
		log_info("listening", LOG_NUMBER("port", http_server_port(it->server)));
		return true;
	}
	fprintf(stderr, "%s: HTTP_LISTEN: %s\n", it->daemon->service->name, reason);
	return false;
}

static bool open_log(struct running *it)
{
	const struct service_config *const config = it->daemon->config;
	char reason[BUS_REASON_SIZE];

	daemon_reads(it->daemon, it->reads);
	daemon_writes(it->daemon, it->writes);
	it->log =
	    kafka_log_create(&(struct kafka_log_settings){ .brokers = config->brokers,
	                                                   .group = it->daemon->service->name,
	                                                   .instance = config->instance,
	                                                   .catalogue = it->daemon->catalogue,
	                                                   .lead = it->daemon->service->lead,
	                                                   .reads = it->reads,
	                                                   .writes = it->writes,
	                                                   .partitions = it->partitions,
	                                                   .session = config->session,
	                                                   .check = true,
	                                                   .fetch_bytes = config->fetch_bytes,
	                                                   .send_bytes = config->fetch_bytes },
	                     reason);
	return it->log != NULL || give_up("kafka", reason);
}

static void open_store(struct running *it)
{
	const struct daemon *const daemon = it->daemon;

	it->store_settings = (struct postgres_settings){ .uri = daemon->config->database_url,
		                                         .daemon = daemon->service->name,
		                                         .instance = daemon->config->instance,
		                                         .build = daemon->build,
		                                         .documents = daemon->files };
	it->store =
	    postgres_store_create(&it->store_settings, daemon->catalogue, daemon->service->stages);
}

static size_t stage_count(const struct service *service)
{
	size_t count = 0;

	while (service->stages[count].name != NULL)
		count++;
	return count;
}

static void open_worker(struct running *it)
{
	const struct daemon *const daemon = it->daemon;
	const struct service_config *const config = daemon->config;
	const size_t shards = stage_count(daemon->service) * (size_t)it->partitions;

	it->outside = (struct outside){ .log_ops = &kafka_log_ops,
		                        .log = it->log,
		                        .store_ops = &postgres_store_ops,
		                        .store = it->store,
		                        .now = real_now,
		                        .chance = real_chance };
	const struct shard_context context = { .catalogue = daemon->catalogue,
		                               .outside = &it->outside,
		                               .config = config,
		                               .documents = daemon->documents,
		                               .partitions = it->partitions,
		                               .recorded = daemon_is_recorded(daemon),
		                               .idle_commit = IDLE_COMMIT,
		                               .mark_commit = MARK_COMMIT,
		                               .batch_events = (size_t)config->batch_events,
		                               .grace = config->mesh_grace,
		                               .silence = config->mesh_silence,
		                               .cache_bytes =
		                                   (size_t)config->cache_bytes / shards };

	worker_init(&it->worker, &context, daemon->service->stages, daemon->service->lead,
	            config->instance);
	it->worker.lost = true; /* the store connects when it is asked to */
	it->worker.refused = it->refused;
	it->worker.refused_count = it->refused_count;
	if (!context
	         .recorded) { /* in recorded mode a shard reads past what it holds, as far as it takes */
		it->worker.held_max = context.batch_events * HELD_BATCHES;
		it->worker.held_bytes_max = (size_t)config->fetch_bytes / 2;
	}
	it->worker.publish_bytes_max = (size_t)config->fetch_bytes / 2;
	for (struct metric *const *own = daemon->service->metrics; own != NULL && *own != NULL;
	     own++)
		metric_register(*own);
	it->vitals =
	    vitals_create(&it->worker, daemon->build,
	                  &(struct vitals_service){ daemon->service->committed,
	                                            daemon->service->look, daemon->service->lost });
}

/* They are run from the start: what is pending comes with the shards. */
static void open_effects(struct running *it)
{
	if (it->worker.effects == NULL)
		return;
	it->blobs = postgres_blobs_create(&it->store_settings);
	effect_work_open(it->worker.effects, postgres_blobs_door(it->blobs));
	effect_work_refuse(it->worker.effects, it->refused, it->refused_count);
	effect_work_start(it->worker.effects);
}

/* Documents again. */

/*
 * Between two transactions, so that a batch is folded by one set of documents and told as such. What was
 * compiled before is left to the process: a reload is rare.
 */
static void reload(struct running *it)
{
	struct daemon fresh = *it->daemon;
	char reason[SERVICE_REASON_SIZE];

	if (!daemon_read_documents(&fresh, reason)) {
		log_error("the documents stay as they were", LOG_TEXT("reason", reason));
		return;
	}
	*it->daemon = fresh;
	it->store_settings.documents = fresh.files;
	postgres_store_documents(it->store);
	it->worker.context.documents = fresh.documents;
	log_info("the documents were read again",
	         LOG_TEXT("directory", fresh.config->policy_directory));
}

static void look_at_documents(struct running *it)
{
	it->reload = reload_asked() || it->reload;
	if (!it->reload || it->worker.committing)
		return;
	it->reload = false;
	reload(it);
}

/* The loop. */

static void beat(void *context)
{
	health_beat(context);
}

/* An outage is told when it begins and when it ends; in between the worker pauses by itself. */
static void watch_store(struct running *it, bool ever)
{
	if (it->worker.lost == it->store_away)
		return;
	it->store_away = it->worker.lost;
	if (!it->store_away) {
		log_info(ever ? "the database answers again" : "the database answers",
		         LOG_NUMBER("outages", it->outages.store));
		return;
	}
	it->outages.store++;
	log_warn("the database went away",
	         LOG_TEXT("reason", postgres_store_ops.reason(it->store)));
}

static void say_health(struct running *it)
{
	const char *reason = NULL;

	if (!it->warm)
		it->warm = kafka_log_warm(it->log, WARM_PATIENCE);
	if (it->worker.lost)
		reason = "the database cannot be reached";
	else if (!it->warm)
		reason = "the topics are not warm";
	else
		(void)worker_ready(&it->worker, &reason);
	health_say(&it->health, reason);
}

static void say_stopped(struct running *it)
{
	for (size_t i = 0; i < it->worker.slot_count; i++) {
		const struct shard *const shard = it->worker.slots[i].shard;

		if (shard != NULL && shard->stopped != NULL)
			log_error("a shard stopped itself", LOG_TEXT("shard", shard->source),
			          LOG_TEXT("reason", shard->stopped));
	}
}

static void look_outside(struct running *it)
{
	const struct kafka_log_counts counts = kafka_log_counts(it->log);

	it->outages.log = counts.away;
	it->outages.log_away = counts.away_now;
	it->outages.store_away = it->store_away;
}

static void look(struct running *it)
{
	if (time_before(time_monotonic(), it->look_at))
		return;
	it->look_at = time_add(time_monotonic(), LOOK_EVERY);
	look_outside(it);
	vitals_look(it->vitals, it->outages);
	say_health(it);
	if (it->looks++ % SAY_LOOKS == 1)
		say_stopped(it);
}

static void work(struct running *it)
{
	bool ever = false;

	it->store_away = true;
	while (!stop_asked() && it->worker.fatal == NULL) {
		worker_step(&it->worker);
		look_at_documents(it);
		health_beat(&it->health);
		watch_store(it, ever);
		ever = ever || !it->worker.lost;
		look(it);
	}
}

/* Closing. */

/* No new batch: what was folded is committed, what was committed is published. */
static void settle(struct running *it)
{
	const struct instant until = time_add(time_monotonic(), SETTLE_PATIENCE);
	struct worker *const worker = &it->worker;

	while (worker->fatal == NULL && !worker->lost && !worker_settled(worker) &&
	       time_before(time_monotonic(), until)) {
		worker_commit(worker, MILLISECONDS(5));
		worker_publish(worker);
		worker_poll(worker, MILLISECONDS(5), 1000);
	}
	if (!worker_settled(worker))
		log_warn("facts are left to be published after the next start",
		         LOG_NUMBER("connected", worker->lost ? 0 : 1));
	worker->hint_at = (struct instant){ 0 };
	worker_progress(worker);
	worker_hint(worker);
}

static void close_server(struct running *it)
{
	const struct service_extra *const extra = &it->daemon->service->extra;

	http_server_stop(it->server, ANSWER_PATIENCE);
	if (extra->stop != NULL)
		extra->stop();
	http_server_destroy(it->server);
}

/* False: an effect goes on for too long, and the process ends without it. */
static bool close_effects(struct running *it)
{
	if (!effect_work_stop(it->worker.effects, EFFECT_PATIENCE))
		return false;
	postgres_blobs_destroy(it->blobs);
	return true;
}

/* The worker lets go of every record before the log closes. */
static bool close_worker(struct running *it)
{
	vitals_destroy(it->vitals);
	worker_finish(&it->worker);
	postgres_store_destroy(it->store);
	return kafka_log_close(it->log, LEAVE_PATIENCE);
}

/* Whatever a library still does by itself must not meet the end of the process. */
_Noreturn static void leave(int status)
{
	(void)fflush(NULL);
	_exit(status);
}

static int stop(struct running *it)
{
	const struct service_extra *const extra = &it->daemon->service->extra;
	const bool fatal = it->worker.fatal != NULL;

	health_drain(&it->health);
	if (fatal)
		give_up("the worker", it->worker.fatal);
	else
		log_info("stopping", LOG_NUMBER("events", it->worker.events));
	if (extra->drain != NULL)
		extra->drain();
	if (!fatal)
		settle(it);
	close_server(it);
	if (fatal) /* nothing of a library in that state is trusted to close */
		leave(EXIT_GAVE_UP);
	if (!close_effects(it)) {
		log_warn("stopped before an effect had ended",
		         LOG_TEXT("instance", it->daemon->config->instance));
		leave(EXIT_STOPPED);
	}
	if (!close_worker(it)) {
		log_warn("stopped before the library left the group",
		         LOG_TEXT("instance", it->daemon->config->instance));
		leave(EXIT_STOPPED);
	}
	log_info("stopped", LOG_TEXT("instance", it->daemon->config->instance));
	return EXIT_STOPPED;
}

static int stop_early(struct running *it)
{
	health_drain(&it->health);
	if (it->daemon->service->extra.drain != NULL)
		it->daemon->service->extra.drain();
	close_server(it);
	return stop_asked() ? EXIT_STOPPED : EXIT_GAVE_UP;
}

static bool start_extra(const struct daemon *daemon)
{
	char reason[SERVICE_REASON_SIZE] = "";

	if (daemon->service->extra.start == NULL ||
	    daemon->service->extra.start(daemon->config, daemon_is_recorded(daemon), reason,
	                                 sizeof(reason)))
		return true;
	fprintf(stderr, "%s: %s\n", daemon->service->name, reason);
	return false;
}

int daemon_run(struct daemon *daemon)
{
	static struct running running; /* as long as the process */
	struct running *const it = &running;

	it->daemon = daemon;
	stop_watch(daemon->service->name);
	health_init(&it->health, daemon->service->extra.ready);
	if (!open_note(it) || !start_extra(daemon) || !open_server(it))
		return EXIT_WRONG;
	log_info("starting", LOG_TEXT("build", daemon->build),
	         LOG_TEXT("instance", daemon->config->instance),
	         LOG_TEXT("mode", daemon->config->mesh_mode));
	it->partitions = daemon_partitions(daemon, beat, &it->health);
	if (it->partitions == 0 || !open_log(it))
		return stop_early(it);
	open_store(it);
	open_worker(it);
	open_effects(it);
	work(it);
	return stop(it);
}
