/*
 * object_fixture - the real stage `object` in a shard, fed with what ingest writes.
 */
#ifndef TESTS_SUPPORT_OBJECT_FIXTURE_H
#define TESTS_SUPPORT_OBJECT_FIXTURE_H

#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "services/billing-sync/object/object.h"
#include "tests/support/provider_fixture.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define OBJECT_SHARD 2
#define OBJECT_UNSAID (-1)

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, object_fixture_start, object_fixture_stop)
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define FETCH(name) OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_##name
#define STALE(name) OPSMESH__V1__STALE_CAUSE__STALE_CAUSE_##name

extern struct stage_test object_stage;
extern Opsmesh__V1__Provenance object_provenance; /* of what is fed next; a webhook at first */
extern int object_as_of;       /* and when it was so, as its sender says; OBJECT_UNSAID */
extern const char *object_fed; /* the id of the object that object_feed is about; of the shard */

int object_fixture_start(void **state);
int object_fixture_stop(void **state);
void object_fixture_open(struct stage_test *test, int32_t number);

/* Later than anything that is fed. */
struct instant object_now(void);
/* What a record holds beside the payload is what ingest reads of it. */
void object_feed_payload(struct stage_test *test, const struct provider_said *said, const char *key,
                         const char *type, struct bytes payload);
/* Something about the object with that id; without an event id the object itself. */
void object_feed(const char *event_id, const char *event_type, int at, const char *type,
                 const char *more);
void object_fold(void);

/* The next fact, which has to be one of these. */
const struct fact *object_hear(int topic, const ProtobufCMessage **message);
const Opsmesh__V1__ObjectMirrored *object_hear_customer(const char *customer);
const Opsmesh__V1__ObjectMirrored *object_hear_charge(const char *charge);
/* charge: that which is told beside it; "": none. */
const Opsmesh__V1__ObjectMirrored *object_hear_source(const char *source, const char *charge);
const Opsmesh__V1__ObjectMirrored *object_hear_balance(const char *subject);
/* What no customer has was not taken over, or is otherwise in a list page. */
const Opsmesh__V1__ByPayoutEvent *object_hear_nobodys(void);
const Opsmesh__V1__BillingEvent *object_hear_billing(Opsmesh__V1__BillingEvent__FactCase fact_case);
void object_hear_nothing(void);

struct object_row object_row_of(const char *type);

#endif
