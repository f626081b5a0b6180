/*
 * seat_plan - which price each item of a subscription had when, and which of them a line may bill.
 *
 * A period is billed at its start, at the price that the item has then. The provider dates a change and the period
 * that begins with it some minutes apart (SEAT_BOOK_SLACK): a price that the item gets so soon after the start may
 * be billed as well; the one before it may only where the change came neither before the start nor before the
 * invoice was drawn up. A proration that asks for the rest of a time names a price of the change that it begins
 * with, or of a later one of that time (it may be dated back, or wait until it is paid); one that gives back names the
 * price of the period that it gives back, or one that the item had in that period before the proration begins.
 * What is only announced, by a schedule, was had by nobody. Of two states of one second either may be meant. Before an
 * uploaded state that has another price nobody knows since when that is so.
 *
 * What is not known breaks nothing: a time before the first state, an item that is metered or had no price in
 * force, a line that names no price, that comes to nothing, or that is given back whole. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_PLAN_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_PLAN_H

#include "services/billing-sync/seat/seat_book.h"

/* Of two states of one second: the prices of both, into what became of them. */
void seat_plan_merge(const struct seat_book *book, const struct seat_state *known,
                     const struct seat_state *state, struct seat_state *merged);

/* The price that the line should be of; NULL: it is of one that it may be of, or that is not known. */
const struct seat_price *seat_plan_instead(const struct seat_book *book,
                                           const struct seat_line *line);

#endif
