/*
 * dispute_status - what a status of the provider's leaves to do. Never what became of the money: that is read
 * from balance transactions alone.
 *
 * The words are those of the provider's API reference (Dispute.status). One that is not among them leaves the
 * dispute open: nothing is released on a guess. Won and lost are not the end either, since a dispute may be won
 * after it was lost.
 */
#ifndef SERVICES_CHARGEBACK_REASON_DISPUTE_STATUS_H
#define SERVICES_CHARGEBACK_REASON_DISPUTE_STATUS_H

#include "common/base/status.h"

#include <stdbool.h>

enum dispute_standing {
	DISPUTE_OPEN,         /* it waits for us, or nobody knows for whom */
	DISPUTE_UNDER_REVIEW, /* it waits for the bank */
	DISPUTE_WON,
	DISPUTE_LOST,
	DISPUTE_CLOSED, /* an inquiry that ended, or a dispute that was prevented */
};
extern const char *const dispute_standing_names[];

struct dispute_status {
	enum dispute_standing standing;
	bool inquiry; /* no money has moved */
	bool known;
};

struct dispute_status dispute_status_of(const char *word);

#endif
