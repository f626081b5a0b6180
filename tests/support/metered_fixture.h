/*
 * metered_fixture - one shard of the stage `customer` with one metered item: 2.5 cents a call, by calendar months.
 */
#ifndef TESTS_SUPPORT_METERED_FIXTURE_H
#define TESTS_SUPPORT_METERED_FIXTURE_H

#include "opsmesh/v1/books.pb-c.h"
#include "opsmesh/v1/usage.pb-c.h"
#include "services/billing-sync/ledger/chart.h"
#include "tests/support/stage_test.h"

#define METERED_MAY 1777593600  /* 2026-05-01T00:00:00Z */
#define METERED_JUNE 1780272000 /* 2026-06-01T00:00:00Z */
#define METERED_DAY 86400
#define METERED_HOUR 3600

extern struct stage_test metered_stage;
extern const char *metered_key; /* the customer's */

int metered_start(void **state);
int metered_stop(void **state);

/* Nothing happens until then. */
void metered_pass(int64_t until);
/* A state that the mirror has taken over, or, where earlier, one that is older than the one that stands. */
void metered_feed(const char *type, const char *id, int64_t revision, const char *status,
                  int64_t at, int64_t heard, bool earlier, const char *json);
void metered_report(Opsmesh__V1__UsageKind kind, const char *id, const char *refers,
                    int64_t quantity, int64_t at, int64_t heard);
/* So many calls. */
void metered_used(const char *id, int64_t quantity, int64_t at, int64_t heard);
/* The customer's own object: nobody misses it from then on. */
void metered_feed_self(int64_t heard);
/* Its subscription in May. */
void metered_subscribe(int64_t heard);
/* Its invoice for May, an hour after its end. */
void metered_bill(const char *status, int64_t revision, int64_t heard, const char *json);

/* The books are cut for that period; what the shard answers. */
const Opsmesh__V1__ShardFigured *metered_cut(const char *period, int64_t heard);

/* The ledger of one account, day by day: "1:+25 10:+18 ", days of May from 1 on. */
const char *metered_days_of(enum account account);

#define METERED_PRICE(more)                                                               \
	"\"price\":{\"id\":\"price_1\",\"currency\":\"usd\",\"product\":\"prod_1\"," more \
	",\"recurring\":{\"interval\":\"month\",\"interval_count\":1,\"usage_type\":"     \
	"\"metered\",\"meter\":\"calls\"}}"
#define METERED_BY_UNIT \
	METERED_PRICE("\"billing_scheme\":\"per_unit\",\"unit_amount_decimal\":\"2.5\"")
#define METERED_SUBSCRIPTION(status, start, end, price)                                             \
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"status\":\"" status \
	"\",\"currency\":\"usd\",\"start_date\":1777593600,\"items\":{\"data\":["                   \
	"{\"id\":\"si_1\"," price ",\"current_period_start\":" start                                \
	",\"current_period_end\":" end "}]}}"
#define METERED_LINE(id, amount)                                                           \
	"{\"id\":\"" id "\",\"object\":\"line_item\",\"amount\":" amount                   \
	",\"currency\":\"usd\",\"subscription_item\":\"si_1\",\"subscription\":\"sub_1\"," \
	"\"proration\":false,\"quantity\":14,\"period\":{\"start\":1777593600,\"end\":"    \
	"1780272000}}"
#define METERED_INVOICE(status, total, lines)                                                    \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status    \
	"\",\"currency\":\"usd\",\"created\":1780275600,\"subtotal\":" total ",\"total\":" total \
	",\"amount_due\":" total ",\"amount_paid\":0,\"amount_remaining\":" total                \
	",\"subscription\":\"sub_1\",\"lines\":{\"object\":\"list\",\"has_more\":false,"         \
	"\"data\":[" lines "]}}"
#define METERED_STATE_OF_MAY \
	METERED_SUBSCRIPTION("active", "1777593600", "1780272000", METERED_BY_UNIT)
#define METERED_STATE_OF_JUNE \
	METERED_SUBSCRIPTION("active", "1780272000", "1782864000", METERED_BY_UNIT)

#endif
