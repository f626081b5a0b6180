/*
 * period_close - whether a period of the books may be closed, and what seals it.
 *
 * The checklist is asked of figures that others gathered: each item holds or says why not. A period that
 * is closed is sealed with a digest over its figures in canonical order and over the seal before it, so
 * that the same figures give the same seal and no sealed period can be changed unseen. What is booked
 * later for its days bears a later cut: a correction of the period that is open.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","reporting_currency":"USD",
 *    "unexplained_at_most":[{"currency":"USD","minor":10000}]}            others: nothing
 *
 * Pure. The schema is deploy/policies/schema/close.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_CLOSE_PERIOD_CLOSE_H
#define SERVICES_BILLING_SYNC_CLOSE_PERIOD_CLOSE_H

#include "common/flow/policy_head.h"
#include "common/io/digest.h"
#include "services/billing-sync/rule/recognition.h"
#include "services/billing-sync/subscription/recurring_book.h"

#define PERIOD_LIMITS_MAX 192 /* more than there are currencies */

struct period_amount {
	char currency[4];
	int64_t minor;
};

struct close_policy {
	struct policy_head head;
	char reporting_currency[4];
	size_t limit_count;
	const struct period_amount *limits; /* of what may stay unexplained */
};
extern const struct policy_kind close_policy_kind;

/* Days of the books: from first to before end. */
struct period {
	int64_t first_day;
	int64_t end_day;
};

/* "2026-01" or "2026-01-15". */
bool period_parse(const char *text, struct period *period) MUST_CHECK;

/* How far a shard has come; it has passed a cut where all before it is folded. */
struct period_shard {
	const char *stage;
	int32_t number;
	struct instant folded_to;
};

/* One account of the trial balance. */
struct period_balance {
	const char *account;
	char currency[4];
	int64_t minor; /* debit above 0 */
};

struct period_dispute {
	const char *id; /* "": the rest of a shard that has more than it names, in one currency */
	char currency[4];
	int64_t minor; /* what may be lost */
	int64_t more;  /* how many the rest are; 0: it is one */
};

/* What one unit of a currency is in the reporting currency at the end of the period. */
struct period_rate {
	char currency[4];
	const char *document; /* id and version of the rates document */
	bool frozen;          /* its digest is recorded */
};

struct period_figures {
	struct period period;
	int64_t open_from;  /* the first day that is not closed yet */
	bool sealed;        /* this very period is closed */
	struct instant cut; /* the instant at which end_day begins in the zone of the books */
	size_t shards_expected;
	size_t shard_count;
	const struct period_shard *shards;
	size_t unexplained_count;
	const struct period_amount *unexplained; /* by currency, never below 0 */
	size_t balance_count;
	const struct period_balance *balances;
	size_t roll_count;
	const struct recognition_roll *rolls;
	size_t unbilled_count;
	const struct unbilled_roll *unbilled;
	size_t mrr_count;
	const struct recurring_line *mrr;
	size_t disputes_open; /* as the mirror counts them */
	size_t dispute_count;
	const struct period_dispute *disputes;
	size_t rate_count;
	const struct period_rate *rates;
	struct recurring_line reported; /* in the reporting currency; "" of no shard */
	const char *unreported;         /* why it does not reach the period's end; NULL: it does */
};

enum close_item {
	CLOSE_ORDER,  /* the period before is closed, and this one is not; of a month days may be */
	CLOSE_FOLDED, /* all events before the cut are folded on all shards */
	CLOSE_UNEXPLAINED, /* no unexplained discrepancy above its limit */
	CLOSE_LEDGER,      /* the trial balance is zero in every currency */
	CLOSE_ROLL,        /* the deferred revenue rolls forward */
	CLOSE_UNBILLED,    /* and what is used and not billed yet */
	CLOSE_MRR,         /* its identity holds in every currency and in the reporting one */
	CLOSE_DISPUTES,    /* every open dispute is listed, or counted with the rest */
	CLOSE_RATES, /* every currency of the books has a rate that is frozen; none was wanting for MRR */
	CLOSE_ITEMS,
};
extern const char *const close_item_names[]; /* "order" ..., NULL at the end */

/* Why an item does not hold, a sentence in the arena; NULL: it holds. */
struct close_checklist {
	const char *reasons[CLOSE_ITEMS];
};

/* True: every item holds. */
bool close_check(struct arena *arena, const struct period_figures *figures,
                 const struct close_policy *policy, struct close_checklist *checklist) MUST_CHECK;

/* The order in which the lists were gathered says nothing. The first seal follows one of zeros. */
void close_seal(struct arena *arena, const struct period_figures *figures,
                const struct close_policy *policy, const uint8_t before[static DIGEST_SIZE],
                uint8_t seal[static DIGEST_SIZE]);

#endif
