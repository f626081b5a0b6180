/*
 * dispute_row - cases of disputes, inquiries and fraud warnings as chargeback keeps them.
 *
 * A case is known by its own id ("case/<home>/<dispute>") and by the provider's id of the dispute or warning. One
 * dispute has two cases where it was placed under an account that became known later.
 */
#ifndef SERVICES_OPSMESH_DISPUTE_ROW_H
#define SERVICES_OPSMESH_DISPUTE_ROW_H

#include "common/base/money.h"
#include "opsmesh/v1/material.pb-c.h"
#include "services/opsmesh/reach.h"

/* As chargeback numbers them in its table open_case. */
enum dispute_lack {
	DISPUTE_LACKS_OWNER = 1,
	DISPUTE_LACKS_DEADLINE = 2,
	DISPUTE_LACKS_EVIDENCE = 4
};

/* A text is "" and a time TIME_MIN where it is not known. */
struct dispute_row {
	const char *case_id;
	const char *home;
	const char *dispute_id;
	const char *stage; /* "warning", "inquiry", "chargeback"; "" its money alone is known */
	const char *state;
	const char *status; /* the provider's word */
	const char *payment_id;
	const char *customer_id;
	const char *reason;
	const char *network;
	const char *code;
	bool has_amount; /* false: the provider said none that can be read */
	struct money amount;
	struct instant created_at;
	struct instant opened_at;
	struct instant due_by;
	struct instant deadline; /* ours */
	const char *owner;       /* a principal; "" the queue has it */
	const char *queue;
	const char *response;
	const char *decision;
	bool open;
	int64_t lacks;                     /* bits of enum dispute_lack */
	struct instant now;                /* mesh time of its shard */
	const Opsmesh__V1__CaseKept *kept; /* NULL: cannot be read */
};

struct dispute_rows {
	bool has_cases; /* false: no daemon keeps cases here yet */
	struct reach reach;
	struct dispute_row *list; /* of dispute_rows_read; NULL: told one by one */
	size_t count;
};

struct dispute_ask {
	const char *home;       /* "" any */
	const char *dispute_id; /* "" any */
	bool open;              /* those alone that are open */
};

/* "case/<home>/<dispute>", apart in the arena; anything else is a provider's id, of any home. */
struct dispute_ask dispute_named(struct arena *arena, const char *id);
/* Next deadline first, those without one last. Anything but OK: the store says why. */
enum status dispute_rows_read(struct mesh_store *store, const struct dispute_ask *ask,
                              struct dispute_rows *rows) MUST_CHECK;
/*
 * In two steps, where nobody needs all at once: whether there are cases and how far they are true, then each by itself, by its
 * case id. What a row points to goes when see returns.
 */
enum status dispute_rows_begin(struct mesh_store *store, struct dispute_rows *rows) MUST_CHECK;
enum status dispute_rows_each(struct mesh_store *store, const struct dispute_ask *ask,
                              void (*see)(void *context, const struct dispute_row *row),
                              void *context, struct dispute_rows *rows) MUST_CHECK;
void dispute_rows_sort(struct dispute_rows *rows);
/* How far the shards are that keep cases, in the schema of chargeback. */
enum status dispute_reach_read(struct mesh_store *store, size_t place,
                               struct reach *reach) MUST_CHECK;

/* Words for people. */

/* Why no deadline is set; "" one is. */
const char *dispute_why_none(const struct dispute_row *row);
/* Of a packet that has no PDF: whether one may still come, or why it failed and what helps. */
const char *dispute_unrendered(struct arena *arena, const Opsmesh__V1__CaseKept *kept);
/* "fraudulent (visa 10.4)"; "" not known */
const char *dispute_reason(struct arena *arena, const struct dispute_row *row);
const char *dispute_amount(struct arena *arena,
                           const struct dispute_row *row); /* "120.00 USD", "?" */
/* "evidence, owner"; "" nothing */
const char *dispute_lacks(struct arena *arena, const struct dispute_row *row);
/* "taro", or "queue disputes"; "" nobody's */
const char *dispute_owner(struct arena *arena, const struct dispute_row *row);

#endif
