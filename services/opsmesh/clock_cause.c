#include "services/opsmesh/clock_cause.h"

#include "common/base/text.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

static const struct told *find_id(struct arena *arena, const struct told_list *facts,
                                  const char *id)
{
	for (size_t i = 0; i < facts->count; i++)
		if (!facts->list[i].dead && text_equal(told_id(arena, &facts->list[i]), id))
			return &facts->list[i];
	return NULL;
}

static const struct told *find_message(const struct told_list *facts, const char *id)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->list[i].topic == OPS_TICKETS && !facts->list[i].dead &&
		    text_equal(facts->list[i].name, "message_added") &&
		    text_equal(message_text(facts->list[i].fact, "message_id"), id))
			return &facts->list[i];
	return NULL;
}

static bool cause_said(struct arena *arena, const struct told_list *facts, const struct told *told,
                       const char *cause, const char **problem)
{
	const struct told *const found = find_id(arena, facts, cause);

	if (found == NULL)
		*problem = arena_printf(arena, "%s rests on %s, which nobody said",
		                        told_id(arena, told), cause);
	else if (time_before(told->time, found->time))
		*problem = arena_printf(arena, "%s rests on %s, which came later",
		                        told_id(arena, told), cause);
	else
		return true;
	return false;
}

static bool reply_written(struct arena *arena, const struct told_list *facts,
                          const struct told *told, const char *message, const char **problem)
{
	const struct told *const found = find_message(facts, message);

	if (found != NULL && found->time.us == told->time.us)
		return true;
	*problem = arena_printf(arena, "%s rests on message %s, which %s", told_id(arena, told),
	                        message, found == NULL ? "nobody wrote" : "is of another time");
	return false;
}

static bool at_due(struct arena *arena, const struct told *told, const Opsmesh__V1__SlaClock *clock,
                   const char **problem)
{
	struct instant due;

	if (clock != NULL && clock->due != NULL && proto_instant(clock->due, &due) &&
	    due.us == told->time.us)
		return true;
	*problem =
	    arena_printf(arena, "%s is a breach that is not at its due", told_id(arena, told));
	return false;
}

bool clock_cause_holds(struct arena *arena, const struct told_list *facts, const struct told *told,
                       const char **problem)
{
	const void *const message = told->message;
	const Opsmesh__V1__SlaEvent *const event = message;

	if (event->cause_id[0] != '\0' && !cause_said(arena, facts, told, event->cause_id, problem))
		return false;
	if (event->fact_case == OPSMESH__V1__SLA_EVENT__FACT_BREACHED)
		return at_due(arena, told, event->breached->clock, problem);
	if (event->fact_case == OPSMESH__V1__SLA_EVENT__FACT_FULFILLED &&
	    event->fulfilled->message_id[0] != '\0')
		return reply_written(arena, facts, told, event->fulfilled->message_id, problem);
	return true;
}
