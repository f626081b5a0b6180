#include "services/kpi-aggregator/ticket/ticket_read.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/words.h"

#include <string.h>

#define PRODUCT "product:"

/* A number of the contract that this version knows; others count as 0. */
static uint32_t code(int number, uint32_t count)
{
	return number > 0 && (uint32_t)number < count ? (uint32_t)number : 0;
}

static const char *word(const char *const *words, size_t count, int number)
{
	return words[code(number, (uint32_t)count)];
}

/* Tickets. */

/* Tags are sorted; the first that names a product. */
static const char *product_of(char *const *tags, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(tags[i], PRODUCT))
			return tags[i] + strlen(PRODUCT);
	return "";
}

static void read_opened(const Opsmesh__V1__TicketEvent *event, struct ticket_record record,
                        struct ticket_fact *fact)
{
	const Opsmesh__V1__TicketOpened *const opened = event->opened;

	record.role = event->actor != NULL ? code((int)event->actor->role, TICKET_ROLES) : 0;
	record.status = code((int)opened->status, TICKET_STATUSES);
	record.channel = opsmesh_channel_word(opened->channel);
	record.product = product_of(opened->tags, opened->n_tags);
	ticket_fact_add(fact, record);
}

static void read_message(const Opsmesh__V1__MessageAdded *added, struct ticket_record record,
                         struct ticket_fact *fact)
{
	record.role = code((int)added->role, TICKET_ROLES);
	record.message = added->message_id;
	if (record.role == ROLE_AGENT)
		record.agent = added->author;
	record.class = RECORD_BEGAN;
	ticket_fact_add(fact, record);
	record.class = RECORD_TOUCHED;
	if (record.role == ROLE_AGENT)
		ticket_fact_add(fact, record);
	record.class = RECORD_MESSAGE;
	if (added->visibility == OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC &&
	    (record.role == ROLE_CUSTOMER || record.role == ROLE_AGENT || record.role == ROLE_BOT))
		ticket_fact_add(fact, record);
}

static void read_move(int from, int to, const char *message, struct ticket_record record,
                      struct ticket_fact *fact)
{
	record.from = code(from, TICKET_STATUSES);
	record.status = code(to, TICKET_STATUSES);
	record.message = message;
	ticket_fact_add(fact, record);
}

static void read_assigned(const Opsmesh__V1__TicketAssigned *assigned, struct ticket_record record,
                          struct ticket_fact *fact)
{
	record.agent = assigned->assignee;
	record.team = assigned->team;
	ticket_fact_add(fact, record);
}

static void read_resolved(const Opsmesh__V1__CustomerResolved *resolved,
                          struct ticket_record record, struct ticket_fact *fact)
{
	static const char *const tiers[] = { "", "free", "pro", "business", "enterprise" };

	record.account = resolved->account_id;
	record.tier = word(tiers, COUNT_OF(tiers), (int)resolved->tier);
	if (*record.tier == '\0')
		record.tier = resolved->tier_verbatim;
	record.region = resolved->region;
	ticket_fact_add(fact, record);
}

static void read_tagged(const Opsmesh__V1__TicketTagged *tagged, struct ticket_record record,
                        struct ticket_fact *fact)
{
	record.product = product_of(tagged->tags, tagged->n_tags);
	ticket_fact_add(fact, record);
}

static void read_csat(const Opsmesh__V1__CsatAnswered *answered, struct ticket_record record,
                      struct ticket_fact *fact)
{
	record.score = answered->score;
	record.scale = answered->scale;
	record.agent = answered->assignee;
	record.team = answered->team;
	ticket_fact_add(fact, record);
}

void ticket_read(const Opsmesh__V1__TicketEvent *event, struct instant at, int64_t sequence,
                 struct ticket_fact *fact)
{
#define RECORD(name) ticket_record_of(RECORD_##name, at, sequence)
#define FACT(name) OPSMESH__V1__TICKET_EVENT__FACT_##name
	const Opsmesh__V1__StatusChanged *const moved = event->status_changed;
	const Opsmesh__V1__TicketReopened *const reopened = event->reopened;

	fact->count = 0;
	switch ((int)event->fact_case) {
	case FACT(OPENED): read_opened(event, RECORD(OPENED), fact); break;
	case FACT(MESSAGE_ADDED): read_message(event->message_added, RECORD(MESSAGE), fact); break;
	case FACT(STATUS_CHANGED):
		read_move((int)moved->from_status, (int)moved->to_status, "", RECORD(STATUS), fact);
		break;
	case FACT(REOPENED):
		read_move((int)reopened->from_status, (int)reopened->to_status,
		          reopened->message_id, RECORD(STATUS), fact);
		break;
	case FACT(ASSIGNED): read_assigned(event->assigned, RECORD(ASSIGNED), fact); break;
	case FACT(CUSTOMER_RESOLVED):
		read_resolved(event->customer_resolved, RECORD(RESOLVED), fact);
		break;
	case FACT(TAGGED): read_tagged(event->tagged, RECORD(TAGGED), fact); break;
	case FACT(CSAT_ANSWERED): read_csat(event->csat_answered, RECORD(CSAT), fact); break;
	default: break;
	}
#undef FACT
}

/* The classifier. */

static void read_classified(const Opsmesh__V1__TicketClassified *classified,
                            struct ticket_record record, struct ticket_fact *fact)
{
	record.kind = JUDGED_SURELY;
	record.category = code((int)classified->category, UINT8_MAX);
	record.intent = classified->intent;
	record.language = classified->language;
	record.queue = classified->queue;
	record.confidence_ppm = classified->confidence_ppm;
	record.message = classified->message_id;
	record.escalated = classified->n_escalations > 0;
	ticket_fact_add(fact, record);
}

static void read_human(const Opsmesh__V1__NeedsHuman *human, struct ticket_record record,
                       struct ticket_fact *fact)
{
	const bool beside =
	    human->cause == OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_AI_FELL_SHORT;

	record.kind = beside ? JUDGED_BESIDE : JUDGED_UNSURE;
	record.cause = code((int)human->cause, UINT8_MAX);
	record.language = human->reading != NULL ? human->reading->language : "";
	record.queue = human->queue;
	record.confidence_ppm = human->confidence_ppm;
	record.message = human->message_id;
	record.escalated = human->n_escalations > 0;
	ticket_fact_add(fact, record);
}

static void read_corrected(const Opsmesh__V1__ClassificationCorrected *corrected,
                           struct ticket_record record, struct ticket_fact *fact)
{
	record.kind = JUDGED_CORRECTED;
	record.category = code((int)corrected->category, UINT8_MAX);
	record.intent = corrected->to_intent;
	record.queue = corrected->queue;
	record.message = corrected->message_id;
	record.otherwise = *corrected->from_intent != '\0' &&
	                   !text_equal(corrected->from_intent, corrected->to_intent);
	ticket_fact_add(fact, record);
}

void ticket_read_triage(const Opsmesh__V1__TriageEvent *event, struct instant at, int64_t sequence,
                        struct ticket_fact *fact)
{
#define FACT(name) OPSMESH__V1__TRIAGE_EVENT__FACT_##name
	fact->count = 0;
	switch ((int)event->fact_case) {
	case FACT(CLASSIFIED): read_classified(event->classified, RECORD(JUDGED), fact); break;
	case FACT(NEEDS_HUMAN): read_human(event->needs_human, RECORD(JUDGED), fact); break;
	case FACT(CORRECTED): read_corrected(event->corrected, RECORD(JUDGED), fact); break;
	default: break;
	}
#undef FACT
}

/* The clocks. */

static const Opsmesh__V1__SlaClock *clock_of(const Opsmesh__V1__SlaEvent *event)
{
#define FACT(name) OPSMESH__V1__SLA_EVENT__FACT_##name
	switch ((int)event->fact_case) {
	case FACT(ACTIVATED): return event->activated->clock;
	case FACT(PAUSED): return event->paused->clock;
	case FACT(RESUMED): return event->resumed->clock;
	case FACT(RETARGETED): return event->retargeted->clock;
	case FACT(BREACHED): return event->breached->clock;
	case FACT(FULFILLED): return event->fulfilled->clock;
	case FACT(CANCELLED): return event->cancelled->clock;
	case FACT(CORRECTED): return event->corrected->clock;
	default: return NULL;
	}
#undef FACT
}

static struct instant instant_or_none(const Google__Protobuf__Timestamp *timestamp)
{
	struct instant instant = TIME_MIN;

	return proto_instant(timestamp, &instant) ? instant : TIME_MIN;
}

void ticket_read_sla(const Opsmesh__V1__SlaEvent *event, struct instant at, int64_t sequence,
                     struct ticket_fact *fact)
{
	const Opsmesh__V1__SlaClock *const clock = clock_of(event);
	struct ticket_record record = RECORD(CLOCK);

	fact->count = 0;
	if (clock == NULL)
		return;
	record.kind = code((int)clock->metric, UINT8_MAX);
	record.instance = clock->instance;
	record.status = code((int)clock->state, TICKET_CLOCK_STATES);
	record.retroactive = clock->retroactive;
	record.target_us = clock->target_us;
	record.elapsed_us = clock->elapsed_us;
	record.due = instant_or_none(clock->due);
	record.began = instant_or_none(clock->started_at);
	ticket_fact_add(fact, record);
}
