/*
 * dispute - a dispute of the payment provider as the facts tell it.
 *
 * Read in one place, because two stages tell of it: the one that knows the customer, and the one in which it waits
 * for its charge. The fields are those of Stripe's Dispute object, versions up to 2026-10-28.endive: what only newer
 * ones have is empty in older ones, and what an account has no access to is null (smart_disputes,
 * intended_submission_method; both stand at the top of the object).
 */
#ifndef SERVICES_BILLING_SYNC_DISPUTE_DISPUTE_H
#define SERVICES_BILLING_SYNC_DISPUTE_DISPUTE_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/billing-sync/rule/currency.h"
#include "services/billing-sync/rule/stripe.h"

#define DISPUTE_MOVES_MAX 10    /* a dispute has two at most; the provider may change its mind */
#define DISPUTE_ELIGIBLE_MAX 16 /* rules of networks; there are three */

/*
 * All but the id and the two statuses, which the mirror knows and the caller fills in. Everything that it gives lives
 * in the arena. False: it cannot be read, and error says which field.
 */
bool dispute_read(struct arena *arena, const struct currency_policy *currencies,
                  const struct json_place *object, Opsmesh__V1__DisputeChanged *changed,
                  struct json_error *error) MUST_CHECK;
/*
 * The same of what dispute_read refuses, so that whoever answers it has what there is: a part that cannot be read is as though it
 * were not there.
 */
void dispute_glean(struct arena *arena, const struct currency_policy *currencies,
                   const struct json_place *object, Opsmesh__V1__DisputeChanged *changed);
/* Of all that is told, but for the status before: equal ones tell the same. In the arena. */
struct bytes dispute_digest(struct arena *arena, const Opsmesh__V1__DisputeChanged *changed);

#endif
