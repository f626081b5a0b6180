#include "services/sla-watcher/ticket.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

/* One input at work on one ticket. */
struct turn {
	const struct sla_book *book;
	struct sla_ticket *ticket;
	const struct sla_input *input;
	struct sla_said *said;
	const struct sla_policy *policy; /* of the ticket, as it is now */
	struct calendar *calendar;
};

/* Texts and documents. */

static struct sla_text text_kept(const char *text)
{
	struct sla_text kept = { "" };

	if (text != NULL)
		memcpy(kept.text, text, text_fit(bytes_of(text), SLA_TEXT_MAX));
	return kept;
}

const struct sla_policy *sla_ticket_policy(const struct sla_book *book,
                                           const struct sla_ticket *ticket)
{
	return sla_policy_find(book, ticket->policy.text, ticket->policy_version);
}

/* The version that the ticket's clocks began with; where it was taken away, the oldest there is. */
const struct sla_calendar *sla_ticket_calendar(const struct sla_book *book,
                                               const struct sla_ticket *ticket)
{
	const struct sla_calendar *const exact =
	    sla_calendar_find(book, ticket->calendar.text, ticket->calendar_version);

	return exact != NULL ? exact : sla_calendar_at(book, ticket->calendar.text, TIME_OLDEST);
}

static void documents_load(struct turn *turn)
{
	const struct sla_calendar *const calendar = sla_ticket_calendar(turn->book, turn->ticket);

	turn->policy = sla_ticket_policy(turn->book, turn->ticket);
	turn->calendar = calendar != NULL ? calendar->calendar : NULL;
}

static const struct sla_rule *rule_of(const struct turn *turn)
{
	for (size_t i = 0; turn->policy != NULL && i < turn->policy->rule_count; i++) {
		if (text_equal(turn->policy->rules[i].id, turn->ticket->rule.text))
			return &turn->policy->rules[i];
	}
	return NULL;
}

static int32_t target_of(const struct turn *turn, enum sla_metric metric)
{
	const struct sla_rule *const rule = rule_of(turn);

	return rule != NULL ? rule->target_s[metric] : 0;
}

/* Clocks. */

/* The latest instance of a metric; NULL: none is kept. */
static struct sla_clock *clock_of(struct sla_ticket *ticket, enum sla_metric metric)
{
	for (size_t i = ticket->clock_count; i-- > 0;) {
		if (ticket->clocks[i].metric == (unsigned)metric)
			return &ticket->clocks[i];
	}
	return NULL;
}

/* Whether it waits for its end: neither judged nor ended and only to be judged. */
static bool waits(const struct sla_clock *clock)
{
	return clock != NULL && sla_clock_open(clock) && clock->end.us == SLA_NEVER.us;
}

/* The oldest judged clock is forgotten; corrections to it are over. False: all are open. */
static bool clocks_make_room(struct sla_ticket *ticket)
{
	size_t i = 0;

	if (ticket->clock_count < SLA_CLOCKS_MAX)
		return true;
	while (i < ticket->clock_count && sla_clock_open(&ticket->clocks[i]))
		i++;
	if (i == ticket->clock_count)
		return false;
	ticket->clock_count--;
	memmove(&ticket->clocks[i], &ticket->clocks[i + 1],
	        (ticket->clock_count - i) * sizeof(ticket->clocks[0]));
	return true;
}

/* Eight ends within the two seconds that nobody may judge: the ninth cycle is not measured. */
static void activate(struct turn *turn, enum sla_metric metric, struct instant at)
{
	struct sla_ticket *const ticket = turn->ticket;
	struct sla_clock clock = { .metric = (unsigned)metric & 15u };

	if (!clocks_make_room(ticket) || ticket->instances[metric] == UINT16_MAX)
		return;
	clock.instance = ++ticket->instances[metric];
	clock.target_s = target_of(turn, metric);
	sla_clock_activate(&clock, turn->calendar, at, turn->said);
	ticket->clocks[ticket->clock_count++] = clock;
}

static void end(struct turn *turn, enum sla_metric metric, bool cancels, const char *reason)
{
	const size_t before = turn->said->count;
	struct sla_clock *const clock = clock_of(turn->ticket, metric);

	if (clock != NULL)
		sla_clock_end(clock, turn->calendar, turn->input->at, cancels, turn->said);
	for (size_t i = before; i < turn->said->count; i++)
		turn->said->facts[i].reason = reason;
}

static void pause(struct turn *turn)
{
	struct sla_clock *const clock = clock_of(turn->ticket, SLA_RESOLUTION);

	if (clock != NULL)
		sla_clock_pause(clock, turn->calendar, turn->input->at, turn->said);
}

static void resume(struct turn *turn)
{
	struct sla_clock *const clock = clock_of(turn->ticket, SLA_RESOLUTION);

	if (clock != NULL)
		sla_clock_resume(clock, turn->calendar, turn->input->at, turn->said);
}

/* Policies. */

static struct sla_change change_of(const struct turn *before, const struct turn *after)
{
	return (struct sla_change){
		.from = before->calendar,
		.to = after->calendar,
		.at = after->input->at,
	};
}

static void rule_set(struct turn *turn)
{
	struct sla_ticket *const ticket = turn->ticket;
	const struct sla_policy *const policy = sla_policy_at(turn->book, turn->input->at);
	const char *traits[SLA_TRAITS];
	const struct sla_rule *rule = NULL;
	const struct sla_calendar *calendar = NULL;

	for (int i = 0; i < SLA_TRAITS; i++)
		traits[i] = ticket->traits[i].text;
	if (policy != NULL)
		rule = sla_match(policy, traits, NULL);
	if (rule != NULL)
		calendar = sla_calendar_at(turn->book, rule->calendar, turn->input->at);
	ticket->policy = text_kept(policy != NULL ? policy->id : NULL);
	ticket->policy_version = policy != NULL ? policy->version : 0;
	ticket->rule = text_kept(rule != NULL ? rule->id : NULL);
	ticket->calendar = text_kept(calendar != NULL ? calendar->id : NULL);
	ticket->calendar_version = calendar != NULL ? calendar->version : 0;
	documents_load(turn);
}

/* Chooses the rule anew. Open clocks go on with what they have used. */
static void retarget(struct turn *turn)
{
	const struct turn before = *turn;
	const struct sla_text rule = turn->ticket->rule;
	struct sla_change change;

	rule_set(turn);
	change = change_of(&before, turn);
	for (size_t i = 0; i < turn->ticket->clock_count; i++) {
		struct sla_clock *const clock = &turn->ticket->clocks[i];

		change.target_s = target_of(turn, (enum sla_metric)clock->metric);
		if (change.target_s != clock->target_s || change.from != change.to ||
		    before.policy != turn->policy ||
		    !text_equal(rule.text, turn->ticket->rule.text))
			sla_clock_retarget(clock, &change, turn->policy, turn->said);
	}
}

/* Inputs. */

static bool solved(enum sla_status status)
{
	return status == SLA_STATUS_SOLVED || status == SLA_STATUS_CLOSED;
}

/* Without a policy the customer's turn is the customer's time. */
static bool pauses(const struct turn *turn, enum sla_status status)
{
	return turn->policy != NULL ? turn->policy->pauses[status] : status == SLA_STATUS_PENDING;
}

static void traits_set(struct turn *turn)
{
	for (int i = 0; i < SLA_TRAITS; i++) {
		if (turn->input->traits[i] != NULL)
			turn->ticket->traits[i] = text_kept(turn->input->traits[i]);
	}
}

static bool open_ticket(struct turn *turn)
{
	struct sla_ticket *const ticket = turn->ticket;
	const struct instant at = turn->input->at;

	*ticket = (struct sla_ticket){
		.opened = at,
		.replied = TIME_MIN,
		.waiting = SLA_NEVER,
		.next = SLA_NEVER,
		.status = turn->input->status,
	};
	traits_set(turn);
	rule_set(turn);
	activate(turn, SLA_FIRST_REPLY, at);
	activate(turn, SLA_RESOLUTION, at);
	if (solved(ticket->status)) {
		end(turn, SLA_RESOLUTION, false, "");
		end(turn, SLA_FIRST_REPLY, true, "");
	} else if (pauses(turn, ticket->status)) {
		pause(turn);
	}
	return true;
}

/* A reply answers everything that the customer wrote before it. */
static bool reply(struct turn *turn)
{
	static const char *const late = "A reply of that time arrived later.";

	end(turn, SLA_FIRST_REPLY, false, late);
	end(turn, SLA_NEXT_REPLY, false, late);
	turn->ticket->replied = time_later(turn->ticket->replied, turn->input->at);
	if (!time_before(turn->input->at, turn->ticket->waiting))
		turn->ticket->waiting = SLA_NEVER;
	return true;
}

/* Until the first reply the first-reply clock stands for all messages. */
static bool message(struct turn *turn)
{
	struct sla_ticket *const ticket = turn->ticket;

	if (waits(clock_of(ticket, SLA_FIRST_REPLY)) || waits(clock_of(ticket, SLA_NEXT_REPLY)) ||
	    !time_before(ticket->replied, turn->input->at))
		return false;
	if (solved(ticket->status))
		ticket->waiting = time_earlier(ticket->waiting, turn->input->at);
	else
		activate(turn, SLA_NEXT_REPLY, turn->input->at);
	return true;
}

static void solve(struct turn *turn)
{
	end(turn, SLA_RESOLUTION, false, "The solution was earlier than was known.");
	if (waits(clock_of(turn->ticket, SLA_FIRST_REPLY)))
		end(turn, SLA_FIRST_REPLY, true, "");
	if (waits(clock_of(turn->ticket, SLA_NEXT_REPLY)))
		end(turn, SLA_NEXT_REPLY, true, "");
}

/* A new cycle: nothing of the one that was solved counts, also when a program solved it. */
static void reopen(struct turn *turn)
{
	struct sla_ticket *const ticket = turn->ticket;

	if (ticket->replied.us == TIME_MIN.us)
		activate(turn, SLA_FIRST_REPLY, turn->input->at);
	else if (ticket->waiting.us != SLA_NEVER.us)
		activate(turn, SLA_NEXT_REPLY, ticket->waiting);
	ticket->waiting = SLA_NEVER;
	activate(turn, SLA_RESOLUTION, turn->input->at);
}

static bool move(struct turn *turn)
{
	struct sla_ticket *const ticket = turn->ticket;
	const enum sla_status old = ticket->status;
	const enum sla_status new = turn->input->status;

	if (old == new)
		return false;
	ticket->status = new;
	if (solved(new) && !solved(old))
		solve(turn);
	if (solved(new))
		return true;
	if (solved(old))
		reopen(turn);
	if (pauses(turn, new) && !pauses(turn, old))
		pause(turn);
	else if (!pauses(turn, new) && pauses(turn, old))
		resume(turn);
	return true;
}

static bool retrait(struct turn *turn)
{
	traits_set(turn);
	retarget(turn);
	return true;
}

static bool judge(struct turn *turn)
{
	for (size_t i = 0; i < turn->ticket->clock_count; i++)
		sla_clock_judge(&turn->ticket->clocks[i], turn->calendar, turn->policy,
		                turn->input->at, turn->said);
	return true;
}

static void next_set(struct turn *turn)
{
	struct instant next = SLA_NEVER;

	for (size_t i = 0; i < turn->ticket->clock_count; i++)
		next = time_earlier(next, sla_clock_next(&turn->ticket->clocks[i], turn->calendar,
		                                         turn->policy));
	turn->ticket->next = next;
}

bool sla_apply(const struct sla_book *book, struct sla_ticket *ticket,
               const struct sla_input *input, struct sla_said *said)
{
	static bool (*const inputs[])(struct turn *) = {
		[SLA_INPUT_OPENED] = open_ticket, [SLA_INPUT_REPLY] = reply,
		[SLA_INPUT_MESSAGE] = message,    [SLA_INPUT_STATUS] = move,
		[SLA_INPUT_TRAITS] = retrait,     [SLA_INPUT_TIMER] = judge,
	};
	const bool opened = ticket->opened.us != TIME_MIN.us;
	struct turn turn = { .book = book, .ticket = ticket, .input = input, .said = said };

	if (opened == (input->kind == SLA_INPUT_OPENED))
		return false;
	documents_load(&turn);
	if (!inputs[input->kind](&turn))
		return false;
	next_set(&turn);
	return true;
}

bool sla_next_due(const struct sla_ticket *ticket, struct instant *due)
{
	if (ticket->opened.us == TIME_MIN.us || ticket->next.us == SLA_NEVER.us)
		return false;
	*due = ticket->next;
	return true;
}
