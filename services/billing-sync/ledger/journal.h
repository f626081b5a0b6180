/*
 * journal - one transaction of the ledger: lines that sum to zero in every currency.
 *
 * It is built line by line, debit above zero, and sealed: then it is complete, bounded and balanced, which
 * is what the database holds its table `entry` to as well. A sealed transaction never changes; what was
 * wrong is put right by its reversal, which has the same lines negated and names what it reverses.
 *
 * Its id is made of the reason and of the object that it is about ("charge/txn_1N..."), so that booking
 * the same thing a second time meets its own row.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_JOURNAL_H
#define SERVICES_BILLING_SYNC_LEDGER_JOURNAL_H

#include "common/base/arena.h"
#include "common/base/money.h"
#include "common/base/time.h"
#include "services/billing-sync/ledger/chart.h"

#define JOURNAL_LINES_MAX 16 /* no rule has more than nine */
#define JOURNAL_ID_MAX 400   /* a reason and an id of the provider */
#define JOURNAL_TEXT_MAX 255 /* other ids; the provider's own limit */

struct journal_line {
	enum account account;
	const char *customer; /* "": nobody is known */
	const char *object;   /* what the amount is about: an invoice, a charge; "": none */
	struct money amount;  /* debit above zero; not zero itself */
};

struct journal {
	const char *id;
	struct instant at;        /* when it happened in the business */
	struct instant booked_at; /* the mesh's now when it was booked */
	const char *cause;        /* ce_id of the fact that caused it */
	const char *object;       /* what it is about: a balance transaction, an invoice */
	const char *reason;       /* the rule: "charge", "reversal" */
	const char *reverses;     /* id of the transaction that it undoes; "": none */
	int64_t cut;              /* number of the last cut of the books before it; 0: none */
	struct journal_line lines[JOURNAL_LINES_MAX];
	size_t count;
	enum journal_fault {
		JOURNAL_SOUND,
		JOURNAL_TOO_LONG, /* more lines than there may be */
		JOURNAL_BEYOND,   /* an amount does not fit 64 bits, or cannot be negated */
		JOURNAL_CURRENCY, /* of a line is none */
		JOURNAL_LEGS,     /* fewer than two lines */
		JOURNAL_UNEQUAL,  /* the lines of a currency do not sum to zero */
		JOURNAL_NAMELESS, /* an id, cause or reason is missing, or too long */
	} fault;                  /* the first thing that was wrong: it cannot be sealed */
};

/* The head alone. The texts are borrowed, but for the id, which is made in the arena: "<reason>/<object>". */
struct journal journal_open(struct arena *arena, const char *reason, const char *object,
                            const char *cause, struct instant at, struct instant booked_at);
/* A line; nothing is added for an amount of zero. */
void journal_add(struct journal *journal, enum account account, const char *customer,
                 const char *object, const char *currency, int64_t minor);
/* The same with the opposite sign. */
void journal_take(struct journal *journal, enum account account, const char *customer,
                  const char *object, const char *currency, int64_t minor);
/* Is it whole? If not, fault says what is wrong. */
bool journal_seal(struct journal *journal) MUST_CHECK;
const char *journal_fault_text(enum journal_fault fault); /* one clause */

/*
 * Undoes a sealed transaction, for a cause of its own, at a time of its own: that of a closed period is
 * undone in the open one. It remains to be sealed.
 */
struct journal journal_reverse(struct arena *arena, const struct journal *journal,
                               const char *cause, struct instant at, struct instant booked_at);

/* What a currency's lines sum to; false: beyond 64 bits, which no sealed transaction is. */
bool journal_sum(const struct journal *journal, const char *currency, int64_t *sum) MUST_CHECK;
/* What it adds to an account, in a currency. */
int64_t journal_of(const struct journal *journal, enum account account, const char *currency);

/* A row of the table `entry`, in the order of its columns. Texts are borrowed from the journal. */
struct entry_row {
	const char *transaction_id;
	int64_t line; /* from 1 */
	struct instant at;
	struct instant booked_at;
	const char *account;
	const char *currency;
	int64_t minor;
	const char *customer_id; /* NULL: nobody is known */
	const char *object_id;   /* NULL: none */
	const char *cause;
	const char *reason;
	const char *reverses; /* NULL: nothing */
	int64_t cut;          /* number of the last cut of the books before it */
};

/* One row a line, count of them. The journal is sealed and outlives them. */
void journal_rows(const struct journal *journal, struct entry_row rows[static JOURNAL_LINES_MAX]);
/*
 * The transaction again, from its rows in the order of their lines; it borrows their texts. False: they are
 * not one sealed transaction.
 */
bool journal_read(const struct entry_row *rows, size_t count, struct journal *journal) MUST_CHECK;

#endif
