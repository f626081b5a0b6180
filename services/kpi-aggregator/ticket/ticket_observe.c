#include "services/kpi-aggregator/ticket/ticket_observe.h"

#include "common/base/text.h"

#include <inttypes.h>

const char *const ticket_status_words[TICKET_STATUSES] = {
	[TICKET_OTHER] = "open",      [TICKET_NEW] = "new",         [TICKET_OPEN] = "open",
	[TICKET_PENDING] = "pending", [TICKET_ON_HOLD] = "on_hold", [TICKET_SOLVED] = "solved",
	[TICKET_CLOSED] = "closed",
};

struct observation ticket_observation(const struct ticket_view *view, enum observation_kind kind,
                                      const char *number, const struct ticket_holding *holding)
{
	struct observation it = observation_of(kind, number);

	for (int i = 0; i < OBSERVATION_WORDS; i++)
		it.words[i] = view->words[i];
	it.words[WORD_AGENT] = holding->agent;
	it.words[WORD_TEAM] = holding->team;
	return it;
}

static const char *number_of(const struct ticket_view *view, int64_t sequence)
{
	return arena_printf(view->arena, "%" PRId64, sequence);
}

/* How it was solved. */

/* The first, or the last, move that solved it; NULL: none did. */
static const struct ticket_move *solved_first(const struct ticket_story *story)
{
	for (size_t i = 0; i < story->move_count; i++)
		if (ticket_move_solves(&story->moves[i]))
			return &story->moves[i];
	return NULL;
}

static const struct ticket_move *solved_last(const struct ticket_story *story)
{
	for (size_t i = story->move_count; i-- > 0;)
		if (ticket_move_solves(&story->moves[i]))
			return &story->moves[i];
	return NULL;
}

/* The move that reopened what that one solved; NULL: none did. */
static const struct ticket_move *reopened_after(const struct ticket_story *story,
                                                const struct ticket_move *solved)
{
	const struct ticket_move *const end = story->moves + story->move_count;

	for (const struct ticket_move *move = solved + 1; move < end; move++)
		if (ticket_move_reopens(move))
			return move;
	return NULL;
}

static bool soon(struct instant solved, struct instant reopened)
{
	return time_since(solved, reopened).us <= TICKET_SOON.us;
}

static uint32_t status_now(const struct ticket_story *story)
{
	return story->moves[story->move_count - 1].to;
}

/* The ticket itself. */

/* The wait that the first reply ended; else the one that goes on, or was the last; NULL: nobody asked. */
static const struct ticket_wait *first_wait(const struct ticket_story *story)
{
	for (size_t i = 0; i < story->wait_count; i++)
		if (story->waits[i].ended.us != TIME_MIN.us)
			return &story->waits[i];
	return story->wait_count > 0 ? &story->waits[story->wait_count - 1] : NULL;
}

static int64_t replies_until(const struct ticket_story *story, struct instant until)
{
	const struct ticket_list *const list = &story->records.of[RECORD_MESSAGE];
	int64_t count = 0;

	for (size_t i = 0; i < list->count && !time_before(until, list->items[i].at); i++)
		count += list->items[i].role == ROLE_AGENT ? 1 : 0;
	return count;
}

/* NULL: no program has replied. */
static const struct ticket_record *bot_reply(const struct ticket_story *story)
{
	const struct ticket_list *const list = &story->records.of[RECORD_MESSAGE];

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].role == ROLE_BOT)
			return &list->items[i];
	return NULL;
}

static void observe_solution(const struct ticket_story *story, struct observation *it)
{
	const struct ticket_move *const first = solved_first(story);
	const struct ticket_move *const last = solved_last(story);
	const struct ticket_move *reopened;

	it->numbers[NUMBER_REPLIES] = replies_until(story, first != NULL ? first->at : TIME_MAX);
	if (first == NULL)
		return;
	reopened = reopened_after(story, first);
	it->times[TIME_SOLVED_AT] = first->at;
	if (ticket_status_done(status_now(story)))
		it->times[TIME_LAST_SOLVED_AT] = last->at;
	observation_mark(it, MARK_SOLVED, true);
	observation_mark(it, MARK_REOPENED, reopened != NULL);
	observation_mark(it, MARK_REOPENED_SOON, reopened != NULL && soon(first->at, reopened->at));
	observation_mark(it, MARK_ONE_TOUCH,
	                 it->numbers[NUMBER_REPLIES] <= 1 &&
	                     !observation_is(it, MARK_REOPENED_SOON));
}

static struct ticket_holding holding_of_ticket(const struct ticket_story *story)
{
	const struct ticket_move *const last = solved_last(story);

	return ticket_holding_at(story, last != NULL ? last->at : TIME_MAX);
}

static void observe_ticket(const struct ticket_view *view)
{
	const struct ticket_story *const story = view->story;
	const struct ticket_wait *const wait = first_wait(story);
	const struct ticket_holding holding = holding_of_ticket(story);
	struct observation it = ticket_observation(view, OBSERVATION_TICKET, "1", &holding);

	it.words[WORD_STATUS] = ticket_status_words[status_now(story)];
	it.times[TIME_AT] = story->opened_at;
	it.times[TIME_OPENED_AT] = story->opened_at;
	it.numbers[NUMBER_CHANGE] = 1;
	if (wait != NULL) {
		it.times[TIME_ASKED_AT] = wait->began;
		it.times[TIME_REPLIED_AT] = wait->ended;
		observation_mark(&it, MARK_ANSWERED, wait->ended.us != TIME_MIN.us);
		observation_mark(&it, MARK_CANCELLED, wait->cancelled);
	}
	observe_solution(story, &it);
	observation_mark(&it, MARK_BY_CUSTOMER, story->by_customer);
	observation_mark(&it, MARK_ESCALATED, view->escalated);
	observation_mark(&it, MARK_BOT_REPLIED, bot_reply(story) != NULL);
	observations_add(view->all, &it);
}

/* What a program did without anybody of ours, and what not. */
static void observe_assistance(const struct ticket_view *view)
{
	const struct ticket_story *const story = view->story;
	const struct ticket_record *const reply = bot_reply(story);
	const struct ticket_holding holding = holding_of_ticket(story);
	struct observation it = ticket_observation(view, OBSERVATION_ASSISTANCE, "1", &holding);
	const struct ticket_move *const solved = solved_first(story);

	if (reply == NULL)
		return;
	it.times[TIME_AT] = reply->at;
	it.times[TIME_OPENED_AT] = story->opened_at;
	observation_mark(&it, MARK_SOLVED, solved != NULL);
	observation_mark(&it, MARK_ANSWERED, replies_until(story, TIME_MAX) > 0);
	observation_mark(&it, MARK_REOPENED,
	                 solved != NULL && reopened_after(story, solved) != NULL);
	observations_add(view->all, &it);
}

/* Replies, solutions, scores. */

static void observe_reply(const struct ticket_view *view, const struct ticket_wait *wait)
{
	const bool answered = wait->ended.us != TIME_MIN.us;
	struct ticket_holding holding = ticket_holding_at(view->story, wait->ended);

	holding.agent = wait->author;
	struct observation it =
	    ticket_observation(view, OBSERVATION_REPLY, wait->message, &holding);

	it.times[TIME_AT] = wait->ended;
	it.times[TIME_BEGAN_AT] = wait->began;
	observation_mark(&it, MARK_FIRST, wait->first);
	observation_mark(&it, MARK_ANSWERED, answered);
	observation_mark(&it, MARK_CANCELLED, wait->cancelled);
	observations_add(view->all, &it);
}

static void observe_solve(const struct ticket_view *view, const struct ticket_move *move)
{
	const struct ticket_story *const story = view->story;
	const struct ticket_move *const reopened = reopened_after(story, move);
	const struct ticket_holding holding = ticket_holding_at(story, move->at);
	struct observation it =
	    ticket_observation(view, OBSERVATION_SOLVE, number_of(view, move->sequence), &holding);

	it.times[TIME_AT] = move->at;
	it.times[TIME_OPENED_AT] = story->opened_at;
	observation_mark(&it, MARK_FIRST, move == solved_first(story));
	observation_mark(&it, MARK_REOPENED, reopened != NULL);
	observation_mark(&it, MARK_REOPENED_SOON, reopened != NULL && soon(move->at, reopened->at));
	observations_add(view->all, &it);
}

/* solved: the move before it that solved the ticket; NULL: it is not kept. */
static void observe_reopen(const struct ticket_view *view, const struct ticket_move *move,
                           const struct ticket_move *solved)
{
	const struct ticket_holding holding = ticket_holding_at(view->story, move->at);
	struct observation it =
	    ticket_observation(view, OBSERVATION_REOPEN, number_of(view, move->sequence), &holding);

	it.times[TIME_AT] = move->at;
	if (solved != NULL)
		it.times[TIME_BEGAN_AT] = solved->at;
	observation_mark(&it, MARK_REOPENED_SOON, solved != NULL && soon(solved->at, move->at));
	observations_add(view->all, &it);
}

static void observe_moves(const struct ticket_view *view)
{
	const struct ticket_move *solved = NULL;

	for (size_t i = 0; i < view->story->move_count; i++) {
		const struct ticket_move *const move = &view->story->moves[i];

		if (ticket_move_reopens(move))
			observe_reopen(view, move, solved);
		if (!ticket_move_solves(move))
			continue;
		solved = move;
		observe_solve(view, move);
	}
}

/* The best of two is the only good one; of more, four fifths. */
static bool satisfied(int64_t score, int64_t scale)
{
	return scale == 2 ? score == 2 : 5 * score >= 4 * scale;
}

static void observe_score(const struct ticket_view *view, const struct ticket_record *record)
{
	const struct ticket_holding holding = { record->at, record->agent, record->team };
	struct observation it =
	    ticket_observation(view, OBSERVATION_CSAT, number_of(view, record->sequence), &holding);

	if (record->scale < 2 || record->score < 1 || record->score > record->scale)
		return;
	it.times[TIME_AT] = record->at;
	it.numbers[NUMBER_SCORE_PPM] = record->score * 1000000 / record->scale;
	observation_mark(&it, MARK_SATISFIED, satisfied(record->score, record->scale));
	observations_add(view->all, &it);
}

void ticket_observe_support(const struct ticket_view *view)
{
	const struct ticket_story *const story = view->story;
	const struct ticket_list *const scores = &story->records.of[RECORD_CSAT];

	observe_ticket(view);
	observe_assistance(view);
	for (size_t i = 0; i < story->wait_count; i++)
		observe_reply(view, &story->waits[i]);
	observe_moves(view);
	for (size_t i = 0; i < scores->count; i++)
		observe_score(view, &scores->items[i]);
}
