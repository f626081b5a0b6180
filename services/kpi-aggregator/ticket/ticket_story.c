#include "services/kpi-aggregator/ticket/ticket_story.h"

#include "common/base/text.h"

#include <string.h>

/* The status. */

bool ticket_status_done(uint32_t status)
{
	return status == TICKET_SOLVED || status == TICKET_CLOSED;
}

bool ticket_move_solves(const struct ticket_move *move)
{
	return !ticket_status_done(move->from) && ticket_status_done(move->to);
}

bool ticket_move_reopens(const struct ticket_move *move)
{
	return ticket_status_done(move->from) && !ticket_status_done(move->to);
}

static void read_moves(struct arena *arena, const struct ticket_record *opened,
                       struct ticket_story *story)
{
	const struct ticket_list *const list = &story->records.of[RECORD_STATUS];
	struct ticket_move *const moves = arena_alloc(arena, (list->count + 1) * sizeof(*moves));

	moves[0] = (struct ticket_move){ .at = opened->at,
		                         .sequence = opened->sequence,
		                         .from = TICKET_NEW,
		                         .to = opened->status,
		                         .message = "" };
	for (size_t i = 0; i < list->count; i++) {
		const struct ticket_record *const record = &list->items[i];

		moves[i + 1] = (struct ticket_move){ .at = time_later(moves[i].at, record->at),
			                             .sequence = record->sequence,
			                             .from = record->from,
			                             .to = record->status,
			                             .message = record->message };
	}
	story->moves = moves;
	story->move_count = list->count + 1;
}

/* Who had it. */

static void read_holdings(struct arena *arena, struct ticket_story *story)
{
	const struct ticket_list *const list = &story->records.of[RECORD_ASSIGNED];
	struct instant at = story->opened_at;

	story->holdings = arena_alloc(arena, (list->count + 1) * sizeof(*story->holdings));
	for (size_t i = 0; i < list->count; i++) {
		at = time_later(at, list->items[i].at);
		story->holdings[story->holding_count++] =
		    (struct ticket_holding){ at, list->items[i].agent, list->items[i].team };
	}
}

struct ticket_holding ticket_holding_at(const struct ticket_story *story, struct instant at)
{
	struct ticket_holding found = { .at = TIME_MIN, .agent = "", .team = "" };

	for (size_t i = 0; i < story->holding_count && !time_before(at, story->holdings[i].at); i++)
		found = story->holdings[i];
	return found;
}

/* Waits. */

/* What people wrote and how the status moved, as one walk. */
struct walk {
	struct ticket_story *story;
	struct ticket_wait *wait; /* that goes on; NULL: nobody waits */
	struct instant replied;   /* the latest public words of a person; TIME_MIN: none yet */
};

static void begin(struct walk *walk, const struct ticket_record *message)
{
	struct ticket_story *const story = walk->story;

	walk->wait = &story->waits[story->wait_count++];
	*walk->wait =
	    (struct ticket_wait){ .message = message->message,
		                  .began = message->at,
		                  .ended = TIME_MIN,
		                  .author = "",
		                  .first = story->by_customer && walk->replied.us == TIME_MIN.us };
}

static void hear(struct walk *walk, const struct ticket_record *message)
{
	if (message->role == ROLE_CUSTOMER && walk->wait == NULL)
		begin(walk, message);
	if (message->role != ROLE_AGENT)
		return;
	walk->replied = message->at;
	if (walk->wait == NULL)
		return;
	walk->wait->ended = message->at;
	walk->wait->author = message->agent;
	walk->wait = NULL;
}

/* NULL: it is not kept. */
static const struct ticket_record *find_message(const struct ticket_story *story, const char *id)
{
	const struct ticket_list *const list = &story->records.of[RECORD_MESSAGE];

	for (size_t i = list->count; i-- > 0;)
		if (list->items[i].role == ROLE_CUSTOMER && text_equal(list->items[i].message, id))
			return &list->items[i];
	return NULL;
}

static bool message_first(const struct ticket_record *message, const struct ticket_move *move)
{
	return time_before(message->at, move->at) ||
	       (message->at.us == move->at.us && message->sequence < move->sequence);
}

/* The wait that the message began; NULL: none. */
static struct ticket_wait *wait_of(const struct ticket_story *story, const char *message)
{
	for (size_t i = story->wait_count; i-- > 0;)
		if (text_equal(story->waits[i].message, message))
			return &story->waits[i];
	return NULL;
}

/* NULL: there is nothing to forget. */
static void forget(struct ticket_story *story, struct ticket_wait *wait)
{
	if (wait == NULL)
		return;
	story->wait_count--;
	memmove(wait, wait + 1, (size_t)(story->waits + story->wait_count - wait) * sizeof(*wait));
}

/* A message that was on its way when the ticket was solved waits on, unless a reply came behind it. */
static void wait_again(struct walk *walk, const struct ticket_move *move)
{
	const struct ticket_record *const message =
	    *move->message != '\0' ? find_message(walk->story, move->message) : NULL;

	if (walk->wait != NULL || message == NULL || !message_first(message, move) ||
	    !time_before(walk->replied, message->at))
		return;
	forget(walk->story, wait_of(walk->story, message->message));
	begin(walk, message);
}

static void move_on(struct walk *walk, const struct ticket_move *move)
{
	if (ticket_move_reopens(move))
		wait_again(walk, move);
	if (!ticket_move_solves(move) || walk->wait == NULL)
		return;
	walk->wait->cancelled = true;
	walk->wait = NULL;
}

/* The opening moves nothing, and stands before all: a message may be older than its ticket. */
static void read_waits(struct arena *arena, struct ticket_story *story)
{
	const struct ticket_list *const messages = &story->records.of[RECORD_MESSAGE];
	struct walk walk = { .story = story, .replied = TIME_MIN };
	size_t said = 0;
	size_t moved = 1;

	story->waits =
	    arena_alloc(arena, (messages->count + story->move_count) * sizeof(*story->waits));
	while (said < messages->count || moved < story->move_count) {
		if (moved == story->move_count ||
		    (said < messages->count &&
		     message_first(&messages->items[said], &story->moves[moved])))
			hear(&walk, &messages->items[said++]);
		else
			move_on(&walk, &story->moves[moved++]);
	}
	if (walk.wait != NULL && ticket_status_done(story->moves[story->move_count - 1].to))
		walk.wait->cancelled = true;
}

/* All of it. */

/* An integration may open a ticket for a customer; only its words tell. */
static bool began_by_customer(const struct ticket_records *records)
{
	const struct ticket_list *const began = &records->of[RECORD_BEGAN];

	if (began->count > 0)
		return began->items[0].role == ROLE_CUSTOMER;
	return records->of[RECORD_OPENED].items[0].role != ROLE_AGENT;
}

bool ticket_story_read(struct arena *arena, struct bytes known, struct ticket_story *story,
                       bool *opened)
{
	*story = (struct ticket_story){ 0 };
	*opened = false;
	if (!ticket_records_read(arena, known, &story->records))
		return false;
	*opened = story->records.of[RECORD_OPENED].count > 0;
	if (!*opened)
		return true;
	story->opened_at = story->records.of[RECORD_OPENED].items[0].at;
	story->by_customer = began_by_customer(&story->records);
	read_moves(arena, &story->records.of[RECORD_OPENED].items[0], story);
	read_holdings(arena, story);
	read_waits(arena, story);
	return true;
}
