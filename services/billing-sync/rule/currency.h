/*
 * currency - what a payment provider's integers mean in each currency, by a dated document.
 *
 *   {"id":"stripe","version":1,"effective_from":"2020-01-01T00:00:00Z","source":"where it is written",
 *    "exponent":2,                                    of every currency that no rule names
 *    "rules":[{"currencies":["BIF","JPY"],"exponent":0,"source":"..."},
 *             {"currencies":["KWD"],"exponent":3,"step":10,"source":"..."},
 *             {"currencies":["HUF"],"exponent":2,"payout_step":100,"source":"..."},
 *             {"currencies":["UGX"],"exponent":2,"step":100,"refused":"why","source":"..."}]}
 *
 * A provider's exponent is not the standard's: 5 krona are 500 to Stripe, and 5 ariary are 5, of which the
 * standard says 500. struct money is always in the standard's minor units; what cannot be said there
 * without rounding is refused. step: charges are multiples of it (a currency that lost its decimals, or a
 * network that carries fewer). payout_step: payouts are. refused: no amount of it is taken or given,
 * because the provider contradicts itself. The schema is deploy/policies/schema/currencies.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_RULE_CURRENCY_H
#define SERVICES_BILLING_SYNC_RULE_CURRENCY_H

#include "common/base/money.h"
#include "common/flow/policy_head.h"

#define CURRENCY_RULES_MAX 32   /* of a document */
#define CURRENCY_OF_RULE_MAX 64 /* currencies that one rule names */
#define CURRENCY_SENTENCE_MAX 400
#define CURRENCY_REASON_SIZE 512
/* Minor units of one amount. The provider charges 12 digits at most; thousands of these add up within 64 bits. */
#define CURRENCY_AMOUNT_MAX INT64_C(1000000000000000)

struct currency_rule {
	const char *const *currencies; /* ended by NULL; of the rule for all others: empty */
	int64_t exponent;
	int64_t step;
	int64_t payout_step;
	const char *refused; /* why; NULL: it is not */
	const char *source;
};

struct currency_policy {
	struct policy_head head;
	struct currency_rule rules[CURRENCY_RULES_MAX];
	size_t count;
	struct currency_rule others;
};

extern const struct policy_kind currency_kind;

/*
 * The provider's integer as money, of CURRENCY_AMOUNT_MAX at most, and back. Currency is upper case. False: reason is
 * one sentence that names the currency; no amount is in it.
 */
bool currency_read(const struct currency_policy *policy, const char *currency, int64_t amount,
                   struct money *money, char reason[static CURRENCY_REASON_SIZE]) MUST_CHECK;
bool currency_write(const struct currency_policy *policy, struct money money, int64_t *amount,
                    char reason[static CURRENCY_REASON_SIZE]) MUST_CHECK;
/*
 * An amount in the provider's units times `times` by `per` is one in the standard's, exactly, also of a currency that
 * is refused: for sums of contracts and of differences, which nobody takes or gives. One of them is 1.
 */
void currency_scale(const struct currency_policy *policy, const char *currency, int64_t *times,
                    int64_t *per);
/*
 * An amount in the provider's units for people, by money_format where the standard can say it. Policy NULL: its units
 * are the standard's.
 */
const char *currency_text(struct arena *arena, const struct currency_policy *policy,
                          const char *currency, int64_t amount);
/* May the provider be asked to charge or refund so many of its units? */
bool currency_charges(const struct currency_policy *policy, const char *currency, int64_t amount);
/* As many of so many of its units as the provider pays out; of a currency that is refused none. */
int64_t currency_payable(const struct currency_policy *policy, const char *currency,
                         int64_t amount);

#endif
