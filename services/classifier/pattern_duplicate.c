#include "services/classifier/pattern_duplicate.h"

#include "common/base/text.h"
#include "services/classifier/pattern_codec.h"

#include <string.h>

#define CODEC_VERSION 1

/* Keeping. */

static void take_out(struct pattern_tickets *tickets, size_t place)
{
	tickets->count--;
	memmove(&tickets->tickets[place], &tickets->tickets[place + 1],
	        (tickets->count - place) * sizeof(tickets->tickets[0]));
}

static void put_in(struct pattern_tickets *tickets, const struct pattern_ticket *ticket)
{
	size_t place = tickets->count;

	while (place > 0 &&
	       pattern_report_compare(&ticket->report, &tickets->tickets[place - 1].report) < 0)
		place--;
	memmove(&tickets->tickets[place + 1], &tickets->tickets[place],
	        (tickets->count - place) * sizeof(tickets->tickets[0]));
	tickets->tickets[place] = *ticket;
	tickets->count++;
}

static bool is_known(const struct pattern_tickets *tickets, const char *ticket_id)
{
	for (size_t i = 0; i < tickets->count; i++)
		if (text_equal(tickets->tickets[i].report.ticket_id, ticket_id))
			return true;
	return false;
}

/* The last of those that were opened in the same step, if there are as many as may be; else count. */
static size_t find_rival(const struct pattern_policy *policy, const struct pattern_tickets *tickets,
                         struct instant step_end)
{
	size_t found = 0;
	size_t last = tickets->count;

	for (size_t i = 0; i < tickets->count; i++) {
		if (pattern_policy_step_end(policy, tickets->tickets[i].report.at).us ==
		    step_end.us) {
			found++;
			last = i;
		}
	}
	return found >= PATTERN_TICKETS_STEP ? last : tickets->count;
}

/* Where there is no room at all the earliest that was judged goes. */
static bool make_room(struct pattern_tickets *tickets)
{
	if (tickets->count < PATTERN_TICKETS_MAX)
		return true;
	for (size_t i = 0; i < tickets->count; i++) {
		if (tickets->tickets[i].judged) {
			take_out(tickets, i);
			return true;
		}
	}
	return false;
}

bool pattern_tickets_add(const struct pattern_policy *policy, struct pattern_tickets *tickets,
                         const struct pattern_ticket *ticket)
{
	if (is_known(tickets, ticket->report.ticket_id))
		return false;
	const size_t rival =
	    find_rival(policy, tickets, pattern_policy_step_end(policy, ticket->report.at));

	if (rival < tickets->count) {
		if (pattern_report_compare(&ticket->report, &tickets->tickets[rival].report) > 0)
			return false;
		take_out(tickets, rival);
	}
	if (!make_room(tickets))
		return false;
	put_in(tickets, ticket);
	return true;
}

/* Judging. */

static void share(const struct pattern_report *a, const struct pattern_report *b,
                  struct pattern_duplicate *duplicate)
{
	for (size_t i = 0; i < a->token_count; i++)
		if (pattern_report_has(b, a->tokens[i]))
			duplicate->shared[duplicate->shared_count++] = a->tokens[i];
}

static bool shares_id(const struct pattern_policy *policy, const struct pattern_duplicate *pair)
{
	for (size_t i = 0; i < pair->shared_count; i++)
		if (pattern_policy_is_id(policy, pair->shared[i]))
			return true;
	return false;
}

static bool is_duplicate(const struct pattern_policy *policy, const struct pattern_ticket *later,
                         const struct pattern_ticket *earlier, struct pattern_duplicate *duplicate)
{
	const struct pattern_report *const a = &later->report;
	const struct pattern_report *const b = &earlier->report;

	if (time_before(b->at, time_sub(a->at, policy->duplicate.window)))
		return false;
	*duplicate = (struct pattern_duplicate){
		.later = later,
		.earlier = earlier,
		.likeness_ppm =
		    pattern_sketch_likeness(a->sketch, a->place_count, b->sketch, b->place_count),
	};
	share(a, b, duplicate);
	return shares_id(policy, duplicate) ||
	       pattern_sketch_agrees(a->sketch, a->place_count, b->sketch, b->place_count,
	                             policy->duplicate.agree_ppm);
}

size_t pattern_tickets_judge(const struct pattern_policy *policy, struct pattern_tickets *tickets,
                             struct instant end, struct pattern_duplicate *duplicates)
{
	size_t count = 0;

	for (size_t i = 0; i < tickets->count; i++) {
		struct pattern_ticket *const later = &tickets->tickets[i];
		bool found = false;

		if (later->judged || !time_before(later->report.at, end))
			continue;
		later->judged = true;
		for (size_t k = 0; k < i && !found; k++)
			found =
			    is_duplicate(policy, later, &tickets->tickets[k], &duplicates[count]);
		count += found;
	}
	return count;
}

void pattern_tickets_expire(const struct pattern_policy *policy, struct pattern_tickets *tickets,
                            struct instant end)
{
	const struct instant oldest = time_sub(end, policy->duplicate.window);

	while (tickets->count > 0 && time_before(tickets->tickets[0].report.at, oldest))
		take_out(tickets, 0);
}

struct instant pattern_tickets_due(const struct pattern_policy *policy,
                                   const struct pattern_tickets *tickets)
{
	const struct instant last = tickets->tickets[tickets->count - 1].report.at;

	for (size_t i = 0; i < tickets->count; i++)
		if (!tickets->tickets[i].judged)
			return time_add(pattern_policy_step_end(policy,
			                                        tickets->tickets[i].report.at),
			                policy->settle);
	return time_add(pattern_policy_step_end(policy, time_add(last, policy->duplicate.window)),
	                policy->settle);
}

/* Bytes. */

void pattern_tickets_encode(const struct pattern_tickets *tickets, struct buffer *out)
{
	pattern_write_u8(out, CODEC_VERSION);
	pattern_write_u8(out, (uint32_t)tickets->count);
	for (size_t i = 0; i < tickets->count; i++) {
		pattern_report_encode(&tickets->tickets[i].report, out);
		buffer_add_u32(out, tickets->tickets[i].channel);
		pattern_write_u8(out, tickets->tickets[i].judged);
	}
}

bool pattern_tickets_decode(struct arena *arena, struct bytes bytes,
                            struct pattern_tickets *tickets)
{
	struct pattern_reader reader = pattern_read(arena, bytes);

	if (pattern_read_u8(&reader, CODEC_VERSION) != CODEC_VERSION)
		return false;
	tickets->count = pattern_read_u8(&reader, PATTERN_TICKETS_MAX);
	for (size_t i = 0; i < tickets->count; i++) {
		tickets->tickets[i].report = pattern_report_decode(&reader);
		tickets->tickets[i].channel = pattern_read_u32(&reader, UINT32_MAX);
		tickets->tickets[i].judged = pattern_read_u8(&reader, 1) != 0;
	}
	return pattern_read_done(&reader);
}
