/*
 * seat_book - what one subscription had and what was billed for it: its items' quantities over time, the prices
 * that they had, and the lines of its invoices; and what of these does not agree.
 *
 * States and invoices may come in any order and as often as they like: the book ends the same. Of two states of
 * one second the later revision holds; where neither has one (both are older than what the mirror has) the
 * larger quantity, and what either owes. Only so much is kept: the newest states, and the newest invoices by their date; what was
 * before is not known, rather than guessed, and what is not known is not wrong.
 *
 * An invoice bills a period at its start, by the seats that are in force then; what changes within it comes as
 * prorations, at once or with the next invoice. So seats are held against all lines of their days, and only as
 * far as the newest invoice can know of them. Prorations are never computed again. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_SEAT_SEAT_BOOK_H
#define SERVICES_BILLING_SYNC_SEAT_SEAT_BOOK_H

#include "services/billing-sync/invoice/invoice.h"
#include "services/billing-sync/seat/seat.h"
#include "services/billing-sync/subscription/subscription.h"
#include "services/billing-sync/usage/usage_price.h"

#define SEAT_BOOK_ITEMS 32  /* that a subscription ever had: the provider allows 20 at a time */
#define SEAT_BOOK_STATES 64 /* as many changes, or quiet months, as are looked back at */
#define SEAT_BOOK_PRICES 32
#define SEAT_BOOK_INVOICES 40 /* three years of months */
#define SEAT_BOOK_LINES 200
#define SEAT_BOOK_FINDINGS 48
/* An invoice knows of a change that the provider dates so little after it. */
#define SEAT_BOOK_SLACK MINUTES(5)

/* Of an item at a time; absent: it was none of the subscription's. */
#define SEAT_METERED (-1)
/* In others: more prices than one. */
#define SEAT_PRICE_MANY (SEAT_BOOK_PRICES + 1)

struct seat_state {
	struct instant at;
	int64_t revision; /* of the mirror; 0: it never stood there */
	bool owes;        /* past due or unpaid */
	bool unbilled;    /* in a trial, or paused */
	bool uploaded;    /* so it was by then: since when, and what was between, nobody says */
	int64_t quantities[SEAT_BOOK_ITEMS]; /* SEAT_METERED: by use */
	uint8_t prices[SEAT_BOOK_ITEMS];     /* places in the book, from 1 on; 0: none is known */
	uint8_t others[SEAT_BOOK_ITEMS];     /* that it had within the same second besides */
};

/* What a unit costs by the subscription's own items. */
struct seat_price {
	const char *id;
	const char *product;
	char currency[4];
	bool has_unit;
	struct invoice_decimal unit;
	/* Without a unit, what is known of its tiers or packages: the caller's to fill in, and not in the bytes. */
	const struct usage_price *tariff;
};

struct seat_invoice {
	const char *id;
	struct instant issued;
	char currency[4];
	bool cut;             /* there are more lines than are known: what it bills is not known */
	struct instant drawn; /* up, perhaps as a draft; 0: nobody says */
	int64_t tolerance; /* minor units a line: the caller's to fill in, and not in the bytes */
};

enum seat_line_kind {
	SEAT_LINE_PERIOD,
	SEAT_LINE_MORE,
	SEAT_LINE_BACK
}; /* the last two: prorations */

struct seat_line {
	enum seat_line_kind kind;
	size_t invoice; /* places in the book */
	size_t item;
	const char *id;
	const char *price;
	struct instant start;
	struct instant end;
	int64_t quantity;
	bool has_unit;
	struct invoice_decimal unit;
	bool free;                   /* it comes to nothing, and its price does not */
	struct invoice_amount minor; /* not there: it was kept before that was */
};

enum seat_check {
	SEAT_CHECK_BILLED,
	SEAT_CHECK_GAP,
	SEAT_CHECK_OVERLAP,
	SEAT_CHECK_PRICE,
	SEAT_CHECK_CURRENCY,
	SEAT_CHECK_CONTRACT_PRICE,
	SEAT_CHECK_CONTRACT_QUANTITY,
	SEAT_CHECK_FREE,
	SEAT_CHECKS,
};

/* What was said to be wrong when the book was last looked at. */
struct seat_shown {
	enum seat_check check;
	const char *item;
	const char *invoice;
};

/* Zero-initialised: nothing is known. Texts live where they came from, or in the arena of the decoder. */
struct seat_book {
	bool cut; /* there were more states */
	bool ended;
	struct instant end;
	int64_t revision; /* of the state that says so */
	const char *items[SEAT_BOOK_ITEMS];
	bool held[SEAT_BOOK_ITEMS]; /* it is reported who has its seats */
	size_t item_count;
	struct seat_state *states; /* by time; in the arena */
	size_t state_count;
	size_t state_room;
	struct seat_price prices[SEAT_BOOK_PRICES];
	size_t price_count;
	struct seat_invoice invoices[SEAT_BOOK_INVOICES];
	size_t invoice_count;
	struct seat_line *lines; /* in the arena */
	size_t line_count;
	size_t line_room;
	struct seat_shown shown[SEAT_BOOK_FINDINGS];
	size_t shown_count;
};

/* A state as it was at an instant. revision 0: one that is older than what stands, or that at another time. */
struct seat_seen {
	struct instant at;
	int64_t revision;
	bool uploaded; /* by no event */
};
void seat_book_state(struct arena *arena, struct seat_book *book, struct seat_seen seen,
                     const struct subscription *state);
/* What an invoice bills of the subscription; before is forgotten. counts: it is no draft, and not void. */
void seat_book_invoice(struct arena *arena, struct seat_book *book, const char *subscription,
                       const struct invoice *invoice, bool counts);

/* The place of an item; SIZE_MAX: none. */
size_t seat_book_item(const struct seat_book *book, const char *item);
/* An item's seats as they are known by an instant. False: nothing is known of it, or it is metered. */
bool seat_book_timeline(const struct seat_book *book, size_t item, struct instant known_by,
                        struct seat_timeline *timeline) MUST_CHECK;
/* A period that begins then is billed by none: there is a trial, or a pause. */
bool seat_book_unbilled(const struct seat_book *book, struct instant start);
/* Since when it owes without a recovery between, by the states that are known. False: it does not now. */
bool seat_book_owing(const struct seat_book *book, struct instant *since) MUST_CHECK;

/*
 * Version 4 of its bytes (packed.h), field by field as above, but which prices the items had after all prices;
 * version 3 knew neither those nor what was uploaded nor when an invoice was drawn up nor what a line comes to, version 2 did not say
 * what is free, version 1 knew nothing of debts and pauses.
 */
struct bytes seat_book_encode(struct arena *arena, const struct seat_book *book);
bool seat_book_decode(struct arena *arena, struct bytes bytes, struct seat_book *book) MUST_CHECK;

#endif
