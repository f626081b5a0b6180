/*
 * stage - a fold, declared as tables: what it reads, what it knows, what it waits for, what it says.
 *
 * Nothing here runs. The runtime (shard.h, worker.h) follows these tables; --describe prints them.
 */
#ifndef COMMON_FLOW_STAGE_H
#define COMMON_FLOW_STAGE_H

#include "common/base/status.h"
#include "common/flow/catalogue.h"
#include "common/flow/state.h"

struct task;
struct stage_effect;

/* One fact of one topic. A fact that no row names is skipped. */
struct stage_event {
	int topic;        /* place in the catalogue; -1 ends the table */
	const char *fact; /* member of the message's oneof `fact`; NULL: the whole message */
	enum status (*handle)(struct task *task, const ProtobufCMessage *fact);
	/* Optional: asks for the rows that handle will load, so that a batch fetches them in one trip. */
	void (*need)(struct task *task, const ProtobufCMessage *fact);
};

struct stage_timer {
	const char *name; /* NULL ends the table; kept in tables: never renamed */
	enum status (*handle)(struct task *task, const char *key);
	void (*need)(struct task *task, const char *key);
};

struct stage {
	const char *name; /* NULL ends a list of stages */
	const char *doc;
	const struct stage_event *events;
	const struct state_table *const *tables; /* ended by NULL */
	const struct stage_timer *timers;        /* NULL: none */
	const int *emits;                        /* topics that it writes, ended by -1 */
	const struct stage_effect *effects;      /* effect.h; NULL: none */
	int results; /* of a stage with effects: the topic, which it reads as any other */
	/* A refusal parks the event's key: later events of that key wait in order behind it. */
	bool parks;
	/*
	 * Optional: says as a fact what a handler refused of what outsiders said (task_refuse), so that it is no
	 * dead letter. Nothing that the handler did stands; what this answers is what became of the event.
	 */
	enum status (*refused)(struct task *task, const char *reason);
};

#define STAGE_TOPICS_MAX 8
#define STAGE_TABLES_MAX 40

/* The topics that a stage reads, in catalogue order, control included; their number. */
size_t stage_reads(const struct catalogue *catalogue, const struct stage *stage,
                   int topics[static STAGE_TOPICS_MAX]);
/* Does it make mesh time, that is, does it read the journal? */
bool stage_is_first(const struct catalogue *catalogue, const struct stage *stage);

/*
 * STAGE_EVENTS(table, LIST) builds the table from an X-macro of ON(topic, Type, member, Fact, handler)
 * rows, where Type is the topic's message, member a member of its oneof `fact`, and Fact that member's
 * type. A row that pairs a fact with a handler of another type does not compile.
 *
 * STAGE_EVENTS_NEEDING is the same for rows of ON(topic, Type, member, Fact, handler, need). One handler
 * stands in one row.
 */
#define STAGE_EVENTS(table, LIST) \
	LIST(STAGE_THUNK_)        \
	static const struct stage_event table[] = { LIST(STAGE_ROW_){ .topic = -1 } }
#define STAGE_THUNK_(topic_, Type, member, Fact, handler)                                      \
	static enum status handler##_thunk(struct task *task, const ProtobufCMessage *message) \
	{                                                                                      \
		const Fact *const fact = ((const Type *)(const void *)message)->member;        \
		return handler(task, fact);                                                    \
	}
#define STAGE_ROW_(topic_, Type, member, Fact, handler) \
	{ .topic = (topic_), .fact = #member, .handle = handler##_thunk },

#define STAGE_EVENTS_NEEDING(table, LIST) \
	LIST(STAGE_NEEDING_THUNK_)        \
	static const struct stage_event table[] = { LIST(STAGE_NEEDING_ROW_){ .topic = -1 } }
#define STAGE_NEEDING_THUNK_(topic_, Type, member, Fact, handler, need_) \
	STAGE_THUNK_(topic_, Type, member, Fact, handler)
#define STAGE_NEEDING_ROW_(topic_, Type, member, Fact, handler, need_) \
	{ .topic = (topic_), .fact = #member, .handle = handler##_thunk, .need = (need_) },

#endif
