/*
 * warning - early fraud warnings: whether a refund now is cheaper than the dispute that is likely to follow.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","sources":[...],
 *    "disputed_ppm":800000,"disputed_shifted_ppm":0,"ticket_adds_ppm":50000,
 *    "refund_up_to":{"fee_ppm":1350000},"expires":"120d"}
 *
 * A warning (Visa's TC40, Mastercard's SAFE) becomes a dispute with a chance of "disputed_ppm", or of
 * "disputed_shifted_ppm" where 3-D Secure shifted the liability, since the loss is the bank's then; each ticket of the
 * customer's that waits for an answer adds "ticket_adds_ppm", up to a million in all, where the first chance is not 0.
 * A warning that came to nothing for so long as "expires" came to nothing for good.
 * What is left of the payment is refunded up to "fee_ppm" of the fee for a dispute. A refund does not take the warning
 * back: the networks count it all the same.
 *
 * The first that holds:
 *   disputed                 none     the dispute is answered instead
 *   nothing left             none     it was refunded in full
 *   not actionable           none     the provider says that nothing can be done
 *   liability shifted        watch    a dispute for fraud would be the bank's loss
 *   left <= fee * fee_ppm    refund   it is worth about what the dispute would cost besides
 *   a ticket waits           contact  who gets an answer has less reason to go to the bank
 *   else                     watch
 *
 * The loss that is expected of doing nothing is chance * (left + fee), in minor units, rounded half up. It is kept in
 * every answer, so that what was refunded, and what became of the others, can be held against it.
 * The schema is deploy/policies/schema/warnings.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_WARNING_WARNING_H
#define SERVICES_CHARGEBACK_WARNING_WARNING_H

#include "common/base/money.h"
#include "services/chargeback/source/source.h"

#define WARNING_FEE_PPM_MAX INT64_C(100000000) /* a hundred times the fee */
#define WARNING_AMOUNT_MAX INT64_C(1000000000000000)

struct warning_policy {
	struct policy_head head;
	struct sources sources;
	int64_t disputed_ppm;
	int64_t disputed_shifted_ppm;
	int64_t ticket_adds_ppm;
	int64_t fee_ppm;
	struct duration expires;
};

extern const struct policy_kind warning_policy_kind; /* of a struct warning_policy */

struct warning_inputs {
	struct money amount; /* of the payment */
	struct money fee;    /* for a dispute received, in the same currency */
	int64_t refunded;    /* of the amount, so far */
	bool actionable;     /* as the provider says */
	bool disputed;
	bool liability_shifted;
	int64_t waiting_tickets; /* of the same customer, open and unanswered */
};

enum warning_triage {
	WARNING_NONE,
	WARNING_WATCH,
	WARNING_CONTACT,
	WARNING_REFUND,
};
extern const char *const warning_triage_names[];

/* Why: 1 << these; several may hold. */
enum warning_reason {
	WARNING_BECAUSE_DISPUTED,
	WARNING_BECAUSE_REFUNDED,
	WARNING_BECAUSE_NOT_ACTIONABLE,
	WARNING_BECAUSE_SHIFTED,
	WARNING_BECAUSE_SMALL,
	WARNING_BECAUSE_LARGE, /* too large for a refund to pay off */
	WARNING_BECAUSE_TICKET,
	WARNING_REASONS,
};
extern const char *const warning_reason_names[];

struct warning_answer {
	struct warning_inputs inputs; /* what it was judged by */
	int64_t policy_version;
	enum warning_triage triage;
	uint32_t reasons;
	int64_t left;  /* of the payment */
	int64_t up_to; /* the most that is refunded */
	int64_t
	    disputed_ppm; /* the chance that it becomes a dispute; 0 where nothing is to be done */
	int64_t loss;     /* expected of doing nothing */
};

/* False: amounts that are none, too large, or in two currencies; reason says which. */
bool warning_judge(const struct warning_policy *policy, const struct warning_inputs *inputs,
                   struct warning_answer *answer, const char **reason) MUST_CHECK;

#endif
