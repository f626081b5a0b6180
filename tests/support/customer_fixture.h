/*
 * customer_fixture - one shard of billing-sync's stage `customer` (or `charge`), fed with what the mirror took over.
 */
#ifndef TESTS_SUPPORT_CUSTOMER_FIXTURE_H
#define TESTS_SUPPORT_CUSTOMER_FIXTURE_H

#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/books.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "opsmesh/v1/usage.pb-c.h"
#include "services/billing-sync/billing.h"
#include "tests/support/stage_test.h"

extern struct stage_test customer_stage;
extern const char *customer_key; /* the customer's, or the charge's */

void customer_fixture_start(int which, const char *prefix);
int customer_start(void **state);        /* the stage `customer` */
int customer_start_charge(void **state); /* the stage `charge` */
int customer_stop(void **state);

/* A minute later with each event; DAYS(20000) after 1970 before the first. */
struct instant customer_now(void);
void customer_feed_event(int topic, const ProtobufCMessage *message);
Opsmesh__V1__ObjectMirrored customer_mirrored(const char *type, const char *id, int64_t revision,
                                              const char *status, const char *json);
/* As a product reported it; the texts are "" where the kind has none. */
struct customer_usage {
	Opsmesh__V1__UsageKind kind;
	const char *id;
	const char *meter;
	int64_t quantity;
	const char *refers;
	const char *item;
	const char *subject;
	struct duration age; /* when it reached us */
};
void customer_feed_usage(const struct customer_usage *usage);
/* To the stage `charge`: of the charge that is customer_key. */
void customer_feed_by_charge(const char *type, const char *id, int64_t revision, const char *status,
                             const char *json);
void customer_feed_mirrored(Opsmesh__V1__ObjectMirrored *mirrored);
void customer_feed(const char *type, const char *id, int64_t revision, const char *status,
                   const char *json);
/* The customer's own object: nobody misses it from then on. */
void customer_feed_self(void);
/* Somebody asks for something; parameters are name, value, ... ended by NULL. */
struct customer_ask {
	const char *action_id;
	const char *word;
	Opsmesh__V1__ActionKind kind;
	const char *type; /* of the subject */
	const char *id;
	const char *reason;            /* NULL: none */
	const char *const *parameters; /* NULL: none */
	const char *const *scopes;     /* ended by NULL; NULL: none */
	bool keyed;                    /* with an Idempotency-Key */
	const char *by;                /* NULL: mika */
};
Opsmesh__V1__ActionEvent *customer_asked(const struct customer_ask *ask);
void customer_feed_action(const struct customer_ask *ask);
/* The books are cut; what the shard answers. */
const Opsmesh__V1__ShardFigured *customer_cut(const char *period, int64_t number);
/* Nothing happens until then. */
void customer_pass(struct instant until);
/* Nothing happens for so long. */
void customer_wait(struct duration span);

/* What was said next, but for the ends of days, which come by themselves; NULL: nothing. */
const Opsmesh__V1__BillingEvent *customer_heard(void);
/* The same, where there must be something. */
const Opsmesh__V1__BillingEvent *customer_next(void);

#endif
