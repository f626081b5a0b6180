/*
 * customer_outside - what of an invoice was paid outside of the provider.
 *
 * Where payments are on record there, it is their sum, each counted once. Where the invoice says no more than that
 * it was paid so, it is what is due of it and no charge paid. It is stated anew (restated.h) whenever one of the
 * figures is another. What is on record in another currency than the invoice's pays nothing of it, and is the case
 * `currency_changed`. The row is the invoice's, as it was read last; who is given one that may change saves it.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_OUTSIDE_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_OUTSIDE_H

#include "services/billing-sync/customer_money/customer_receivable.h"

/* What of it is on record as paid so. */
enum status outside_recorded(struct customer *it, const struct receivable_row *row,
                             int64_t *minor) MUST_CHECK;
/* What of it is paid, by whomever, and be it twice. */
enum status outside_total(struct customer *it, const struct receivable_row *row,
                          int64_t *minor) MUST_CHECK;
enum status outside_book(struct customer *it, const struct receivable_row *row) MUST_CHECK;

/* An invoice payment, or one of an invoice's list, that somebody has put on record. */
bool outside_is_payment(const struct json_place *object);
/* Takes one; what is asked for and not yet paid is nobody's money. False: it cannot be read; error says why. */
bool outside_payment(struct thing *thing, const struct json_place *object,
                     struct receivable_row *row, struct applied_word *word, enum status *status,
                     struct json_error *error) MUST_CHECK;
/* What an invoice says itself. False as above. */
bool outside_invoice(struct thing *thing, const struct invoice *invoice, struct receivable_row *row,
                     enum status *status, struct json_error *error) MUST_CHECK;

#endif
