/*
 * before_fixture - what comes before a dispute and around it, fed to the stage `case` of gather_fixture: payments with their cards,
 * warnings, disputes, tickets; and what was said of them, as text.
 *
 *   opened chargeback, warned by issfr_1
 *   over: It became a dispute of the same payment.          a warning's end, and why
 *   triaged contact large,ticket 85 %, 9323 USD             why, the chance, and the loss that is expected
 *   refund 1300 USD                                         what is left of the payment
 *   resolved disputed, was refunded                         what became of a warning
 *   compelling requires_action of ch_2 ch_1, same user, missing ip   status, the two, what matches, what lacks
 *   lacks 2 ip, 2 device                                    payments, by what they lack; "lacks nothing"
 *   worth contest 250000 of full, gains 1234 USD            recommendation, chance, level of evidence
 *   unreckoned <reason>
 *   compared won at 250000, contest decided contest, 1 of 1  of its band, or "uncounted"
 */
#ifndef TESTS_SUPPORT_BEFORE_FIXTURE_H
#define TESTS_SUPPORT_BEFORE_FIXTURE_H

#include "tests/support/gather_fixture.h"

int before_start(void **state); /* ended by gather_stop */

/* Members that are not given: what stands behind them. */
struct before_payment {
	const char *id;       /* ch_1 */
	const char *created;  /* the time of telling */
	int64_t minor;        /* 12000 */
	const char *currency; /* USD */
	int64_t refunded;
	bool secure;
	bool reserved;       /* and not captured */
	const char *network; /* visa */
	const char *card;    /* card_1 */
	const char *ip;      /* none, as all below */
	const char *device;
	const char *account;
};
void before_paid(const char *at, const struct before_payment *payment);
void before_warned(const char *at, const char *warning_id, const char *payment_id, bool actionable);

struct before_dispute {
	const char *id;      /* GATHER_DISPUTE */
	const char *payment; /* ch_1 */
	const char *status;  /* needs_response */
	const char *network; /* visa */
	const char *code;    /* 10.4 */
	const char *reason;  /* fraudulent */
	const char *type;    /* of the case; none */
	int64_t minor;       /* 12000 */
	const char *currency;
	int64_t submissions;
};
void before_disputed(const char *at, const struct before_dispute *dispute);
void before_wrote(const char *at, const char *ticket, Opsmesh__V1__Role role);
void before_solved(const char *at, const char *ticket);
/* Since it was asked last, a line each. */
const char *before_heard(void);
void before_expect(const char *lines);
/* What is kept of a case by its id. */
const Opsmesh__V1__CaseKept *before_kept(const char *dispute_id);

#endif
