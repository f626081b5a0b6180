#include "common/flow/effect_work.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/cache.h"
#include "common/flow/effect_job.h"

#include <stdio.h>

#define PAUSE_FIRST SECONDS(1)
#define PAUSE_MAX MINUTES(2)
#define WAIT_IDLE MILLISECONDS(50) /* for a pause that ends; what is new is told at once */
#define NANOSECONDS 1000
#define SECOND_US 1000000

/* Life. */

struct effect_work *effect_work_create(const struct shard_context *context,
                                       const struct stage *stages)
{
	while (stages->name != NULL && stages->effects == NULL)
		stages++;
	if (stages->name == NULL)
		return NULL;
	struct effect_work *const work = memory_zero(sizeof(*work));

	work->context = context;
	work->token = ++*context->tokens;
	work->arena = arena_create(EFFECT_ARENA_BLOCK);
	pthread_mutex_init(&work->lock, NULL);
	pthread_cond_init(&work->changed, NULL);
	return work;
}

void effect_work_destroy(struct effect_work *work)
{
	if (work == NULL)
		return;
	CHECK(!work->threaded);
	for (size_t i = 0; i < work->count; i++)
		effect_job_destroy(work->jobs[i]);
	effect_tools_close(&work->tools);
	arena_destroy(work->arena);
	pthread_cond_destroy(&work->changed);
	pthread_mutex_destroy(&work->lock);
	memory_free(work);
}

void effect_work_watch(struct effect_work *work, effect_witness *witness, void *context)
{
	if (work == NULL)
		return;
	work->witness = witness;
	work->witness_context = context;
}

static void tell(const struct effect_work *work, const struct effect_job *job,
                 enum effect_news news, int64_t count)
{
	if (work->witness != NULL && count > 0)
		work->witness(work->witness_context, job->stage, job->effect->name, news, count);
}

/* Taking up. */

static struct effect_job *find_job(const struct effect_work *work, size_t slot, struct bytes key)
{
	for (size_t i = 0; i < work->count; i++)
		if (work->jobs[i]->slot == slot && !work->jobs[i]->forsaken &&
		    bytes_equal(work->jobs[i]->row_key, key))
			return work->jobs[i];
	return NULL;
}

/* One that runs is let go when it has ended. */
static void let_go(struct effect_work *work, size_t at)
{
	struct effect_job *const job = work->jobs[at];

	job->forsaken = true;
	if (job->state == EFFECT_JOB_RUNS)
		return;
	work->bytes -= job->bytes;
	effect_job_destroy(job);
	work->jobs[at] = work->jobs[--work->count];
}

static bool has_room(const struct effect_work *work)
{
	return work->count < EFFECTS_MAX && work->bytes < EFFECT_BYTES_MAX;
}

static void take_up(struct effect_work *work, size_t slot, struct shard *shard,
                    const struct cache_row *row)
{
	struct effect_job *const job = effect_job_create(work->context, shard, row);

	job->slot = slot;
	job->number = ++work->numbers;
	work->bytes += job->bytes;
	work->jobs[work->count++] = job;
	tell(work, job, EFFECT_STARTED, 1);
}

static void take_up_new(struct effect_work *work, size_t slot, struct shard *shard)
{
	const struct cache_row *row = effect_next(shard, (struct bytes){ 0 });

	for (; row != NULL && has_room(work); row = effect_next(shard, cache_row_key(row)))
		if (find_job(work, slot, cache_row_key(row)) == NULL)
			take_up(work, slot, shard, row);
	shard->effects_changed = row != NULL; /* the others come when there is room */
}

void effect_work_look(struct effect_work *work, size_t slot, struct shard *shard)
{
	CHECK(!shard->in_batch);
	if (!shard->effects_changed)
		return;
	pthread_mutex_lock(&work->lock);
	for (size_t i = work->count; i > 0; i--)
		if (work->jobs[i - 1]->slot == slot &&
		    !effect_has(shard, work->jobs[i - 1]->row_key))
			let_go(work, i - 1);
	take_up_new(work, slot, shard);
	pthread_cond_signal(&work->changed);
	pthread_mutex_unlock(&work->lock);
}

void effect_work_forget(struct effect_work *work, size_t slot)
{
	if (work->count == 0)
		return;
	pthread_mutex_lock(&work->lock);
	for (size_t i = work->count; i > 0; i--)
		if (work->jobs[i - 1]->slot == slot)
			let_go(work, i - 1);
	pthread_mutex_unlock(&work->lock);
}

/* Sending. */

static bool send_one(struct effect_work *work, struct effect_job *job)
{
	const struct outside *const outside = work->context->outside;
	struct log_header headers[EFFECT_HEADERS];
	const struct log_message message = {
		.topic = job->stage->results,
		.partition = job->shard_number,
		.key = job->key,
		.value = job->answer.message,
		.headers = headers,
		.header_count = effect_job_headers(job, work->context, work->arena, headers),
		.token = work->token,
		.sequence = job->number,
	};
	const bool sent = outside->log_ops->send(outside->log, &message);

	arena_reset(work->arena);
	return sent;
}

/* Once, however often it is sent. */
static void tell_answer(const struct effect_work *work, struct effect_job *job)
{
	if (job->attempts == 0)
		return;
	tell(work, job, EFFECT_AGAIN, job->attempts - 1);
	tell(work, job, job->failed ? EFFECT_FAILED : EFFECT_ANSWERED, 1);
	job->attempts = 0;
}

void effect_work_send(struct effect_work *work)
{
	if (work->count == 0)
		return;
	pthread_mutex_lock(&work->lock);
	for (size_t i = work->count; i > 0; i--) {
		struct effect_job *const job = work->jobs[i - 1];

		if (job->forsaken && job->state != EFFECT_JOB_RUNS)
			let_go(work, i - 1);
		else if (job->state == EFFECT_JOB_ANSWERED && send_one(work, job)) {
			job->state = EFFECT_JOB_SENT;
			tell_answer(work, job);
		}
	}
	pthread_mutex_unlock(&work->lock);
}

/* Acknowledged, it lies on the topic, and is not sent again; its row goes when it is folded. */
bool effect_work_acked(struct effect_work *work, uint64_t token, int64_t number)
{
	if (work == NULL || token != work->token)
		return false;
	pthread_mutex_lock(&work->lock);
	for (size_t i = 0; i < work->count; i++)
		if (work->jobs[i]->number == number)
			work->jobs[i]->state = EFFECT_JOB_DONE;
	pthread_mutex_unlock(&work->lock);
	return true;
}

void effect_work_restart(struct effect_work *work)
{
	if (work == NULL)
		return;
	pthread_mutex_lock(&work->lock);
	work->token = ++*work->context->tokens;
	for (size_t i = 0; i < work->count; i++)
		if (work->jobs[i]->state == EFFECT_JOB_SENT)
			work->jobs[i]->state = EFFECT_JOB_ANSWERED;
	pthread_mutex_unlock(&work->lock);
}

int64_t effect_work_tries(struct effect_work *work, size_t slot)
{
	int64_t tries = 0;

	if (work == NULL)
		return 0;
	pthread_mutex_lock(&work->lock);
	for (size_t i = 0; i < work->count; i++) {
		const struct effect_job *const job = work->jobs[i];

		if (job->slot == slot && !job->forsaken &&
		    (job->state == EFFECT_JOB_WAITS || job->state == EFFECT_JOB_RUNS))
			tries += job->attempts;
	}
	pthread_mutex_unlock(&work->lock);
	return tries;
}

const char *effect_work_fatal(struct effect_work *work)
{
	if (work == NULL)
		return NULL;
	pthread_mutex_lock(&work->lock);
	const char *const fatal = work->fatal[0] == '\0' ? NULL : work->fatal;

	pthread_mutex_unlock(&work->lock);
	return fatal;
}

/* Running. */

void effect_work_open(struct effect_work *work, struct effect_blobs *blobs)
{
	work->blobs = blobs;
}

void effect_work_refuse(struct effect_work *work, const struct known_refusal *refused, size_t count)
{
	work->refused = refused;
	work->refused_count = count;
}

static struct instant real_now(const struct effect_work *work)
{
	const struct outside *const outside = work->context->outside;

	return outside->now(outside->context);
}

/* The one that has waited longest of those that are due. */
static struct effect_job *find_due(const struct effect_work *work)
{
	const struct instant now = real_now(work);
	struct effect_job *due = NULL;

	for (size_t i = 0; i < work->count; i++) {
		struct effect_job *const job = work->jobs[i];

		if (job->state == EFFECT_JOB_WAITS && !job->forsaken &&
		    !time_before(now, job->not_before) &&
		    (due == NULL || job->number < due->number))
			due = job;
	}
	return due;
}

static void pause_job(const struct effect_work *work, struct effect_job *job)
{
	job->state = EFFECT_JOB_WAITS;
	job->not_before = time_add(real_now(work), job->pause);
	job->pause.us = job->pause.us * 2 > PAUSE_MAX.us ? PAUSE_MAX.us : job->pause.us * 2;
}

static void keep_answer(struct effect_work *work, struct effect_job *job, enum status status)
{
	job->attempts++;
	if (status == STATUS_RETRY && job->attempts < EFFECT_ATTEMPTS_MAX) {
		pause_job(work, job);
		return;
	}
	job->state = EFFECT_JOB_ANSWERED;
	job->bytes += job->answer.message.size;
	work->bytes += job->answer.message.size;
}

static enum status try_once(struct effect_work *work, struct effect_job *job)
{
	const struct catalogue *const catalogue = work->context->catalogue;
	const char *const refused = effect_job_refused(job, work->refused, work->refused_count);

	job->request.blobs = work->blobs;
	if (job->pause.us == 0)
		job->pause = PAUSE_FIRST;
	if (refused == NULL)
		return effect_job_run(job, catalogue, &work->tools,
		                      job->attempts + 1 >= EFFECT_ATTEMPTS_MAX);
	effect_job_fail(job, catalogue, refused);
	return STATUS_OK;
}

bool effect_work_run(struct effect_work *work)
{
	pthread_mutex_lock(&work->lock);
	struct effect_job *const job = work->fatal[0] == '\0' ? find_due(work) : NULL;

	if (job != NULL)
		job->state = EFFECT_JOB_RUNS;
	pthread_mutex_unlock(&work->lock);
	if (job == NULL)
		return false;
	const enum status status = try_once(work, job);

	pthread_mutex_lock(&work->lock);
	if (status == STATUS_FATAL)
		snprintf(work->fatal, sizeof(work->fatal), "effect %s: %.200s", job->effect->name,
		         job->answer.reason);
	else
		keep_answer(work, job, status);
	pthread_mutex_unlock(&work->lock);
	return true;
}

/* The thread. */

static struct timespec monotonic_in(struct duration most)
{
	const struct instant until = time_add(time_monotonic(), most);

	return (struct timespec){ .tv_sec = until.us / SECOND_US,
		                  .tv_nsec = until.us % SECOND_US * NANOSECONDS };
}

/* False: it is to stop. */
static bool wait_for_more(struct effect_work *work)
{
	const struct timespec limit = monotonic_in(WAIT_IDLE);

	pthread_mutex_lock(&work->lock);
	if (!work->stopping)
		(void)pthread_cond_clockwait(&work->changed, &work->lock, CLOCK_MONOTONIC, &limit);
	const bool stopping = work->stopping;

	pthread_mutex_unlock(&work->lock);
	return !stopping;
}

static bool is_stopping(struct effect_work *work)
{
	pthread_mutex_lock(&work->lock);
	const bool stopping = work->stopping;

	pthread_mutex_unlock(&work->lock);
	return stopping;
}

static void *thread_run(void *argument)
{
	struct effect_work *const work = argument;

	while (effect_work_run(work) ? !is_stopping(work) : wait_for_more(work))
		continue;
	pthread_mutex_lock(&work->lock);
	work->ended = true;
	pthread_cond_signal(&work->changed);
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

void effect_work_start(struct effect_work *work)
{
	CHECK(!work->threaded && work->blobs != NULL);
	CHECK(pthread_create(&work->thread, NULL, thread_run, work) == 0);
	work->threaded = true;
}

bool effect_work_stop(struct effect_work *work, struct duration most)
{
	const struct timespec limit = monotonic_in(most);
	int timed_out = 0;

	if (work == NULL || !work->threaded)
		return true;
	pthread_mutex_lock(&work->lock);
	work->stopping = true;
	pthread_cond_signal(&work->changed);
	while (!work->ended && timed_out == 0)
		timed_out =
		    pthread_cond_clockwait(&work->changed, &work->lock, CLOCK_MONOTONIC, &limit);
	const bool ended = work->ended;

	pthread_mutex_unlock(&work->lock);
	if (!ended)
		return false;
	pthread_join(work->thread, NULL);
	work->threaded = false;
	return true;
}
