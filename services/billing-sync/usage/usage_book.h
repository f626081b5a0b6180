/*
 * usage_book - what one metered subscription item had: its periods, its prices, what invoices billed of it, and
 * what of its usage is in the ledger.
 *
 * A period is known by its start. Its end is what an invoice bills of it to, else what the newest state says,
 * and never beyond the start of the next. It is valued by the price of its own newest state, where no state
 * tells of it by the newest price of all; in a trial nothing is owed. States and invoices may come in any order
 * and as often as they like: the book ends the same. Only so much is kept; a period that was let go stays in
 * the ledger as it is booked, and nothing that comes later changes it. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_USAGE_USAGE_BOOK_H
#define SERVICES_BILLING_SYNC_USAGE_USAGE_BOOK_H

#include "services/billing-sync/invoice/invoice.h"
#include "services/billing-sync/usage/usage_price.h"

#define USAGE_PRICES_MAX 12
#define USAGE_PERIODS_MAX 24 /* two years of months */
#define USAGE_LINES_MAX 32
#define USAGE_POSTINGS_MAX 800

/* As a state of the subscription tells it. */
struct usage_period {
	struct instant start;
	struct instant end;
	struct instant at; /* of the state; of two of one instant the later revision holds */
	int64_t revision;
	bool free; /* in a trial */
	const char *price;
};

/* What one invoice bills of a period: a line for each tier is one here. */
struct usage_line {
	const char *invoice;
	struct instant issued;
	struct instant start;
	struct instant end;
	int64_t minor; /* the provider's units, before discounts */
	int64_t lines;
	bool cut; /* there are more lines than are known */
};

/* What is booked of a period on one day of the books; minor units of struct money. */
struct usage_posting {
	struct instant start; /* of the period */
	int64_t day;
	int64_t used;   /* what was used that day */
	int64_t billed; /* what of it, or of days before, is unbilled no more since that day */
};

/* Zero-initialised but for since: nothing is known. Texts live where they came from, or in the decoder's arena. */
struct usage_book {
	const char *subscription; /* NULL: no state has come */
	const char *meter;        /* as usage events name it; NULL: likewise */
	struct instant newest;    /* of the state that named it */
	struct instant since;     /* periods that began before were let go; TIME_MIN: none */
	int64_t bookings;         /* transactions that were made so far */
	size_t price_count;
	struct usage_price prices[USAGE_PRICES_MAX];
	size_t period_count;
	struct usage_period periods[USAGE_PERIODS_MAX]; /* by their start */
	size_t line_count;
	struct usage_line lines[USAGE_LINES_MAX]; /* by start, issued, invoice */
	size_t shown_count;
	const char *shown[USAGE_LINES_MAX]; /* invoices that are said to bill something else */
	size_t missed_count;
	struct instant
	    missed[USAGE_PERIODS_MAX]; /* starts of periods that are said never to be billed */
	size_t posting_count;
	const struct usage_posting *postings; /* by start and day; in the arena */
};

/* A state of its item; the texts are borrowed. meter: as usage events name it. */
struct usage_state {
	const char *subscription;
	const char *meter;
	const struct usage_price *price;
	struct usage_period period;
};
void usage_book_state(struct arena *arena, struct usage_book *book,
                      const struct usage_state *state);
/* May the line be of usage? It bills a time that was over when the invoice was issued. */
bool usage_book_bills(const struct invoice *invoice, const struct invoice_line *line);
/* What an invoice bills of the item; before is forgotten. counts: it is no draft, and not void. */
void usage_book_invoice(struct arena *arena, struct usage_book *book, const char *item,
                        const struct invoice *invoice, bool counts);
/* Periods that began before are let go. */
void usage_book_forget(struct arena *arena, struct usage_book *book, struct instant since);
/* NULL: no state has told of it. */
struct usage_price *usage_book_price(struct usage_book *book, const char *id);

/* A row's bytes (packed.h): a version, then the fields in the order of the structs, what is missed last. */
struct bytes usage_book_encode(struct arena *arena, const struct usage_book *book);
bool usage_book_decode(struct arena *arena, struct bytes bytes, struct usage_book *book) MUST_CHECK;

#endif
