/*
 * What happened in the log, one thing at a time: records, the group, the broker, deliveries.
 */
#include "common/flow/kafka_inside.h"

#include "common/base/log.h"
#include "common/base/memory.h"

#include <stdio.h>
#include <string.h>

/* Records. */

static void lend(const struct bus_record *from, enum log_event_kind kind, struct log_event *event)
{
	event->kind = kind;
	event->record = kept_record_of(from, from->topic)->record;
}

/* The group. */

static void tell_assigned(const struct kafka_log *log, struct log_event *event)
{
	event->kind = LOG_ASSIGNED;
	event->partitions = log->granted;
	event->partition_count = log->granted_count;
}

static void take_grant(struct kafka_log *log, const struct bus_event *from)
{
	kafka_forget(log);
	log->granted_count = 0;
	for (size_t i = 0; i < from->partition_count; i++)
		if (from->partitions[i] < log->settings.partitions)
			log->granted[log->granted_count++] = from->partitions[i];
	log->untold = true;
	if (log->settings.check)
		kafka_scout_check(log->scout);
}

static bool is_wanted(struct kafka_log *log, const struct bus_record *record)
{
	int64_t *const next = kafka_next(log, record->topic, record->partition);

	if (next == NULL || *next == NOT_READ || record->offset < *next) {
		log->counts.stale++;
		return false;
	}
	*next = record->offset + 1;
	return true;
}

static void back_again(struct kafka_log *log)
{
	if (log->away)
		log_info("a broker answers again", LOG_TEXT("brokers", log->settings.brokers));
	log->away = false;
}

static void gone_away(struct kafka_log *log, const char *reason)
{
	if (!log->away) {
		log->counts.away++;
		log_warn("no broker can be reached", LOG_TEXT("reason", reason));
	}
	log->away = true;
}

static void tell_reason(struct kafka_log *log, const char *reason, struct log_event *event)
{
	snprintf(log->reason, sizeof(log->reason), "%s", reason);
	event->reason = log->reason;
}

/* True: event says what happened. */
static bool tell_consumer(struct kafka_log *log, const struct bus_event *from,
                          struct log_event *event)
{
	const int64_t *next;

	switch (from->kind) {
	case BUS_RECORD:
		if (is_wanted(log, &from->record))
			lend(&from->record, LOG_RECORD, event);
		else
			bus_record_release(from->record.message);
		break;
	case BUS_GRANTED: take_grant(log, from); break;
	case BUS_REVOKED:
		kafka_forget(log);
		log->granted_count = 0;
		log->untold = false;
		tell_assigned(log, event);
		break;
	case BUS_BROKEN:
		next = kafka_next(log, from->topic, from->partition);
		if (next == NULL || *next == NOT_READ)
			break;
		event->kind = LOG_BROKEN;
		event->topic = from->topic;
		event->partition = from->partition;
		tell_reason(log, from->reason, event);
		break;
	case BUS_AWAY: gone_away(log, from->reason); break;
	case BUS_FATAL:
		event->kind = LOG_FATAL;
		tell_reason(log, from->reason, event);
		break;
	case BUS_AT_END:
	case BUS_NOTHING: break;
	}
	return event->kind != LOG_NOTHING;
}

static bool poll_consumer(struct kafka_log *log, struct log_event *event)
{
	struct bus_event from;

	if (log->untold && !log->settings.check) {
		log->untold = false;
		tell_assigned(log, event);
		return true;
	}
	do {
		bus_consumer_poll(log->consumer, &from);
		if (tell_consumer(log, &from, event))
			return true;
	} while (from.kind != BUS_NOTHING);
	return false;
}

static bool poll_progress(struct kafka_log *log, struct log_event *event)
{
	struct bus_event from;

	do {
		bus_consumer_poll(log->progress, &from);
		if (from.kind == BUS_RECORD) {
			back_again(log);
			lend(&from.record, LOG_PROGRESS, event);
			return true;
		}
	} while (from.kind != BUS_NOTHING);
	return false;
}

/* What the scout says. */

static bool tell_end(struct kafka_log *log, struct log_event *event)
{
	const struct bus_place *end;

	if (log->news.generation != log->generation)
		log->ends_told = log->news.end_count;
	if (log->ends_told == log->news.end_count)
		return false;
	end = &log->news.end[log->ends_told++];
	event->kind = LOG_END;
	event->topic = end->topic;
	event->partition = end->partition;
	event->offset = end->offset;
	event->at = log->news.asked;
	return true;
}

static bool tell_fault(struct kafka_log *log, struct log_event *event)
{
	if (log->faults_told == log->fault_count)
		return false;
	event->kind = LOG_BROKEN;
	event->topic = log->faults[log->faults_told].topic;
	event->partition = log->faults[log->faults_told].partition;
	log->faults_told++;
	tell_reason(log, log->wrong, event);
	return true;
}

static bool take_news(struct kafka_log *log, struct log_event *event)
{
	struct bus_place from = { log->settings.catalogue->progress, 0, 0 };

	log->ends_told = 0;
	if (!kafka_scout_take(log->scout, &log->news)) {
		log->news.end_count = 0;
		return false;
	}
	back_again(log);
	if (!log->news.ends)
		log->news.end_count = 0;
	else
		log->counts.ends++;
	if (log->news.progress) {
		from.offset = log->news.progress_from;
		bus_consumer_assign(log->progress, &from, 1);
	}
	if (!log->news.shape)
		return false;
	memcpy(log->wrong, log->news.wrong, sizeof(log->wrong));
	if (!log->untold)
		return false;
	log->untold = false;
	tell_assigned(log, event);
	return true;
}

static bool poll_scout(struct kafka_log *log, struct log_event *event)
{
	return tell_fault(log, event) || tell_end(log, event) || take_news(log, event) ||
	       tell_end(log, event);
}

/* The producer. */

static bool tell_failure(struct kafka_log *log, const char *reason, struct log_event *event)
{
	log->failed = true;
	log->failure_due = false;
	log->counts.failures++;
	log_warn("facts are published again from the mark", LOG_TEXT("reason", reason));
	event->kind = LOG_FAILED;
	tell_reason(log, reason, event);
	return true;
}

/* After a failure nothing more is told of this producer. */
static bool poll_producer(struct kafka_log *log, struct log_event *event)
{
	struct bus_delivery from;

	if (log->failure_due)
		return tell_failure(log, bus_producer_reason(log->producer), event);
	while (!log->failed) {
		bus_producer_next(log->producer, &from);
		if (from.kind == BUS_NO_DELIVERY)
			return false;
		if (from.kind == BUS_UNDELIVERED || from.kind == BUS_DEAD)
			return tell_failure(log, from.reason, event);
		if (from.kind == BUS_UNREACHABLE) {
			gone_away(log, from.reason);
			continue;
		}
		back_again(log);
		event->kind = LOG_ACK;
		event->token = from.token;
		event->sequence = from.sequence;
		return true;
	}
	return false;
}

/* All of them. */

/* Each gets its turn to be first, so that a flood of one holds up no other. */
static bool poll_any(struct kafka_log *log, bool room, struct log_event *event)
{
	static bool (*const sources[])(struct kafka_log *,
	                               struct log_event *) = { poll_consumer, poll_producer,
		                                               poll_progress, poll_scout };

	log->turn++;
	for (unsigned i = 0; i < COUNT_OF(sources); i++) {
		const unsigned at = (log->turn + i) % COUNT_OF(sources);

		/* What the group says lies in one queue with the records. */
		if ((room || sources[at] != poll_consumer) && sources[at](log, event))
			return true;
	}
	return false;
}

void kafka_poll(void *context, struct duration wait, bool room, struct log_event *event)
{
	struct kafka_log *const log = context;
	struct instant until;

	*event = (struct log_event){ .kind = LOG_NOTHING };
	if (poll_any(log, room, event) || wait.us <= 0)
		return;
	until = time_add(time_monotonic(), wait);
	/* Woken means that a queue was empty and is not any more: each was found empty just now. */
	while (bus_wake_wait(log->wake, time_since(time_monotonic(), until)))
		if (poll_any(log, room, event))
			return;
}
