/*
 * case_list - what does not add up, as cases: the rows that billing-sync keeps, with the figures that it said
 * of them last.
 *
 * A row says whose case it is, its cause and its state; what each object should be and is, how grave that is
 * and whose it is to settle is told by facts alone. They are folded again here, object by object. Where they
 * do not say a figure (a case that was explained is opened again, and nobody told by which object) it is
 * not known, and no sum is made of it.
 */
#ifndef SERVICES_OPSMESH_CASE_LIST_H
#define SERVICES_OPSMESH_CASE_LIST_H

#include "common/base/map.h"
#include "services/opsmesh/reach.h"
#include "services/opsmesh/running.h"
#include "services/opsmesh/told.h"

struct case_figure {
	const char *object;
	bool known; /* the figures were told */
	bool
	    money; /* they are amounts; else seats, seconds or what the cause counts: minor is their number */
	struct money expected;
	struct money found;
};

struct open_case {
	const char *id;
	const char *customer;
	const char *account; /* "" nobody has declared the customer */
	const char *cause;
	const char *state;
	bool open;
	struct instant since;
	struct instant now;          /* mesh time of its shard; TIME_MIN: none */
	const char *queue;           /* "" not told */
	const char *owner;           /* "" nobody */
	const char *acknowledged_by; /* "" nobody */
	struct instant acknowledged_at;
	int32_t severity;    /* opsmesh.v1.Priority */
	int64_t escalations; /* since it was opened */
	const char *sentence;
	struct case_figure *figures;
	size_t count;
	size_t room;
	struct case_figure last; /* told last; object NULL: none */
};

struct case_list {
	struct arena *arena;
	struct open_case *cases; /* open ones first, gravest first, then oldest first */
	size_t count;
	struct map by_id;
	bool has_books;     /* false: no daemon keeps cases here yet */
	struct reach reach; /* of has_books */
};

/* all: also what is healed or explained. Anything but OK: the store says why. Finish it in any case. */
enum status case_list_read(struct case_list *list, struct mesh_store *store, bool all) MUST_CHECK;
void case_list_finish(struct case_list *list);

/* Takes a fact in; what concerns no case of the list is left. The fact may go away afterwards. */
void case_list_take(struct case_list *list, const struct told *told);
void case_list_sort(struct case_list *list);
/* By how much a case is off, whatever the sign of each figure. False: not all is known, or beyond 64 bits. */
bool case_off(const struct open_case *it, struct running *off) MUST_CHECK;

#endif
