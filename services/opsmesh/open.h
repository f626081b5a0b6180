/*
 * open - what is open: tickets as ingest has them and the classifier takes them, clocks as was said of them
 * last.
 */
#ifndef SERVICES_OPSMESH_OPEN_H
#define SERVICES_OPSMESH_OPEN_H

#include "common/base/map.h"
#include "services/opsmesh/mesh_store.h"

struct open_clock {
	const char *id; /* ticket, metric and instance: by which it is told from others */
	const char *ticket_id;
	int32_t metric; /* opsmesh.v1.SlaMetric */
	int32_t instance;
	int32_t state; /* opsmesh.v1.SlaState */
	bool open;
	struct duration target; /* 0: none */
	struct duration used;   /* when it was spoken of last */
	struct instant due;     /* TIME_MAX: none, or it stands still */
	const char *policy;     /* id and version, "" none */
};

struct open_ticket {
	const char *id;
	int32_t status;   /* opsmesh.v1.TicketStatus */
	int32_t priority; /* opsmesh.v1.Priority: the classifier's, else as asked for */
	int32_t tier;     /* opsmesh.v1.Tier */
	const char *account;
	const char *assignee;
	const char *team;
	const char
	    *intent; /* as the classifier takes it; "" not known, or there is no classifier */
	const char *category; /* "billing"; likewise */
	const char *queue;    /* where the classifier wants it to go; else its team; "" none */
	bool needs_human;     /* the classifier says that a person must look */
	struct instant opened;
	struct instant due; /* the least due of its clocks; TIME_MAX: none */
	int breaches;       /* clocks that ran past their due and run on */
};

struct open_list {
	struct arena *arena;
	struct instant now; /* mesh time; the real time where there is none */
	struct open_ticket *tickets;
	size_t ticket_count;
	struct open_clock **clocks; /* open ones */
	size_t clock_count;
	struct map tickets_by_id;
};

/* Reads both, next deadline first. Anything but OK: the store says why. */
enum status open_list_read(struct open_list *list, struct mesh_store *store) MUST_CHECK;
void open_list_finish(struct open_list *list);
/* NULL: the ticket is not open any more, or ingest has not heard of it. */
const struct open_ticket *open_list_ticket(const struct open_list *list, const char *id);

#endif
