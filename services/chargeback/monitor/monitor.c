#include "services/chargeback/monitor/monitor.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/pattern/dispute_pattern.h"
#include "services/chargeback/tally/tally.h"

#define DAY_US INT64_C(86400000000)
#define WATCHED_MAX 255 /* bytes of a key */

const struct state_table programme_sum_table = { .name = "programme_sum",
	                                         .columns = tally_columns,
	                                         .key_columns = TALLY_KEY_COLUMNS,
	                                         .row_size = sizeof(struct tally_row),
	                                         .resident = true };

static const struct column watched_columns[] = {
	COLUMN(struct watched_row, watched),
	COLUMN(struct watched_row, since),
	COLUMN_END,
};
const struct state_table watched_table = { .name = "watched",
	                                   .columns = watched_columns,
	                                   .key_columns = 1,
	                                   .row_size = sizeof(struct watched_row) };

const void *monitor_programmes_compile(const struct document *files, size_t count, char *reason,
                                       size_t reason_size)
{
	return programme_compile(files, count, reason, reason_size);
}

const void *monitor_patterns_compile(const struct document *files, size_t count, char *reason,
                                     size_t reason_size)
{
	return policy_compile(&dispute_pattern_kind, files, count, reason, reason_size);
}

const struct watch_policy *monitor_policy(struct task *task)
{
	return watch_policy_at(task_document(task, WATCH_POLICY), task->now);
}

enum status monitor_emit(struct task *task, const char *watched, Opsmesh__V1__DisputeEvent *event)
{
	event->account_id = text_mutable(watched);
	event->occurred_at = proto_timestamp(task->arena, task->due);
	return task_emit(task, &(struct emission){ .topic = OPS_DISPUTES,
	                                           .key = watched,
	                                           .partition = &task->shard_number,
	                                           .time = task->due,
	                                           .message = &event->base });
}

/* Counting. */

static bool read_day(const char *text, struct instant *day)
{
	struct date date;

	if (!date_parse(text, &date))
		return false;
	*day = (struct instant){ date_days(date) * DAY_US };
	return true;
}

static int64_t kind_of(const Opsmesh__V1__TallyCounted *counted)
{
	return (counted->warning ? TALLY_WARNING : 0) | (counted->fraud ? TALLY_FRAUD : 0) |
	       (counted->inquiry ? TALLY_INQUIRY : 0) | (counted->prevented ? TALLY_PREVENTED : 0) |
	       (counted->compelling ? TALLY_COMPELLING : 0);
}

/* The first that is counted begins the days; every one brings a judgement soon, which a later one does not put off. */
static void watch(struct task *task, const char *watched)
{
	const struct watch_policy *const policy = monitor_policy(task);
	const int64_t wait = policy->judge_wait.us;
	const struct instant now = time_later(task->now, TIME_OLDEST);
	struct watched_row row = { .watched = watched };

	if (!task_load(task, &watched_table, &row)) {
		row.since = now;
		task_save(task, &watched_table, &row);
		task_timer_set(task, MONITOR_TIMER_DAY, watched,
		               time_add((struct instant){ (now.us / DAY_US + 1) * DAY_US },
		                        policy->settle));
	}
	if (text_starts(watched, TALLY_PROGRAMMES))
		task_timer_set(task, MONITOR_TIMER_JUDGE, watched,
		               (struct instant){ (now.us / wait + 1) * wait });
}

enum status monitor_on_counted(struct task *task, const Opsmesh__V1__TallyCounted *counted)
{
	const Opsmesh__V1__TallyEvent *const event = (const void *)task->message;
	const bool has_amount = counted->amount != NULL;
	struct tally_row more = { .watched = event->watched,
		                  .dimension = counted->dimension,
		                  .value = counted->value,
		                  .kind = kind_of(counted),
		                  .currency = has_amount ? counted->amount->currency : "",
		                  .payments = counted->payments,
		                  .authenticated = counted->authenticated,
		                  .events = counted->events,
		                  .minor = has_amount ? counted->amount->minor : 0 };

	TRY(task_key(task, "watched", event->watched, WATCHED_MAX));
	if (!read_day(counted->day, &more.day))
		return task_fail(task, STATUS_REJECT, "day: no date");
	tally_add(task, &programme_sum_table, &more);
	watch(task, event->watched);
	return STATUS_OK;
}

/* Judging. */

static enum status judge(const struct monitoring *it)
{
	return text_starts(it->watched, TALLY_PROGRAMMES) ? monitor_programmes(it)
	                                                  : monitor_patterns(it);
}

enum status monitor_judge(struct task *task, const char *key)
{
	return judge(&(struct monitoring){
	    .task = task, .watched = key, .watch = monitor_policy(task), .as_of = task->due });
}

enum status monitor_day(struct task *task, const char *key)
{
	const struct watch_policy *const policy = monitor_policy(task);
	const int64_t midnight = task->due.us / DAY_US * DAY_US;

	task_timer_set(task, MONITOR_TIMER_DAY, key,
	               time_add((struct instant){ midnight + DAY_US }, policy->settle));
	return judge(&(struct monitoring){ .task = task,
	                                   .watched = key,
	                                   .watch = policy,
	                                   .as_of = { midnight - 1 },
	                                   .day = true });
}
