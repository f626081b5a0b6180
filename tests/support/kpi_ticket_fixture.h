/*
 * kpi_ticket_fixture - a ticket's life as facts of the three topics, and what kpi-aggregator observes of it.
 *
 * Times are written "01T10:00": the first of May 2026, UTC. Each topic numbers its facts from 1. All lives in the arena of
 * arena_fixture.
 */
#ifndef TESTS_SUPPORT_KPI_TICKET_FIXTURE_H
#define TESTS_SUPPORT_KPI_TICKET_FIXTURE_H

#include "services/kpi-aggregator/ticket/ticket.h"
#include "services/kpi-aggregator/ticket/ticket_read.h"

#define LIFE_FACTS_MAX 64

enum life_topic { LIFE_TICKETS, LIFE_TRIAGE, LIFE_SLA, LIFE_TOPICS };

/* In the order in which they were told. */
struct life {
	struct ticket_fact facts[LIFE_FACTS_MAX];
	enum life_topic topics[LIFE_FACTS_MAX];
	size_t count;
	int64_t sequences[LIFE_TOPICS];
};

struct instant life_time(const char *text);

/* Tickets. */
struct life *life_open(const char *at,
                       enum ticket_role by); /* an e-mail; by: whose request it was */
void life_open_as(struct life *life, const char *at, Opsmesh__V1__TicketOpened opened);
void life_write(struct life *life, const char *at, enum ticket_role role, const char *message,
                const char *author);
void life_note(struct life *life, const char *at, enum ticket_role role);
void life_move(struct life *life, const char *at, enum ticket_status from, enum ticket_status to);
void life_reopen(struct life *life, const char *at, const char *message);
void life_assign(struct life *life, const char *at, const char *agent, const char *team);
void life_resolve(struct life *life, const char *at, const char *account, Opsmesh__V1__Tier tier,
                  const char *region);
void life_tag(struct life *life, const char *at, const char *tag, const char *other);
void life_rate(struct life *life, const char *at, int score, int scale, const char *agent);

/* The classifier. */
void life_classify(struct life *life, const char *at, const char *message, const char *intent);
void life_doubt(struct life *life, const char *at, const char *message,
                Opsmesh__V1__NeedsHumanCause cause);
void life_correct(struct life *life, const char *at, const char *message, const char *from,
                  const char *to);

/* A clock with 60 minutes' target; due: NULL, or when. */
struct life_clock {
	Opsmesh__V1__SlaMetric metric;
	int32_t instance;
	Opsmesh__V1__SlaState state;
	const char *due;
	bool retroactive;
	bool aimless; /* no target */
};
void life_clock(struct life *life, Opsmesh__V1__SlaEvent__FactCase fact, const char *at,
                const struct life_clock *clock);

/* What is known when they come in that order of places (NULL: as told). */
struct bytes life_known(const struct life *life, const size_t *order);
/* horizon: NULL, no midnight was taken. */
struct observations *life_observe(struct bytes known, const struct subject_horizon *horizon);
/* All of it, as told, without midnights. */
struct observations *life_see(const struct life *life);

/* NULL: there is none. */
const struct observation *life_find(const struct observations *all, enum observation_kind kind,
                                    const char *number);
size_t life_count(const struct observations *all, enum observation_kind kind);

#endif
