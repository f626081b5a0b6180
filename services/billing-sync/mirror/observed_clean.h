/*
 * observed_clean - an object's JSON before anything reads it: bad values refused, card data dropped.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_OBSERVED_CLEAN_H
#define SERVICES_BILLING_SYNC_MIRROR_OBSERVED_CLEAN_H

#include "common/io/json.h"

/*
 * Amounts and quantities wherever they stand, but in metadata, which are the merchant's own words. An amount
 * may be an object: some of the provider's are. A number with a fraction is refused where it would not
 * be read again as it is written.
 */
bool observed_check(const struct json_place *object, struct json_error *error) MUST_CHECK;
/* Drops of every card what observed.h does not name. */
void observed_strip(json_t *value);

#endif
