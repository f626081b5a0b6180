#include "tests/support/kpi_ticket_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/instant_fixture.h"

#include <string.h>

struct instant life_time(const char *text)
{
	return instant_of(arena_printf(arena, "2026-05-%s:00Z", text));
}

/* Telling. */

static struct ticket_fact *next_fact(struct life *life, enum life_topic topic)
{
	CHECK(life->count < LIFE_FACTS_MAX);
	life->topics[life->count] = topic;
	life->sequences[topic]++;
	return &life->facts[life->count++];
}

static void tell_by(struct life *life, const char *at, enum ticket_role role,
                    Opsmesh__V1__TicketEvent event)
{
	Opsmesh__V1__Actor actor = OPSMESH__V1__ACTOR__INIT;
	struct ticket_fact *const fact = next_fact(life, LIFE_TICKETS);

	actor.role = (Opsmesh__V1__Role)role;
	event.actor = role != ROLE_NOBODY ? &actor : NULL;
	ticket_read(&event, life_time(at), life->sequences[LIFE_TICKETS], fact);
}

static void tell(struct life *life, const char *at, Opsmesh__V1__TicketEvent event)
{
	tell_by(life, at, ROLE_NOBODY, event);
}

/* An event of the type with a member of its oneof. */
#define EVENT(name, Type, TYPE, member, MEMBER, value)           \
	Opsmesh__V1__##Type name = OPSMESH__V1__##TYPE##__INIT;  \
	(name).fact_case = OPSMESH__V1__##TYPE##__FACT_##MEMBER; \
	(name).member = arena_copy(arena, &(value), sizeof(value))

void life_open_as(struct life *life, const char *at, Opsmesh__V1__TicketOpened opened)
{
	EVENT(event, TicketEvent, TICKET_EVENT, opened, OPENED, opened);
	tell(life, at, event);
}

struct life *life_open(const char *at, enum ticket_role by)
{
	struct life *const life = arena_zero(arena, sizeof(*life));
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;

	opened.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened.status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	EVENT(event, TicketEvent, TICKET_EVENT, opened, OPENED, opened);
	tell_by(life, at, by, event);
	return life;
}

static void say(struct life *life, const char *at, const char *message,
                Opsmesh__V1__MessageAdded added)
{
	added.message_id = text_mutable(message);
	EVENT(event, TicketEvent, TICKET_EVENT, message_added, MESSAGE_ADDED, added);
	tell(life, at, event);
}

void life_write(struct life *life, const char *at, enum ticket_role role, const char *message,
                const char *author)
{
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;

	added.role = (Opsmesh__V1__Role)role;
	added.author = text_mutable(author);
	added.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	say(life, at, message, added);
}

void life_note(struct life *life, const char *at, enum ticket_role role)
{
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;

	added.role = (Opsmesh__V1__Role)role;
	added.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PRIVATE;
	say(life, at, "note", added);
}

void life_move(struct life *life, const char *at, enum ticket_status from, enum ticket_status to)
{
	Opsmesh__V1__StatusChanged changed = OPSMESH__V1__STATUS_CHANGED__INIT;

	changed.from_status = (Opsmesh__V1__TicketStatus)from;
	changed.to_status = (Opsmesh__V1__TicketStatus)to;
	EVENT(event, TicketEvent, TICKET_EVENT, status_changed, STATUS_CHANGED, changed);
	tell(life, at, event);
}

void life_reopen(struct life *life, const char *at, const char *message)
{
	Opsmesh__V1__TicketReopened reopened = OPSMESH__V1__TICKET_REOPENED__INIT;

	reopened.from_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED;
	reopened.to_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_OPEN;
	reopened.message_id = text_mutable(message);
	EVENT(event, TicketEvent, TICKET_EVENT, reopened, REOPENED, reopened);
	tell(life, at, event);
}

void life_assign(struct life *life, const char *at, const char *agent, const char *team)
{
	Opsmesh__V1__TicketAssigned assigned = OPSMESH__V1__TICKET_ASSIGNED__INIT;

	assigned.assignee = text_mutable(agent);
	assigned.team = text_mutable(team);
	EVENT(event, TicketEvent, TICKET_EVENT, assigned, ASSIGNED, assigned);
	tell(life, at, event);
}

void life_resolve(struct life *life, const char *at, const char *account, Opsmesh__V1__Tier tier,
                  const char *region)
{
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.account_id = text_mutable(account);
	resolved.tier = tier;
	resolved.region = text_mutable(region);
	EVENT(event, TicketEvent, TICKET_EVENT, customer_resolved, CUSTOMER_RESOLVED, resolved);
	tell(life, at, event);
}

void life_tag(struct life *life, const char *at, const char *tag, const char *other)
{
	Opsmesh__V1__TicketTagged tagged = OPSMESH__V1__TICKET_TAGGED__INIT;
	char *tags[2] = { text_mutable(tag), text_mutable(other) };

	tagged.tags = tags;
	tagged.n_tags = COUNT_OF(tags);
	EVENT(event, TicketEvent, TICKET_EVENT, tagged, TAGGED, tagged);
	tell(life, at, event);
}

void life_rate(struct life *life, const char *at, int score, int scale, const char *agent)
{
	Opsmesh__V1__CsatAnswered answered = OPSMESH__V1__CSAT_ANSWERED__INIT;

	answered.score = score;
	answered.scale = scale;
	answered.assignee = text_mutable(agent);
	answered.team = text_mutable("tier-1");
	EVENT(event, TicketEvent, TICKET_EVENT, csat_answered, CSAT_ANSWERED, answered);
	tell(life, at, event);
}

/* The classifier. */

static void judge(struct life *life, const char *at, const Opsmesh__V1__TriageEvent *event)
{
	struct ticket_fact *const fact = next_fact(life, LIFE_TRIAGE);

	ticket_read_triage(event, life_time(at), life->sequences[LIFE_TRIAGE], fact);
}

void life_classify(struct life *life, const char *at, const char *message, const char *intent)
{
	Opsmesh__V1__TicketClassified classified = OPSMESH__V1__TICKET_CLASSIFIED__INIT;

	classified.message_id = text_mutable(message);
	classified.intent = text_mutable(intent);
	classified.category = OPSMESH__V1__CATEGORY__CATEGORY_BILLING;
	classified.language = text_mutable("ja");
	classified.queue = text_mutable("billing");
	classified.confidence_ppm = 900000;
	EVENT(event, TriageEvent, TRIAGE_EVENT, classified, CLASSIFIED, classified);
	judge(life, at, &event);
}

void life_doubt(struct life *life, const char *at, const char *message,
                Opsmesh__V1__NeedsHumanCause cause)
{
	Opsmesh__V1__NeedsHuman human = OPSMESH__V1__NEEDS_HUMAN__INIT;
	char *escalations[] = { text_mutable("on-call") };

	human.message_id = text_mutable(message);
	human.cause = cause;
	human.confidence_ppm = 300000;
	human.queue = text_mutable("triage");
	human.escalations = escalations;
	human.n_escalations = COUNT_OF(escalations);
	EVENT(event, TriageEvent, TRIAGE_EVENT, needs_human, NEEDS_HUMAN, human);
	judge(life, at, &event);
}

void life_correct(struct life *life, const char *at, const char *message, const char *from,
                  const char *to)
{
	Opsmesh__V1__ClassificationCorrected corrected =
	    OPSMESH__V1__CLASSIFICATION_CORRECTED__INIT;

	corrected.message_id = text_mutable(message);
	corrected.from_intent = text_mutable(from);
	corrected.to_intent = text_mutable(to);
	corrected.category = OPSMESH__V1__CATEGORY__CATEGORY_TECHNICAL;
	corrected.queue = text_mutable("technical");
	EVENT(event, TriageEvent, TRIAGE_EVENT, corrected, CORRECTED, corrected);
	judge(life, at, &event);
}

/* The clocks. */

void life_clock(struct life *life, Opsmesh__V1__SlaEvent__FactCase fact_case, const char *at,
                const struct life_clock *clock)
{
	Opsmesh__V1__SlaClock made = OPSMESH__V1__SLA_CLOCK__INIT;
	Opsmesh__V1__SlaActivated activated = OPSMESH__V1__SLA_ACTIVATED__INIT;
	Opsmesh__V1__SlaBreached breached = OPSMESH__V1__SLA_BREACHED__INIT;
	Opsmesh__V1__SlaFulfilled fulfilled = OPSMESH__V1__SLA_FULFILLED__INIT;
	Opsmesh__V1__SlaCancelled cancelled = OPSMESH__V1__SLA_CANCELLED__INIT;
	Opsmesh__V1__SlaCorrected corrected = OPSMESH__V1__SLA_CORRECTED__INIT;
	Opsmesh__V1__SlaEvent event = OPSMESH__V1__SLA_EVENT__INIT;
	struct ticket_fact *const fact = next_fact(life, LIFE_SLA);

	made.metric = clock->metric;
	made.instance = clock->instance;
	made.state = clock->state;
	made.retroactive = clock->retroactive;
	made.target_us = clock->aimless ? 0 : MINUTES(60).us;
	made.elapsed_us = MINUTES(20).us;
	made.started_at = proto_timestamp(arena, life_time("01T09:00"));
	if (clock->due != NULL)
		made.due = proto_timestamp(arena, life_time(clock->due));
	activated.clock = breached.clock = fulfilled.clock = cancelled.clock = corrected.clock =
	    &made;
	event.fact_case = fact_case;
	if (fact_case == OPSMESH__V1__SLA_EVENT__FACT_BREACHED)
		event.breached = &breached;
	else if (fact_case == OPSMESH__V1__SLA_EVENT__FACT_FULFILLED)
		event.fulfilled = &fulfilled;
	else if (fact_case == OPSMESH__V1__SLA_EVENT__FACT_CANCELLED)
		event.cancelled = &cancelled;
	else if (fact_case == OPSMESH__V1__SLA_EVENT__FACT_CORRECTED)
		event.corrected = &corrected;
	else
		event.activated = &activated;
	ticket_read_sla(&event, life_time(at), life->sequences[LIFE_SLA], fact);
}

/* Seeing. */

struct bytes life_known(const struct life *life, const size_t *order)
{
	struct bytes known = { NULL, 0 };

	for (size_t i = 0; i < life->count; i++)
		CHECK(
		    ticket_apply(arena, known, &life->facts[order != NULL ? order[i] : i], &known));
	return known;
}

struct observations *life_observe(struct bytes known, const struct subject_horizon *horizon)
{
	static const struct subject_horizon none = { NULL, 0 };
	struct observations *const all = arena_zero(arena, sizeof(*all));

	all->arena = arena;
	CHECK(subject_ticket.observe("ticket/t1", known, horizon != NULL ? horizon : &none, all));
	return all;
}

struct observations *life_see(const struct life *life)
{
	return life_observe(life_known(life, NULL), NULL);
}

const struct observation *life_find(const struct observations *all, enum observation_kind kind,
                                    const char *number)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].kind == kind && text_equal(all->items[i].number, number))
			return &all->items[i];
	return NULL;
}

size_t life_count(const struct observations *all, enum observation_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		count += all->items[i].kind == kind ? 1 : 0;
	return count;
}
