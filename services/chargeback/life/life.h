/*
 * life - the life cycle of a case as a table: stage by status. Pure.
 *
 * The provider tells the state that stands, not each on the way: a case may go from any open state to any end. No end is
 * final: a lost dispute may be won (a late win), a closed inquiry may become a chargeback. A word that this version
 * does not know counts as open, of an inquiry where it begins as the words of inquiries do ("warning_"). Statuses: Stripe's
 * API reference, the dispute object; "charge_refunded" is of older versions. What a move that the table does not list means:
 * the case stays where it is.
 */
#ifndef SERVICES_CHARGEBACK_LIFE_LIFE_H
#define SERVICES_CHARGEBACK_LIFE_LIFE_H

#include "common/base/fsm.h"

enum life_state {
	LIFE_NEW, /* heard of by its money alone, or not yet */
	LIFE_WARNED,
	LIFE_WARNING_OVER, /* it can no longer become a dispute, or nobody can act on it */
	LIFE_INQUIRY,
	LIFE_INQUIRY_REVIEW,
	LIFE_INQUIRY_CLOSED,
	LIFE_INQUIRY_UNANSWERED, /* closed, and nothing was answered */
	LIFE_OPEN,
	LIFE_REVIEW,
	LIFE_WON,
	LIFE_LOST,
	LIFE_LATE_WON,
	LIFE_PARTIAL,
	LIFE_PREVENTED,
	LIFE_UNANSWERED,
	LIFE_PLACED, /* it goes on under the account that is known now */
	LIFE_STATES
};

enum life_cause {
	LIFE_WARN,      /* an early fraud warning on which one can act */
	LIFE_WARN_OVER, /* one on which one cannot */
	LIFE_ASK,       /* warning_needs_response */
	LIFE_ASK_REVIEW,
	LIFE_ASK_CLOSE,      /* warning_closed, and something was answered */
	LIFE_ASK_UNANSWERED, /* warning_closed, and nothing was */
	LIFE_NEED,           /* needs_response, or a word that is not known */
	LIFE_JUDGE,          /* under_review */
	LIFE_WIN,
	LIFE_LOSE,
	LIFE_LOSE_UNANSWERED, /* lost, and nothing was or could be answered */
	LIFE_PREVENT,
	LIFE_RECOVER, /* a balance transaction brought a part back */
	LIFE_PLACE,
	LIFE_CAUSES
};

enum life_stage { LIFE_UNSTAGED, LIFE_WARNING, LIFE_ASKED, LIFE_CHARGED };

extern const struct fsm life_fsm;

/* What the life of a state is part of. */
enum life_stage life_stage(enum life_state state);
/* Is there something to answer or to decide? */
bool life_is_open(enum life_state state);
/* Does an answer make sense now? A warning has none. */
bool life_needs_response(enum life_state state);
/* By the provider's word. answered: evidence was sent, by us or by anybody. */
enum life_cause life_cause(const char *status, bool answered);
/* LIFE_ASKED (no money has moved), LIFE_CHARGED; of a word that this version does not know LIFE_UNSTAGED. */
enum life_stage life_status_stage(const char *status);
/* Words for rows and people: "inquiry", "needs_response". */
const char *life_stage_word(enum life_stage stage);
const char *life_state_word(enum life_state state);

#endif
