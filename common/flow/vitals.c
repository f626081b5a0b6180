#include "common/flow/vitals.h"

#include "common/base/memory.h"
#include "common/flow/cache.h"
#include "common/flow/dead_letter.h"
#include "common/flow/effect_work.h"
#include "common/flow/task.h"
#include "common/flow/worker_inside.h"

#include <stdio.h>
#include <unistd.h>

#define LOOKED_AT_MAX 4096 /* events held, or rows, that one look walks over in one shard */

static const double batch_bounds[] = { 1, 10, 100, 1000, 10000, 100000 };
static const double second_bounds[] = { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
	                                0.1,   0.25,   0.5,   1,    2.5,   10 };

#define COUNTER(variable, name_, help_, ...)                      \
	static struct metric variable = { .name = (name_),        \
		                          .help = (help_),        \
		                          .kind = METRIC_COUNTER, \
		                          .labels = { __VA_ARGS__ } }
#define GAUGE(variable, name_, help_, ...)                                                        \
	static struct metric variable = {                                                         \
		.name = (name_), .help = (help_), .kind = METRIC_GAUGE, .labels = { __VA_ARGS__ } \
	}
#define HISTOGRAM(variable, name_, help_, bounds_)                  \
	static struct metric variable = { .name = (name_),          \
		                          .help = (help_),          \
		                          .kind = METRIC_HISTOGRAM, \
		                          .bounds = (bounds_),      \
		                          .bound_count = sizeof(bounds_) / sizeof(double) }

COUNTER(consumed, "opsmesh_events_consumed_total", "Events folded and committed.", "stage");
COUNTER(emitted, "opsmesh_events_emitted_total", "Facts committed, dead letters not counted.",
        "stage");
COUNTER(refused, "opsmesh_events_dead_lettered_total", "Events refused and set aside.", "stage");
COUNTER(transactions, "opsmesh_transactions_total", "Transactions committed.", NULL);
HISTOGRAM(batch_size, "opsmesh_batch_events", "Events of one shard in one batch.", batch_bounds);
HISTOGRAM(batch_seconds, "opsmesh_batch_duration_seconds",
          "From the beginning of folding to the commit.", second_bounds);
COUNTER(effects_started, "opsmesh_effects_started_total", "Effects taken up, to be run.", "stage",
        "effect");
COUNTER(effects_again, "opsmesh_effects_retried_total",
        "Tries of an effect that found the world not ready.", "stage", "effect");
COUNTER(effects_answered, "opsmesh_effects_answered_total", "Effects whose answer was sent.",
        "stage", "effect");
COUNTER(effects_failed, "opsmesh_effects_failed_total",
        "Effects that failed for good, and whose answer says so.", "stage", "effect");
COUNTER(store_outages, "opsmesh_store_outages_total", "Times that PostgreSQL went away.", NULL);
COUNTER(log_outages, "opsmesh_log_outages_total", "Times that no broker could be reached.", NULL);
GAUGE(store_away, "opsmesh_store_away", "1 while PostgreSQL cannot be reached, else 0.", NULL);
GAUGE(log_away, "opsmesh_log_away", "1 while no broker can be reached, else 0.", NULL);
GAUGE(lag, "opsmesh_lag_messages", "Events in the log that are not folded yet.", "stage", "topic");
GAUGE(age, "opsmesh_oldest_unprocessed_event_age_seconds",
      "How long ago the oldest event that is not folded was appended.", "stage", "topic");
GAUGE(mesh_time, "opsmesh_mesh_time_seconds", "Mesh time that the last of the shards has reached.",
      "stage");
GAUGE(mesh_lag, "opsmesh_mesh_time_lag_seconds", "How far that is behind the real clock.", "stage");
GAUGE(left_out, "opsmesh_inputs_left_out", "Silent inputs that nobody waits for.", "stage");
GAUGE(parked, "opsmesh_parked_keys", "Keys whose later events wait behind a refused one.", "stage");
GAUGE(held, "opsmesh_held_events", "Events read and not folded.", "stage");
GAUGE(unpublished, "opsmesh_unpublished_facts", "Facts committed and not acknowledged.", "stage");
GAUGE(timers, "opsmesh_timers", "Timers in memory: the earliest of those that are set.", "stage");
GAUGE(cache_bytes, "opsmesh_cache_bytes", "Memory of state rows.", "stage");
GAUGE(effects_pending, "opsmesh_effects_pending", "Effects asked for and not answered.", "stage");
GAUGE(effects_oldest, "opsmesh_effects_oldest_seconds",
      "How long ago the oldest effect that is not answered was asked for.", "stage");
GAUGE(effects_tries, "opsmesh_effects_pending_tries",
      "Tries of effects not answered that found the world not ready.", "stage");
GAUGE(shards, "opsmesh_shards", "Shards that are owned and work.", "stage");
GAUGE(stopped, "opsmesh_shards_stopped", "Shards that stopped themselves.", "stage");
GAUGE(shards_expected, "opsmesh_shards_expected", "Shards that the stage has, whoever owns them.",
      "stage");
GAUGE(started, "opsmesh_start_time_seconds", "When this process began its work, as a Unix time.",
      NULL);
GAUGE(memory, "opsmesh_resident_memory_bytes", "Resident memory of the process.", NULL);
GAUGE(build_info, "opsmesh_build_info", "Always 1; which build this is.", "version");

struct metric *const vitals_metrics[] = {
	&consumed,       &emitted,         &refused,         &transactions,  &batch_size,
	&batch_seconds,  &store_outages,   &log_outages,     &lag,           &age,
	&mesh_time,      &mesh_lag,        &left_out,        &parked,        &held,
	&unpublished,    &timers,          &cache_bytes,     &shards,        &stopped,
	&memory,         &build_info,      &effects_started, &effects_again, &effects_answered,
	&effects_failed, &effects_pending, &effects_oldest,  &effects_tries, &shards_expected,
	&started,        &store_away,      &log_away,        NULL,
};

/* Sums over the shards of a stage. */
struct sums {
	int64_t lag[STAGE_TOPICS_MAX];
	int64_t age_us[STAGE_TOPICS_MAX];
	struct instant mesh; /* TIME_MAX: no shard has any */
	int64_t left_out, parked, held, unpublished, timers, shards, stopped, effects;
	int64_t effect_tries, effect_age_us;
	size_t cache;
};

/* A topic of a shard that has something to fold and holds nothing of it. */
struct behind {
	int64_t next;         /* as last seen */
	struct instant since; /* real: it did not move */
};

struct vitals {
	struct worker *worker;
	struct behind *behind; /* slot * STAGE_TOPICS_MAX + topic */
	int64_t *left_out;     /* by slot, as of its last batch */
	struct vitals_outages outages;
	struct vitals_service service;
	bool *here; /* by slot: it was, when last looked at */
	struct arena *arena;
};

static struct metric_series *unlabelled(struct metric *metric)
{
	return metric_series(metric, (const char *const[METRIC_LABELS_MAX]){ NULL });
}

static struct metric_series *of_stage(struct metric *metric, const struct stage *stage)
{
	return metric_series(metric, (const char *const[METRIC_LABELS_MAX]){ stage->name });
}

static size_t slot_place(const struct vitals *vitals, const struct shard *shard)
{
	return (size_t)(shard->stage - vitals->worker->stages) *
	           (size_t)vitals->worker->context.partitions +
	       (size_t)shard->number;
}

/* What became true. */

static int64_t count_words(const char *list)
{
	int64_t count = *list == '\0' ? 0 : 1;

	for (; *list != '\0'; list++)
		count += *list == ',' ? 1 : 0;
	return count;
}

static void tell_committed(const struct vitals *vitals, const struct batch *batch)
{
	for (size_t i = 0; vitals->service.committed != NULL && i < batch->fact_count; i++)
		if (!batch->facts[i].dead_letter)
			vitals->service.committed(&batch->facts[i]);
}

static void on_batch(void *context, const struct batch *batch)
{
	struct vitals *const vitals = context;
	const struct stage *const stage = batch->shard->stage;
	int64_t letters = 0;

	for (size_t i = 0; i < batch->fact_count; i++)
		letters += batch->facts[i].dead_letter ? 1 : 0;
	metric_add(of_stage(&consumed, stage), (int64_t)batch->event_count);
	metric_add(of_stage(&emitted, stage), (int64_t)batch->fact_count - letters);
	metric_add(of_stage(&refused, stage), letters);
	metric_observe(unlabelled(&batch_size), (double)batch->event_count);
	vitals->left_out[slot_place(vitals, batch->shard)] = count_words(batch->left_out);
	tell_committed(vitals, batch);
}

static void on_transaction(void *context, struct duration took)
{
	(void)context;
	metric_add(unlabelled(&transactions), 1);
	metric_observe(unlabelled(&batch_seconds), (double)took.us / 1e6);
}

static struct metric *of_news(enum effect_news news)
{
	static struct metric *const metrics[] = { [EFFECT_STARTED] = &effects_started,
		                                  [EFFECT_AGAIN] = &effects_again,
		                                  [EFFECT_ANSWERED] = &effects_answered,
		                                  [EFFECT_FAILED] = &effects_failed };

	return metrics[news];
}

static void on_effect(void *context, const struct stage *stage, const char *name,
                      enum effect_news news, int64_t count)
{
	const char *const labels[METRIC_LABELS_MAX] = { stage->name, name };

	(void)context;
	metric_add(metric_series(of_news(news), labels), count);
}

/* Life. */

static void begin_effects(const struct stage *stage)
{
	for (const struct stage_effect *effect = stage->effects;
	     effect != NULL && effect->name != NULL; effect++)
		for (enum effect_news news = EFFECT_STARTED; news <= EFFECT_FAILED; news++)
			on_effect(NULL, stage, effect->name, news, 0);
}

/* Every series is there from the start: a counter that appears with its first event hides that event. */
static void begin_series(const struct stage *stages)
{
	static struct metric *const alone[] = { &transactions,  &batch_size,  &batch_seconds,
		                                &store_outages, &log_outages, &memory };
	static struct metric *const by_stage[] = { &consumed, &emitted, &refused };

	for (size_t i = 0; i < COUNT_OF(alone); i++)
		(void)unlabelled(alone[i]);
	for (const struct stage *stage = stages; stage->name != NULL; stage++)
		for (size_t i = 0; i < COUNT_OF(by_stage); i++)
			(void)of_stage(by_stage[i], stage);
	for (const struct stage *stage = stages; stage->name != NULL; stage++)
		begin_effects(stage);
}

/* What holds as long as the process lives. */
static void tell_process(const struct worker *worker, const char *build)
{
	metric_set(metric_series(&build_info, (const char *const[METRIC_LABELS_MAX]){ build }), 1);
	metric_set(unlabelled(&started), (double)worker_now(worker).us / 1e6);
	for (const struct stage *stage = worker->stages; stage->name != NULL; stage++)
		metric_set(of_stage(&shards_expected, stage), (double)worker->context.partitions);
}

struct vitals *vitals_create(struct worker *worker, const char *build,
                             const struct vitals_service *service)
{
	struct vitals *const vitals = memory_zero(sizeof(*vitals));

	vitals->worker = worker;
	vitals->service = *service;
	vitals->here = memory_zero(worker->slot_count * sizeof(*vitals->here));
	vitals->arena = arena_create((size_t)16 << 10);
	vitals->behind =
	    memory_zero(worker->slot_count * STAGE_TOPICS_MAX * sizeof(*vitals->behind));
	vitals->left_out = memory_zero(worker->slot_count * sizeof(*vitals->left_out));
	for (struct metric *const *metric = vitals_metrics; *metric != NULL; metric++)
		metric_register(*metric);
	begin_series(worker->stages);
	tell_process(worker, build);
	worker->witness = (struct worker_witness){ vitals, on_batch, on_transaction };
	effect_work_watch(worker->effects, on_effect, vitals);
	return vitals;
}

void vitals_destroy(struct vitals *vitals)
{
	if (vitals == NULL)
		return;
	vitals->worker->witness = (struct worker_witness){ 0 };
	effect_work_watch(vitals->worker->effects, NULL, NULL);
	memory_free(vitals->behind);
	memory_free(vitals->left_out);
	memory_free(vitals->here);
	arena_destroy(vitals->arena);
	memory_free(vitals);
}

/* What is measured. */

/* When the oldest event of a topic was appended; TIME_MAX: none is held. */
static struct instant oldest_held(const struct shard *shard, int topic)
{
	for (size_t i = 0; i < shard->held_count && i < LOOKED_AT_MAX; i++)
		if (shard->held[i]->event.record.topic == topic)
			return shard->held[i]->event.record.appended;
	return TIME_MAX;
}

/* Of what was not read yet nobody knows the append time: its age is how long nothing was folded. */
static struct instant oldest_of(struct vitals *vitals, const struct shard *shard, size_t at,
                                struct instant real)
{
	const struct shard_topic *const topic = &shard->topics[at];
	struct behind *const behind =
	    &vitals->behind[slot_place(vitals, shard) * STAGE_TOPICS_MAX + at];
	const struct instant oldest = oldest_held(shard, topic->topic);
	const bool more = topic->end_at.us != TIME_MIN.us && topic->end > topic->next;

	if (behind->next != topic->next || !more || oldest.us != TIME_MAX.us)
		*behind = (struct behind){ topic->next, real };
	return oldest.us != TIME_MAX.us ? oldest : behind->since;
}

static void look_at_topic(struct vitals *vitals, const struct shard *shard, size_t at,
                          struct instant real, struct sums *sums)
{
	const struct shard_topic *const topic = &shard->topics[at];
	const int64_t age_us = time_since(oldest_of(vitals, shard, at, real), real).us;

	if (topic->end_at.us != TIME_MIN.us && topic->end > topic->next)
		sums->lag[at] += topic->end - topic->next;
	if (age_us > sums->age_us[at])
		sums->age_us[at] = age_us;
}

/* The first that is parked of a key has position 0. */
static int64_t count_parked(const struct shard *shard)
{
	const int table = cache_table(shard->cache, &parked_table);
	struct bytes after = { 0 };
	int64_t count = 0;

	for (int i = 0; i < LOOKED_AT_MAX; i++) {
		const struct cache_row *const row =
		    cache_next(shard->cache, table, (struct bytes){ "", 0 }, after);
		struct parked_row parked_now;

		if (row == NULL)
			break;
		state_unpack(&parked_table, cache_row_key(row), row->packed, &parked_now);
		count += parked_now.position == 0 ? 1 : 0;
		after = cache_row_key(row);
	}
	return count;
}

/* A recorded clock that stands still makes nothing older. */
static void look_at_effects(const struct vitals *vitals, const struct shard *shard,
                            struct instant real, struct sums *sums)
{
	const struct instant now = shard->context->recorded ? shard->committed_now : real;
	const struct instant oldest = effect_oldest(shard);
	const int64_t age_us = oldest.us < now.us ? time_since(oldest, now).us : 0;

	sums->effects += (int64_t)effect_count(shard);
	sums->effect_tries += effect_work_tries(vitals->worker->effects, slot_place(vitals, shard));
	if (age_us > sums->effect_age_us)
		sums->effect_age_us = age_us;
}

static void look_at_shard(struct vitals *vitals, const struct shard *shard, struct instant real,
                          struct sums *sums)
{
	for (size_t i = 0; i < shard->topic_count; i++)
		look_at_topic(vitals, shard, i, real, sums);
	sums->mesh = time_earlier(sums->mesh, shard->committed_now);
	sums->left_out += vitals->left_out[slot_place(vitals, shard)];
	sums->parked += count_parked(shard);
	sums->held += (int64_t)shard->held_count;
	sums->unpublished += shard->committed_sequence - publisher_mark(shard->publisher);
	sums->timers += (int64_t)shard->timers.count;
	look_at_effects(vitals, shard, real, sums);
	sums->cache += cache_memory(shard->cache);
	sums->shards += shard->stopped == NULL ? 1 : 0;
	sums->stopped += shard->stopped == NULL ? 0 : 1;
}

/* What the service measures of a shard, and that one is gone. A shard that is loaded anew is still here. */
static void look_for_service(struct vitals *vitals, size_t place)
{
	const struct slot *const slot = &vitals->worker->slots[place];
	const struct stage *const stage = slot_stage(vitals->worker, slot);

	if (slot->state == SLOT_OWNED && vitals->service.look != NULL) {
		struct task task = { .config = vitals->worker->context.config,
			             .arena = vitals->arena,
			             .scratch = vitals->arena,
			             .now = slot->shard->committed_now,
			             .shard_number = slot->shard->number,
			             .partitions = vitals->worker->context.partitions,
			             .shard = slot->shard };

		vitals->service.look(stage, &task);
		arena_reset(vitals->arena);
	}
	if (slot->state == SLOT_ELSEWHERE && vitals->here[place] && vitals->service.lost != NULL)
		vitals->service.lost(stage, slot_partition(vitals->worker, slot));
	if (slot->state == SLOT_OWNED || slot->state == SLOT_ELSEWHERE)
		vitals->here[place] = slot->state == SLOT_OWNED;
}

static void tell_topics(const struct catalogue *catalogue, const struct stage *stage,
                        const struct sums *sums)
{
	int topics[STAGE_TOPICS_MAX];
	const size_t count = stage_reads(catalogue, stage, topics);

	for (size_t i = 0; i < count; i++) {
		const char *const labels[METRIC_LABELS_MAX] = { stage->name,
			                                        catalogue->topics[topics[i]].name };

		metric_set(metric_series(&lag, labels), (double)sums->lag[i]);
		metric_set(metric_series(&age, labels), (double)sums->age_us[i] / 1e6);
	}
}

static void tell_stage(const struct stage *stage, const struct sums *sums, struct instant real)
{
	const bool timed = sums->mesh.us != TIME_MAX.us && sums->mesh.us > 0;

	if (timed) {
		metric_set(of_stage(&mesh_time, stage), (double)sums->mesh.us / 1e6);
		metric_set(of_stage(&mesh_lag, stage),
		           (double)time_since(sums->mesh, real).us / 1e6);
	}
	metric_set(of_stage(&left_out, stage), (double)sums->left_out);
	metric_set(of_stage(&parked, stage), (double)sums->parked);
	metric_set(of_stage(&held, stage), (double)sums->held);
	metric_set(of_stage(&unpublished, stage), (double)sums->unpublished);
	metric_set(of_stage(&timers, stage), (double)sums->timers);
	if (stage->effects != NULL) {
		metric_set(of_stage(&effects_pending, stage), (double)sums->effects);
		metric_set(of_stage(&effects_oldest, stage), (double)sums->effect_age_us / 1e6);
		metric_set(of_stage(&effects_tries, stage), (double)sums->effect_tries);
	}
	metric_set(of_stage(&cache_bytes, stage), (double)sums->cache);
	metric_set(of_stage(&shards, stage), (double)sums->shards);
	metric_set(of_stage(&stopped, stage), (double)sums->stopped);
}

/* The second number of /proc/self/statm, in pages; 0: it cannot be read. */
static int64_t resident_bytes(void)
{
	FILE *const file = fopen("/proc/self/statm", "re");
	long long pages = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*d %lld", &pages) != 1)
		pages = 0;
	(void)fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

void vitals_look(struct vitals *vitals, struct vitals_outages outages)
{
	const struct worker *const worker = vitals->worker;
	const struct instant real = worker_now(worker);
	const size_t partitions = (size_t)worker->context.partitions;

	for (size_t i = 0; i < worker->stage_count; i++) {
		struct sums sums = { .mesh = TIME_MAX };

		for (size_t n = 0; n < partitions; n++)
			if (worker->slots[i * partitions + n].state == SLOT_OWNED)
				look_at_shard(vitals, worker->slots[i * partitions + n].shard, real,
				              &sums);
		tell_topics(worker->context.catalogue, &worker->stages[i], &sums);
		tell_stage(&worker->stages[i], &sums, real);
	}
	for (size_t i = 0; i < worker->slot_count; i++)
		look_for_service(vitals, i);
	metric_add(unlabelled(&store_outages), outages.store - vitals->outages.store);
	metric_add(unlabelled(&log_outages), outages.log - vitals->outages.log);
	metric_set(unlabelled(&store_away), outages.store_away ? 1 : 0);
	metric_set(unlabelled(&log_away), outages.log_away ? 1 : 0);
	vitals->outages = outages;
	metric_set(unlabelled(&memory), (double)resident_bytes());
}
