/*
 * books_say - what the stage `books` says on ops.billing.v1.
 */
#ifndef SERVICES_BILLING_SYNC_BOOKS_BOOKS_SAY_H
#define SERVICES_BILLING_SYNC_BOOKS_BOOKS_SAY_H

#include "common/flow/task.h"
#include "opsmesh/v1/books.pb-c.h"
#include "services/billing-sync/close/period_close.h"

/* A period that holds. */
struct books_closed {
	const Opsmesh__V1__BooksCut *cut;
	const struct period_figures *figures;
	const struct close_policy *policy;
	const char *digest; /* lower-case hex */
	const char *before;
};

/* The fact's bytes in *body. */
enum status books_say_closed(struct task *task, const struct books_closed *closed,
                             struct bytes *body) MUST_CHECK;
enum status books_say_applied(struct task *task, const Opsmesh__V1__BooksCut *cut) MUST_CHECK;
enum status books_say_refused(struct task *task, const Opsmesh__V1__BooksCut *cut,
                              const char *reason) MUST_CHECK;

#endif
