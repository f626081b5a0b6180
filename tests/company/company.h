/*
 * company - the model company's customers told to billing-sync in any order: what is sent, what is lost, and
 * what must be known in the end.
 */
#ifndef TESTS_COMPANY_COMPANY_H
#define TESTS_COMPANY_COMPANY_H

#include "common/base/map.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "services/billing-sync/ledger/journal.h"
#include "tests/sim/world.h"
#include "tests/support/model_company.h"

#define LOST_MAX 8           /* of one customer */
#define COMPANY_DAYS_AFTER 4 /* longer than what is missing may take to come */

/* What was made of an invoice of which payments failed. */
struct told_debt {
	const char *status; /* of its dunning; NULL: there is none */
	int64_t failed;
	int recovered; /* how often that was said */
	int exhausted;
};

/* One customer of the run: what must be known of it, and what is. */
struct told {
	struct bytes key; /* its id */
	const struct model_customer *truth;
	const char *lost[LOST_MAX]; /* what never came */
	size_t lost_count;
	struct model_sum found[MODEL_SUMS_MAX];
	size_t found_count;
	int64_t mrr;
	const char *causes[MODEL_CASES_MAX]; /* of open discrepancies */
	size_t cause_count;
	struct told_debt debts[MODEL_DEBTS_MAX]; /* as the truth has them */
	int64_t used; /* units that the provider's meter was to hear of, less what was taken back */
	int64_t used_late;
	bool dunned;  /* what was not owed */
	bool blurred; /* a subscription's state came by upload alone */
	bool asked;   /* what never came was asked for, or something does not add up */
	bool beyond;
};

struct company_settings {
	uint64_t seed;
	int64_t customers;
	int64_t lost; /* objects that never come, of a thousand */
	bool ordered; /* all is told when it happens */
	bool refused; /* what the documents refuse is refused */
};

struct company {
	struct arena *arena;
	struct company_settings settings;
	int64_t end_s;     /* the run's own */
	struct told *told; /* the last one is the bank's */
	struct model_bank *bank;
	struct map by_id;   /* customer's id -> struct told */
	struct map objects; /* object's id -> struct told */
	int64_t sent;
	int64_t dropped;
	int64_t repeated;
	int64_t lost;
};

/* What the mesh is asked with; set before world_init. */
extern struct company company;
extern const struct mesh company_mesh;

void company_make(const struct company_settings *settings);
void company_finish(void);
/* Where all is told when it happens: a day of it. False: the mesh does not get to its end. */
bool company_live_day(struct world *world);
/* There is more to come. */
bool company_goes_on(void);
/* Prints what differs, at most so many lines; the number of cases that failed. */
int company_check(struct world *world);
/* Parts of it: check_debt.c and so on. */
int company_check_debts(struct world *world);
int company_check_bank(struct world *world);
int company_check_revenue(struct world *world);
int company_check_rates(struct world *world);
int company_check_usage(struct world *world);
int company_check_refused(struct world *world);
int company_check_funds(struct world *world);
/* The dated exchange rates of the run's days, compiled; of one day they come late. */
const void *company_rates(void);
/* What the provider's integers mean, also of currencies that the project's document refuses. */
const void *company_currencies(void);

/* What the parts share: each row of a table that any shard of a stage has, and each fact for others. */
void company_each_row(struct world *world, const char *stage, const struct state_table *table,
                      void *row, void (*tell)(const void *row));
void company_each_fact(struct world *world, void (*tell)(const Opsmesh__V1__BillingEvent *event));
struct told *company_told(const char *customer); /* NULL: none of them */
/* Its currency is; then nothing of it is booked. */
bool company_is_refused(const struct told *told);
/* Nothing of that object ever comes. */
bool company_is_lost(const struct told *told, const char *id);
/* All that happened to it is to be known. */
bool company_is_known(const struct told *told);
void company_tell_sum(struct told *told, const struct entry_row *row);
/* Every account of it is as it should be; say: what is not. */
bool company_same_books(const struct told *told, bool say);
void company_differ(const char *format, ...) PRINTF_LIKE(1, 2);
/* Says how it went: so many of them are wrong. The result is 1 where any is. */
int company_say(const char *what, int64_t wrong, int64_t of);

#endif
