/*
 * model_schedule - subscriptions of the model company of which it was said beforehand how they go on: after two months
 * a dearer plan, and a month later they are let go and continue as they are.
 */
#include "tests/support/model_inside.h"

#include "common/base/text.h"

#include <inttypes.h>

#define SUBSCRIPTIONS 80 /* of a thousand */

static const char *schedule_id(const struct life *life)
{
	return model_id(life, "sched", life->subscription);
}

static bool is_on(const struct life *life)
{
	return life->schedule.status != NULL && text_equal(life->schedule.status, "active");
}

/* Its two parts, of which one is on. */
static const char *phases_body(const struct life *life, int plan)
{
	const struct model_schedule *const it = &life->schedule;

	return arena_printf(life->arena,
	                    "[{\"start_date\":%" PRId64 ",\"end_date\":%" PRId64
	                    ",\"items\":[{\"price\":\"price_%s_%d\",\"quantity\":%" PRId64
	                    "}]},{\"start_date\":%" PRId64 ",\"end_date\":%" PRId64
	                    ",\"items\":[{\"price\":\"price_%s_%d\",\"quantity\":%" PRId64 "}]}]",
	                    it->start_s, it->turn_s, life->customer->id, plan, life->seats,
	                    it->turn_s, it->end_s, life->customer->id, plan + 1, life->seats);
}

static const char *quoted(const struct life *life, const char *id)
{
	return arena_printf(life->arena, "\"%s\"", id);
}

static void say(struct life *life, const char *event, int64_t at_s)
{
	const struct model_schedule *const it = &life->schedule;
	const bool first = at_s < it->turn_s;
	const char *const id = quoted(life, model_subscription_id(life));
	const char *const current =
	    arena_printf(life->arena, "{\"start_date\":%" PRId64 ",\"end_date\":%" PRId64 "}",
	                 first ? it->start_s : it->turn_s, first ? it->turn_s : it->end_s);

	model_say(life,
	          &(struct model_state){
		      .object_id = schedule_id(life),
		      .type = "subscription_schedule",
		      .event_type = event,
		      .status = it->status,
		      .created_s = at_s,
		      .object = arena_printf(
			  life->arena,
			  "{\"id\":\"%s\",\"object\":\"subscription_schedule\",\"customer\":\"%s\","
			  "\"status\":\"%s\",\"created\":%" PRId64
			  ",\"livemode\":false,\"end_behavior\":\"release\",\"subscription\":%s,"
			  "\"released_subscription\":%s,\"current_phase\":%s,\"phases\":%s}",
			  schedule_id(life), life->customer->id, it->status, it->start_s,
			  text_equal(it->status, "released") ? "null" : id,
			  text_equal(it->status, "released") ? id : "null",
			  is_on(life) ? current : "null",
			  phases_body(life, first ? life->plan : life->plan - 1)),
		  });
}

void model_schedule_choose(struct life *life, int64_t number)
{
	chance_seed(&life->schedule.chance, life->seed * UINT64_C(1000117) + (uint64_t)number);
	(void)chance_next(&life->schedule.chance);
}

void model_schedule_begin(struct life *life, int64_t start_s, int64_t turn_s, int64_t end_s)
{
	struct model_schedule *const it = &life->schedule;

	it->status = NULL;
	if (life->ample || life->beside || life->yearly || text_equal(life->status, "trialing") ||
	    !chance_of(&it->chance, SUBSCRIPTIONS))
		return;
	it->start_s = start_s;
	it->turn_s = turn_s;
	it->end_s = end_s;
	it->status = "active";
	say(life, "subscription_schedule.created", start_s);
}

bool model_schedule_turns(const struct life *life, int64_t at_s)
{
	return is_on(life) && at_s == life->schedule.turn_s;
}

void model_schedule_move(struct life *life, int64_t at_s)
{
	struct model_schedule *const it = &life->schedule;

	if (model_schedule_turns(life, at_s)) {
		say(life, "subscription_schedule.updated", at_s);
	} else if (is_on(life) && at_s >= it->end_s) {
		it->status = "released";
		say(life, "subscription_schedule.released", at_s);
	}
}

void model_schedule_end(struct life *life, int64_t at_s)
{
	if (!is_on(life))
		return;
	life->schedule.status = "canceled";
	say(life, "subscription_schedule.canceled", at_s);
}

const char *model_schedule_named(const struct life *life)
{
	return is_on(life) ? quoted(life, schedule_id(life)) : "null";
}
