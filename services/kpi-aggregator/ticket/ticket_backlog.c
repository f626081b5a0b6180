/*
 * ticket_backlog - at which local midnights a ticket was open, and how it stood.
 */
#include "services/kpi-aggregator/ticket/ticket_observe.h"

/* What was open for longer is not looked at any more: days of elapsed time. */
#define KEPT DAYS(SUBJECT_MIDNIGHTS_MAX)

/* The midnights of one zone, in order of time. */
struct snapshot {
	const struct ticket_view *view;
	struct window_zone *zone;
	struct instant until;
	struct instant
	    touched;  /* when a person of ours first wrote on it or took it; TIME_MAX: never */
	size_t heard; /* messages before the midnight */
	bool waiting; /* the last public words before it are the customer's */
};

static struct instant touched_at(const struct ticket_story *story)
{
	const struct ticket_list *const touched = &story->records.of[RECORD_TOUCHED];
	struct instant at = touched->count > 0 ? touched->items[0].at : TIME_MAX;

	for (size_t i = 0; i < story->holding_count; i++)
		if (*story->holdings[i].agent != '\0')
			at = time_earlier(at, story->holdings[i].at);
	return at;
}

/* What a program says leaves the customer waiting. */
static void hear_until(struct snapshot *it, struct instant midnight)
{
	const struct ticket_list *const messages = &it->view->story->records.of[RECORD_MESSAGE];

	for (; it->heard < messages->count && time_before(messages->items[it->heard].at, midnight);
	     it->heard++)
		if (messages->items[it->heard].role != ROLE_BOT)
			it->waiting = messages->items[it->heard].role == ROLE_CUSTOMER;
}

/* The agent and the team are those of the instant before. */
static void observe_midnight(struct snapshot *it, const struct window *day, uint32_t status)
{
	const struct ticket_view *const view = it->view;
	const struct instant before = { day->start.us - 1 };
	const struct ticket_holding holding = ticket_holding_at(view->story, before);
	const char *const zone = window_zone_name(it->zone);
	struct observation snapshot = ticket_observation(
	    view, OBSERVATION_BACKLOG,
	    arena_printf(view->arena, "%s/%s", zone, window_label(view->arena, it->zone, day)),
	    &holding);

	bool promised;
	bool breached;

	hear_until(it, day->start);
	ticket_promises_at(view->story, day->start, &promised, &breached);
	snapshot.words[WORD_STATUS] = ticket_status_words[status];
	snapshot.words[WORD_ZONE] = zone;
	snapshot.times[TIME_AT] = day->start;
	snapshot.times[TIME_OPENED_AT] = view->story->opened_at;
	snapshot.numbers[NUMBER_AGE_US] = time_since(view->story->opened_at, day->start).us;
	observation_mark(&snapshot, MARK_WAITING, it->waiting);
	observation_mark(&snapshot, MARK_UNTOUCHED, !time_before(it->touched, day->start));
	observation_mark(&snapshot, MARK_PROMISED, promised);
	observation_mark(&snapshot, MARK_BREACHED, breached);
	observations_add(view->all, &snapshot);
}

/* The midnights behind `from`, and not behind `to`. */
static void observe_span(struct snapshot *it, struct instant from, struct instant to,
                         uint32_t status)
{
	const struct instant last = time_earlier(to, it->until);
	struct window day;

	from = time_later(from, time_sub(it->until, KEPT));
	if (!time_before(from, last))
		return;
	for (day = window_at(it->zone, WINDOW_DAY, from); !time_before(last, day.end);) {
		day = window_next(it->zone, &day);
		observe_midnight(it, &day, status);
	}
}

static void observe_zone(const struct ticket_view *view, const struct subject_midnight *zone)
{
	const struct ticket_story *const story = view->story;
	struct snapshot it = {
		.view = view, .zone = zone->zone, .until = zone->until, .touched = touched_at(story)
	};

	if (zone->until.us == TIME_MIN.us)
		return;
	for (size_t i = 0; i < story->move_count; i++) {
		const struct ticket_move *const move = &story->moves[i];
		const struct instant end =
		    i + 1 < story->move_count ? story->moves[i + 1].at : TIME_MAX;

		if (!ticket_status_done(move->to))
			observe_span(&it, move->at, end, move->to);
	}
}

void ticket_observe_backlog(const struct ticket_view *view, const struct subject_horizon *horizon)
{
	for (size_t i = 0; i < horizon->count; i++)
		observe_zone(view, &horizon->zones[i]);
}
