/*
 * What a clock has done, as SlaEvent: each with all that decided it, so that it can be computed again.
 */
#include "services/sla-watcher/watcher.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

/* One fact on its way out. */
struct saying {
	struct watch *watch;
	struct arena *arena;
	const struct sla_fact *fact;
	Opsmesh__V1__SlaClock *clock;
	Opsmesh__V1__SlaEvent event;
};

/* What decided. */

static Opsmesh__V1__DocumentVersion *version_make(struct arena *arena, const char *id,
                                                  const char *name, const uint8_t *digest)
{
	Opsmesh__V1__DocumentVersion *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__document_version__init(made);
	made->id = text_mutable(id);
	made->version = text_mutable(name);
	if (digest != NULL)
		made->digest = text_hex(arena, (struct bytes){ digest, DIGEST_SIZE });
	return made;
}

static Opsmesh__V1__DocumentVersion *policy_make(const struct saying *saying,
                                                 const struct sla_ticket *ticket)
{
	const struct sla_policy *const policy =
	    sla_ticket_policy(&saying->watch->library->book, ticket);

	if (ticket->policy.text[0] == '\0')
		return NULL;
	return version_make(saying->arena, arena_string(saying->arena, ticket->policy.text),
	                    arena_printf(saying->arena, "%lld", (long long)ticket->policy_version),
	                    policy != NULL ? policy->digest : NULL);
}

static Opsmesh__V1__DocumentVersion *calendar_make(const struct saying *saying,
                                                   const struct sla_calendar *calendar)
{
	if (calendar == NULL)
		return NULL;
	return version_make(saying->arena, calendar->id,
	                    arena_printf(saying->arena, "%lld", (long long)calendar->version),
	                    calendar->digest);
}

static void add_holidays(const struct saying *saying, const struct sla_calendar *calendar,
                         Opsmesh__V1__SlaClock *clock)
{
	const struct calendar_library *const library = &saying->watch->library->calendars;

	if (calendar == NULL || library->calendars == NULL)
		return;
	const struct calendar_document *const document =
	    &library->calendars[calendar - saying->watch->library->book.calendars];

	clock->holidays =
	    arena_alloc(saying->arena, (document->holiday_count * library->holiday_count + 1) *
	                                   sizeof(Opsmesh__V1__DocumentVersion *));
	for (size_t i = 0; i < document->holiday_count; i++)
		for (size_t k = 0; k < library->holiday_count; k++) {
			const struct holiday_list *const list = &library->holidays[k];

			if (text_equal(list->id, document->holidays[i]))
				clock->holidays[clock->n_holidays++] =
				    version_make(saying->arena, list->id, list->version,
				                 list->digest);
		}
}

/* The contract's number of a trait's word; 0: it has none. */
static int number_of(const char *const *words, size_t count, const struct sla_text *word)
{
	for (size_t i = 1; i < count; i++)
		if (text_equal(words[i], word->text))
			return (int)i;
	return 0;
}

static void add_traits(const struct sla_ticket *ticket, Opsmesh__V1__SlaClock *clock)
{
	clock->tier =
	    (Opsmesh__V1__Tier)number_of(tier_words, TIER_WORDS, &ticket->traits[SLA_TIER]);
	clock->priority = (Opsmesh__V1__Priority)number_of(priority_words, PRIORITY_WORDS,
	                                                   &ticket->traits[SLA_PRIORITY]);
}

/* A clock. */

static const Opsmesh__V1__SlaMetric metrics[] = {
	[SLA_FIRST_REPLY] = OPSMESH__V1__SLA_METRIC__SLA_METRIC_FIRST_REPLY,
	[SLA_NEXT_REPLY] = OPSMESH__V1__SLA_METRIC__SLA_METRIC_NEXT_REPLY,
	[SLA_RESOLUTION] = OPSMESH__V1__SLA_METRIC__SLA_METRIC_RESOLUTION,
};

static const Opsmesh__V1__SlaState states[] = {
	[SLA_IDLE] = OPSMESH__V1__SLA_STATE__SLA_STATE_UNSPECIFIED,
	[SLA_RUNNING] = OPSMESH__V1__SLA_STATE__SLA_STATE_ACTIVE,
	[SLA_PAUSED] = OPSMESH__V1__SLA_STATE__SLA_STATE_PAUSED,
	[SLA_OVERDUE] = OPSMESH__V1__SLA_STATE__SLA_STATE_BREACHED,
	[SLA_OVERDUE_PAUSED] = OPSMESH__V1__SLA_STATE__SLA_STATE_BREACHED,
	[SLA_MET] = OPSMESH__V1__SLA_STATE__SLA_STATE_FULFILLED,
	[SLA_MISSED] = OPSMESH__V1__SLA_STATE__SLA_STATE_FULFILLED,
	[SLA_CANCELLED] = OPSMESH__V1__SLA_STATE__SLA_STATE_CANCELLED,
};

static const Opsmesh__V1__TicketStatus statuses[] = {
	[SLA_STATUS_NEW] = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW,
	[SLA_STATUS_OPEN] = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_OPEN,
	[SLA_STATUS_PENDING] = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_PENDING,
	[SLA_STATUS_ON_HOLD] = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_ON_HOLD,
	[SLA_STATUS_SOLVED] = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED,
	[SLA_STATUS_CLOSED] = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_CLOSED,
};

/* A clock as it was with that ticket; what has elapsed and what it was said for is the caller's. */
static Opsmesh__V1__SlaClock *clock_make(const struct saying *saying,
                                         const struct sla_ticket *ticket,
                                         const struct sla_clock *clock, struct duration elapsed)
{
	const struct sla_calendar *const calendar =
	    sla_ticket_calendar(&saying->watch->library->book, ticket);
	Opsmesh__V1__SlaClock *const made = arena_alloc(saying->arena, sizeof(*made));

	opsmesh__v1__sla_clock__init(made);
	made->metric = metrics[clock->metric];
	made->instance = (int32_t)clock->instance;
	made->policy = policy_make(saying, ticket);
	made->target_us = SECONDS(clock->target_s).us;
	made->calendar = calendar_make(saying, calendar);
	add_holidays(saying, calendar, made);
	made->elapsed_us = elapsed.us;
	made->remaining_us = clock->target_s > 0 ? made->target_us - elapsed.us : 0;
	made->due = proto_timestamp(saying->arena, clock->due);
	made->state = states[clock->state];
	made->retroactive = clock->retroactive;
	made->started_at = proto_timestamp(saying->arena, clock->started);
	made->target_rule = arena_string(saying->arena, ticket->rule.text);
	add_traits(ticket, made);
	return made;
}

/* As it was last said: a breach at its due, whatever has become known since; an end when it came. */
static Opsmesh__V1__SlaClock *clock_before(const struct saying *saying)
{
	const struct sla_ticket *const ticket = &saying->watch->before;
	const struct sla_calendar *const calendar =
	    sla_ticket_calendar(&saying->watch->library->book, ticket);
	struct sla_clock clock = saying->fact->before;
	struct instant at = clock.end;

	if (sla_clock_open(&clock)) {
		clock.end = SLA_NEVER;
		at = clock.due;
	}
	return clock_make(saying, ticket, &clock,
	                  sla_clock_elapsed(&clock, calendar != NULL ? calendar->calendar : NULL,
	                                    at));
}

/* Why. */

/* The rule that was chosen, and by what: the last line of what was looked at. */
static const char *choice_of(const struct saying *saying)
{
	const struct sla_ticket *const ticket = &saying->watch->ticket;
	const struct sla_policy *const policy =
	    sla_ticket_policy(&saying->watch->library->book, ticket);
	const char *traits[SLA_TRAITS];
	struct buffer trace = { 0 };
	size_t start = 0;

	if (policy == NULL)
		return "No policy is in force.";
	for (int i = 0; i < SLA_TRAITS; i++)
		traits[i] = ticket->traits[i].text;
	(void)sla_match(policy, traits, &trace);
	for (size_t i = 0; i + 1 < trace.size; i++)
		if (trace.data[i] == '\n')
			start = i + 1;
	const char *const line = arena_text(saying->arena, (const char *)trace.data + start,
	                                    trace.size > start ? trace.size - start - 1 : 0);

	buffer_finish(&trace);
	return line;
}

static const char *reason_of(const struct saying *saying)
{
	static const char *const reasons[SLA_CAUSES] = {
		[SLA_BREACH] = "What was promised had not happened by the due.",
		[SLA_FULFIL] = "It happened after the breach.",
		[SLA_CANCEL] = "The ticket was solved while this was waited for.",
		[SLA_CORRECT] = "It had happened in time, and came late to us.",
		[SLA_AMEND] = "It had happened earlier; the verdict stays.",
		[SLA_WITHDRAW] = "A longer target was in force before the breach.",
	};
	const struct sla_fact *const fact = saying->fact;
	const char *const status = sla_status_names[saying->watch->ticket.status];

	if (fact->reason[0] != '\0')
		return fact->reason;
	if (fact->cause == SLA_ACTIVATE || fact->cause == SLA_RETARGET)
		return choice_of(saying);
	if (fact->cause == SLA_PAUSE || fact->cause == SLA_RESUME)
		return arena_printf(saying->arena, "The status is %s.", status);
	if (fact->cause == SLA_WARN)
		return arena_printf(saying->arena, "%d %% of the target are used up.",
		                    fact->percent);
	if (fact->cause == SLA_BREACH && fact->clock.retroactive)
		return "The target was cut below what was used already.";
	if (fact->cause == SLA_FULFIL && fact->clock.state == SLA_MET)
		return "It happened by the due.";
	return reasons[fact->cause];
}

/* The facts. */

/* Makes the member of the oneof that a cause is said as: its message, its case, its clock. */
#define FACT(saying, Type, type, member, CASE)                                                \
	Opsmesh__V1__Sla##Type *const member = arena_alloc((saying)->arena, sizeof(*member)); \
	opsmesh__v1__sla_##type##__init(member);                                              \
	member->clock = (saying)->clock;                                                      \
	(saying)->event.fact_case = OPSMESH__V1__SLA_EVENT__FACT_##CASE;                      \
	(saying)->event.member = member

static void say_activated(struct saying *saying)
{
	FACT(saying, Activated, activated, activated, ACTIVATED);
}

static void say_paused(struct saying *saying)
{
	FACT(saying, Paused, paused, paused, PAUSED);
	paused->status = statuses[saying->watch->ticket.status];
}

static void say_resumed(struct saying *saying)
{
	FACT(saying, Resumed, resumed, resumed, RESUMED);
	resumed->status = statuses[saying->watch->ticket.status];
}

static void say_retargeted(struct saying *saying)
{
	const struct sla_ticket *const before = &saying->watch->before;

	FACT(saying, Retargeted, retargeted, retargeted, RETARGETED);
	retargeted->previous_target_us = SECONDS(saying->fact->before.target_s).us;
	retargeted->previous_policy = policy_make(saying, before);
	retargeted->previous_calendar =
	    calendar_make(saying, sla_ticket_calendar(&saying->watch->library->book, before));
	retargeted->previous_due = proto_timestamp(saying->arena, saying->fact->before.due);
}

static void say_warned(struct saying *saying)
{
	FACT(saying, Warned, warned, warned, WARNED);
	warned->used_percent = saying->fact->percent;
}

static void say_breached(struct saying *saying)
{
	FACT(saying, Breached, breached, breached, BREACHED);
}

static void say_fulfilled(struct saying *saying)
{
	FACT(saying, Fulfilled, fulfilled, fulfilled, FULFILLED);
	fulfilled->met = saying->fact->clock.state == SLA_MET;
	fulfilled->message_id = text_mutable(watch_reply_of(saying->watch, &saying->fact->clock));
}

static void say_cancelled(struct saying *saying)
{
	FACT(saying, Cancelled, cancelled, cancelled, CANCELLED);
	cancelled->reason_code = text_mutable("solved");
}

static void say_corrected(struct saying *saying)
{
	FACT(saying, Corrected, corrected, corrected, CORRECTED);
	corrected->before = clock_before(saying);
	corrected->corrected_id =
	    text_mutable(alert_breach_id(saying->watch, &saying->fact->before));
}

static enum status say_fact(struct watch *watch, const struct sla_fact *fact)
{
	static void (*const sayers[SLA_CAUSES])(struct saying *) = {
		[SLA_ACTIVATE] = say_activated, [SLA_PAUSE] = say_paused,
		[SLA_RESUME] = say_resumed,     [SLA_RETARGET] = say_retargeted,
		[SLA_WARN] = say_warned,        [SLA_BREACH] = say_breached,
		[SLA_FULFIL] = say_fulfilled,   [SLA_CANCEL] = say_cancelled,
		[SLA_CORRECT] = say_corrected,  [SLA_AMEND] = say_corrected,
		[SLA_WITHDRAW] = say_corrected,
	};
	struct task *const task = watch->task;
	struct saying saying = { .watch = watch,
		                 .arena = task->arena,
		                 .fact = fact,
		                 .event = OPSMESH__V1__SLA_EVENT__INIT };

	saying.clock = clock_make(&saying, &watch->ticket, &fact->clock, fact->elapsed);
	if (time_before(TIME_OLDEST, task->now)) /* before any promise there is no now */
		saying.clock->detected_at = proto_timestamp(task->arena, task->now);
	saying.clock->reason = text_mutable(reason_of(&saying));
	saying.event.ticket_id = text_mutable(watch->ticket_id);
	saying.event.occurred_at = proto_timestamp(task->arena, fact->at);
	saying.event.cause_id = text_mutable(watch->cause_id);
	sayers[fact->cause](&saying);
	return task_emit(task, &(struct emission){ .topic = OPS_SLA,
	                                           .key = watch->ticket_id,
	                                           .time = fact->at,
	                                           .message = &saying.event.base });
}

enum status say_facts(struct watch *watch, const struct sla_said *said)
{
	for (size_t i = 0; i < said->count; i++) {
		const char *const id = task_next_id(watch->task);

		TRY(say_fact(watch, &said->facts[i]));
		TRY(alert_follow(watch, &said->facts[i], id));
	}
	return STATUS_OK;
}
