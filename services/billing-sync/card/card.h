/*
 * card - the stage `card`: how often a card was tried for all its customers, against what its network allows.
 *
 * The networks count by card, and one card may pay for several customers. The stage `object` tells a charge that
 * failed to its card as well. Here it counts once, however often and in whatever order it is heard (attempt.h),
 * and it is known for whom the card was tried (card_user.h). When it may not be tried any more each of them
 * hears it, once for one reason until it may be tried again, and so does who comes to it while that is so; of
 * whose attempt it was the others hear nothing. A charge that names no customer counts. On ops.billing.v1 the stage `customer`
 * says it.
 */
#ifndef SERVICES_BILLING_SYNC_CARD_CARD_H
#define SERVICES_BILLING_SYNC_CARD_CARD_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "services/billing-sync/rule/stripe.h"

#define CARD_KEY_MAX (2 * STRIPE_WORD_MAX + 1)

struct card_row {
	const char *card;   /* "<network>/<fingerprint>" */
	struct bytes body;  /* attempt_encode */
	struct bytes users; /* card_users_encode */
};

extern const struct state_table card_table;

enum status card_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored);
void card_need(struct task *task, const ProtobufCMessage *message);

#endif
