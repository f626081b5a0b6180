/*
 * ledger_print - the books as a table for people, as CSV, and as journal entries that NetSuite imports.
 *
 * Rows come one at a time and leave through a buffer that the caller empties; what is held is a page of a
 * table and a sum for each currency, however many rows there are. Amounts are integers; a decimal is how
 * they are written down, by the minor units of their currency.
 */
#ifndef SERVICES_OPSMESH_LEDGER_PRINT_H
#define SERVICES_OPSMESH_LEDGER_PRINT_H

#include "services/opsmesh/chart_number.h"
#include "services/opsmesh/csv.h"
#include "services/opsmesh/ledger_ask.h"
#include "services/opsmesh/ledger_seal.h"
#include "services/opsmesh/reach.h"
#include "services/opsmesh/running.h"
#include "services/opsmesh/table.h"

#define LEDGER_UNBILLED "unbilled_receivable"

/* What was added to an account and taken from it, in a currency; they come by part and currency. */
struct ledger_sum {
	const char *currency;
	const char *account;
	int64_t debit;
	int64_t credit; /* above zero as well */
	enum ledger_part part;
};

/* A line of a transaction; "" for what it has not. */
struct ledger_line {
	struct instant at; /* TIME_MIN: no line, but what was owed before the first */
	struct instant booked_at;
	const char *transaction;
	int64_t line;
	const char *account;
	const char *currency;
	int64_t minor; /* debit above zero */
	const char *customer;
	const char *object;
	const char *reason;
	const char *reverses;
	const char *cause; /* ce_id of the fact that caused it */
	enum ledger_part part;
	struct instant belongs_at; /* where the books have it; of netsuite alone */
};

/* The provider's balance in a currency, by its transactions. */
struct ledger_proof {
	const char *currency;
	int64_t starting;
	int64_t net;
	int64_t paid_out;
	int64_t ending;
	int64_t on_its_way; /* paid out, and not arrived */
	int64_t waits;      /* not booked yet */
	int64_t books;      /* of cash in transit */
	bool stated;        /* by the provider itself */
	int64_t stated_off; /* from what its transactions came to then */
};

/* Monthly recurring revenue of a currency, and how it moved. */
struct ledger_recurring {
	bool whole; /* of all currencies, in this one; else what is in it */
	const char *currency;
	int64_t starting;
	int64_t added;
	int64_t reactivation;
	int64_t expansion;
	int64_t contraction;
	int64_t churn;
	int64_t fx;
	int64_t ending;
	int64_t
	    told_to; /* of the whole: the last day that all shards have told; -1: nothing is open */
};

struct ledger_print {
	const struct ledger_ask *ask;
	const struct chart_numbers *chart; /* of netsuite alone */
	struct arena *arena;
	struct arena *page; /* the cells of one page, or one line */
	const struct reach *reach;
	const struct ledger_seal *seal;
	const char *true_for;
	const char *behind;
	struct buffer out;
	struct csv csv;
	struct table table;
	struct running sums;     /* of lines; of a statement what is owed */
	struct running unbilled; /* of a statement: what is used and not billed yet */
	const char *unbooked;    /* of a statement: "; billed and not booked ..."; "" nothing */
	struct running debits;
	struct running credits;
	char currency[4];      /* whose accounts are being shown */
	enum ledger_part part; /* the last row's */
	int64_t rows;          /* that came */
	const char *wrong;     /* why it cannot go on; NULL: it can */
};

/* All is borrowed until the end. The titles of CSV are written. */
void ledger_print_begin(struct ledger_print *print, struct arena *arena,
                        const struct ledger_ask *ask, const struct reach *reach,
                        const struct ledger_seal *seal, const struct chart_numbers *chart);
void ledger_print_sum(struct ledger_print *print, const struct ledger_sum *sum);
void ledger_print_proof(struct ledger_print *print, const struct ledger_proof *proof);
void ledger_print_recurring(struct ledger_print *print, const struct ledger_recurring *row);
/* Of a statement or a journal. */
void ledger_print_line(struct ledger_print *print, const struct ledger_line *line);
/* So much more is used and not billed yet, which the verdict tells; the account is LEDGER_UNBILLED. */
void ledger_print_unbilled(struct ledger_print *print, const char *currency, int64_t minor);
/* So much of an invoice is not in the books, because lines of it are missing: the verdict tells. */
void ledger_print_unbooked(struct ledger_print *print, const char *invoice, const char *currency,
                           int64_t minor);
/* Behind the last row. Of a table the verdict and the reach are part of it. */
void ledger_print_end(struct ledger_print *print);
void ledger_print_finish(struct ledger_print *print);

/* "Every currency sums to zero.", "cus_1 owes 12.00 EUR; used and not billed yet: 3.00 EUR.", "Nothing is booked." */
const char *ledger_verdict(const struct ledger_print *print);
/* False: whole books were shown, and they do not sum to zero. */
bool ledger_balances(const struct ledger_print *print);

/* For the files of rows. */
void ledger_page(struct ledger_print *print,
                 bool last); /* writes a page of the table that is full, or the last */
void ledger_reach_cells(struct ledger_print *print);
/*
 * Before a row of that part: in a table a heading where it begins. False: it is not shown, as what another ledger
 * takes over with the period that it belongs to.
 */
bool ledger_enter(struct ledger_print *print, enum ledger_part part) MUST_CHECK;

#endif
