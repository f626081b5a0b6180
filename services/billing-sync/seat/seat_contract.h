/*
 * seat_contract - what was agreed with a customer, as its account declares it.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_CONTRACT_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_CONTRACT_H

#include "opsmesh/v1/account.pb-c.h"
#include "services/billing-sync/seat/seat_book_check.h"

#define SEAT_CONTRACTS_MAX 100 /* of one customer; ingest takes no more of an account */

/* Texts are borrowed. False: out of bounds. */
bool seat_contract_take(const Opsmesh__V1__Order *order, struct seat_contract *contract) MUST_CHECK;

/* A price of the subscription's own items; NULL: it has none of that id. */
const struct seat_price *seat_book_price(const struct seat_book *book, const char *id);
/* Does it hold for a line, of a price that is known or not (NULL)? */
bool seat_contract_is_about(const struct seat_contract *contract, const struct seat_line *line,
                            const struct seat_price *price);
/* Some line is of the contract. */
bool seat_book_bills(const struct seat_book *book, const struct seat_contract *contract);

/* Version 1 of a row's bytes: how many, then field by field (packed.h). */
struct bytes seat_contracts_encode(struct arena *arena, const struct seat_contract *contracts,
                                   size_t count);
bool seat_contracts_decode(struct arena *arena, struct bytes bytes,
                           const struct seat_contract **contracts, size_t *count) MUST_CHECK;

#endif
