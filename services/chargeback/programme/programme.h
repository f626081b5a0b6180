/*
 * programme - how far we are from a network's thresholds, this month and at its end.
 *
 * What we count is a lower bound: the provider does not show us disputes of payments that were refunded before, nor
 * duplicates, and the networks count those. So a threshold that is met here is met there; one that is not met may be.
 * Outcomes do not matter, nor do refunds after the dispute.
 *
 * Projection: it goes on as it did in the time of the period that has passed; nobody knows how many payments are to come:
 *
 *   elapsed  = (at - start) / (end - start)
 *   events   = what was counted so far / elapsed, rounded up     (so is their amount)
 *   payments = captured so far / elapsed, rounded up, where their month is the period itself; where it only overlaps
 *              with it, / the share of the month's time that has passed; where it is over, as they are
 *
 * Below the document's "project_from_ppm" of the period nothing is projected: a dispute on the first day says little.
 * Pure, all in UTC.
 */
#ifndef SERVICES_CHARGEBACK_PROGRAMME_PROGRAMME_H
#define SERVICES_CHARGEBACK_PROGRAMME_PROGRAMME_H

#include "common/base/rate.h"
#include "services/chargeback/programme/programme_policy.h"

/* Something that the network may count. */
struct programme_event {
	const char *network;
	bool warning; /* an early fraud warning; else a dispute */
	bool fraud;   /* a dispute for fraud */
	bool inquiry; /* it has not become a dispute */
	bool prevented;
	bool compelling; /* compelling evidence proved the payment */
};

bool programme_counts(const struct programme_policy *policy, const struct programme_event *event);

/* [start, end) in which events are counted, and [payments_start, payments_end) of the payments against them. */
struct programme_period {
	struct instant start;
	struct instant end;
	struct instant payments_start;
	struct instant payments_end;
};

/* Of an account of that country. */
struct programme_period programme_period_at(const struct programme_policy *policy,
                                            const char *country, struct instant at);

struct programme_tally {
	int64_t events;        /* that programme_counts, in the period so far */
	int64_t payments;      /* captured in the payments' months so far */
	struct money amount;   /* of the events */
	bool amount_known;     /* in the currency in which the thresholds are */
	int64_t authenticated; /* of payments, with 3-D Secure */
};

enum programme_standing {
	PROGRAMME_CLEAR,
	PROGRAMME_APPROACHING, /* at the document's share of each of its figures, or projected so */
	PROGRAMME_PROJECTED,   /* it is met at the end of the period if it goes on like this */
	PROGRAMME_MET,
};
extern const char *const programme_standing_names[];

/* What is, or is projected, at one moment. */
struct programme_figures {
	int64_t events;
	int64_t payments;
	int64_t amount;
	int64_t ratio_ppm; /* events of payments, rounded down; 0 where there are no payments */
};

struct programme_answer {
	struct programme_period period;
	struct programme_tally tally;    /* what it was judged by */
	struct programme_figures now;    /* events / payments is the ratio, exactly */
	bool has_interval;               /* the ratio is a share of something */
	struct rate_interval interval;   /* of now.ratio_ppm */
	int64_t elapsed_ppm;             /* of the period */
	bool is_projected;               /* enough has passed */
	struct programme_figures at_end; /* as now where nothing is projected */
	enum programme_standing standings[PROGRAMME_THRESHOLDS_MAX]; /* as in the policy */
	enum programme_standing standing;                            /* the gravest of them */
	size_t threshold; /* of that one; of equals the last that is for the region */
	bool
	    amount_unjudged; /* a threshold asks for an amount that is not known: taken as reached */
};

/* Is it for accounts of the region ("": none that is named)? One that is not is always clear. */
bool programme_is_for(const struct programme_threshold *threshold, const char *region);

/* Of an account of that country and region ("": none that is named). at: in the period. */
struct programme_answer programme_judge(const struct programme_policy *policy, const char *country,
                                        const char *region, struct instant at,
                                        const struct programme_tally *tally);

/* Is the programme left after so many periods on end without a threshold met? */
bool programme_is_left(const struct programme_policy *policy, int64_t clean_months);

#endif
