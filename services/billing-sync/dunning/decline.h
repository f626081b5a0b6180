/*
 * decline - what a declined payment's codes mean: may it be tried again, and who must act first.
 *
 *   {"id":"declines","version":1,"effective_from":"2026-01-01T00:00:00Z","source":"who says so",
 *    "provider":{"source":"...","as_of":"2026-08-01","codes":[
 *      {"code":"insufficient_funds","retry":"yes","acts":"customer"},
 *      {"code":"lost_card","retry":"never","acts":"customer","held":true}]},
 *    "advice":{...,"codes":[{"network":"mastercard","code":"24","retry":"yes","acts":"nobody","wait":"1h"}]},
 *    "network":{...,"codes":[{"network":"visa","code":"04","retry":"never","acts":"customer","category":1}]}}
 *
 * "provider" holds the provider's decline, failure and advice codes; "advice" and "network" what a card
 * network says, its advice and its decline codes; their source and date stand with each list. Of several
 * codes the strictest decides, and the longest wait. A code that no list knows counts as retryable with
 * care, and is said. The schema is deploy/policies/schema/declines.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_DUNNING_DECLINE_H
#define SERVICES_BILLING_SYNC_DUNNING_DECLINE_H

#include "common/flow/policy_head.h"
#include "services/billing-sync/dunning/payment_failure.h"

#define DECLINE_CODES_MAX 256 /* of one list */
#define DECLINE_WAIT_MAX DAYS(60)
#define DECLINE_CATEGORY_MAX 9
#define DECLINE_SAID_MAX 4 /* codes that one failure can carry */

/* From the mildest to the strictest. */
enum decline_retry {
	DECLINE_RETRY_YES,
	DECLINE_RETRY_CAREFUL,    /* it may come through; nobody says when */
	DECLINE_RETRY_NEW_METHOD, /* not before the customer's details have changed */
	DECLINE_RETRY_NEVER,      /* not with this card */
};
extern const char *const decline_retry_names[];

enum decline_actor {
	DECLINE_ACTS_NOBODY, /* time does */
	DECLINE_ACTS_CUSTOMER,
	DECLINE_ACTS_ISSUER, /* the customer's bank, asked by the customer */
	DECLINE_ACTS_US,     /* the request was wrong, or our own rule refused it */
};
extern const char *const decline_actor_names[];

struct decline_code {
	const char *network; /* in small letters; "" in the provider's list */
	const char *code;
	enum decline_retry retry;
	enum decline_actor acts;
	bool held;            /* the provider does not send it again without a new method */
	int32_t category;     /* the network's; 0: none */
	struct duration wait; /* before the next attempt, at least */
};

struct decline_list {
	const char *source;
	struct date as_of;
	const struct decline_code *codes;
	size_t count;
};

struct decline_policy {
	struct policy_head head;
	struct decline_list provider;
	struct decline_list advice;
	struct decline_list network;
};

struct decline_answer {
	enum decline_retry retry;
	enum decline_actor acts; /* of the code that decided */
	bool held;
	int32_t category;
	struct duration wait;
	const char *rule; /* the code that decided; "" where the failure says none */
	const char *unknown[DECLINE_SAID_MAX]; /* codes that no list has */
	size_t unknown_count;
};

extern const struct policy_kind decline_policy_kind; /* of a struct decline_policy */

/* NULL: the list does not have it. */
const struct decline_code *decline_find(const struct decline_list *list, const char *network,
                                        const char *code);
struct decline_answer decline_judge(const struct decline_policy *policy,
                                    const struct payment_failure *failure);

#endif
