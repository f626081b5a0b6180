#include "services/billing-sync/document/policies.h"

#define CURRENCIES "currencies"
#define INVOICES "invoices"
#define TAX "tax"
#define DISCREPANCIES "discrepancies"
#define ACCESS "access"
#define MRR "mrr"
#define BOOKS "books"
#define CLOSE "close"
#define FX "fx"
#define MOVEMENTS "movements"
#define USAGE "usage"
#define REFUNDS "refunds"
#define DECLINES "declines"
#define ATTEMPTS "attempts"
#define DUNNING "dunning"
#define SUSPENSE "suspense"
#define PROVIDER "provider"

static const void *compile_currencies(const struct document *files, size_t count, char *reason,
                                      size_t reason_size)
{
	return policy_compile(&currency_kind, files, count, reason, reason_size);
}

static const void *compile_invoices(const struct document *files, size_t count, char *reason,
                                    size_t reason_size)
{
	return policy_compile(&invoice_policy_kind, files, count, reason, reason_size);
}

static const void *compile_tax(const struct document *files, size_t count, char *reason,
                               size_t reason_size)
{
	return policy_compile(&tax_policy_kind, files, count, reason, reason_size);
}

static const void *compile_discrepancies(const struct document *files, size_t count, char *reason,
                                         size_t reason_size)
{
	return policy_compile(&discrepancy_policy_kind, files, count, reason, reason_size);
}

static const void *compile_access(const struct document *files, size_t count, char *reason,
                                  size_t reason_size)
{
	return policy_compile(&access_policy_kind, files, count, reason, reason_size);
}

static const void *compile_mrr(const struct document *files, size_t count, char *reason,
                               size_t reason_size)
{
	return policy_compile(&mrr_policy_kind, files, count, reason, reason_size);
}

static const void *compile_books(const struct document *files, size_t count, char *reason,
                                 size_t reason_size)
{
	return policy_compile(&books_policy_kind, files, count, reason, reason_size);
}

static const void *compile_movements(const struct document *files, size_t count, char *reason,
                                     size_t reason_size)
{
	return policy_compile(&movement_kind, files, count, reason, reason_size);
}

static const void *compile_usage(const struct document *files, size_t count, char *reason,
                                 size_t reason_size)
{
	return policy_compile(&usage_policy_kind, files, count, reason, reason_size);
}

static const void *compile_refunds(const struct document *files, size_t count, char *reason,
                                   size_t reason_size)
{
	return policy_compile(&refund_policy_kind, files, count, reason, reason_size);
}

static const void *compile_declines(const struct document *files, size_t count, char *reason,
                                    size_t reason_size)
{
	return policy_compile(&decline_policy_kind, files, count, reason, reason_size);
}

static const void *compile_attempts(const struct document *files, size_t count, char *reason,
                                    size_t reason_size)
{
	return policy_compile(&attempt_policy_kind, files, count, reason, reason_size);
}

static const void *compile_dunning(const struct document *files, size_t count, char *reason,
                                   size_t reason_size)
{
	return policy_compile(&dunning_policy_kind, files, count, reason, reason_size);
}

static const void *compile_suspense(const struct document *files, size_t count, char *reason,
                                    size_t reason_size)
{
	return policy_compile(&suspense_policy_kind, files, count, reason, reason_size);
}

static const void *compile_provider(const struct document *files, size_t count, char *reason,
                                    size_t reason_size)
{
	return policy_compile(&provider_policy_kind, files, count, reason, reason_size);
}

static const void *compile_close(const struct document *files, size_t count, char *reason,
                                 size_t reason_size)
{
	return policy_compile(&close_policy_kind, files, count, reason, reason_size);
}

static const void *compile_fx(const struct document *files, size_t count, char *reason,
                              size_t reason_size)
{
	return policy_compile(&fx_kind, files, count, reason, reason_size);
}

const struct service_document billing_documents[] = {
	{ .name = CURRENCIES,
	  .path = "currencies/",
	  .doc = "What the provider's integers mean in each currency.",
	  .compile = compile_currencies },
	{ .name = INVOICES,
	  .path = "invoices/",
	  .doc = "What an invoice's figures may differ by, and when a charge was taken twice.",
	  .compile = compile_invoices },
	{ .name = TAX,
	  .path = "tax/",
	  .doc = "Tax rates by jurisdiction.",
	  .compile = compile_tax },
	{ .name = DISCREPANCIES,
	  .path = "discrepancies/",
	  .doc = "How bad each cause of a discrepancy is, who owns it, when it is escalated.",
	  .compile = compile_discrepancies },
	{ .name = ACCESS,
	  .path = "access/",
	  .doc = "How long access goes on without payment, and when the end of a trial is told.",
	  .compile = compile_access },
	{ .name = MRR,
	  .path = "mrr/",
	  .doc = "What counts as monthly recurring revenue.",
	  .compile = compile_mrr },
	{ .name = BOOKS,
	  .path = "books/",
	  .doc = "Where the days of the books begin.",
	  .compile = compile_books },
	{ .name = MOVEMENTS,
	  .path = "movements/",
	  .doc = "What each type of balance transaction is to the ledger.",
	  .compile = compile_movements },
	{ .name = USAGE,
	  .path = "usage/",
	  .doc = "How late usage may come, and how long an event is remembered.",
	  .compile = compile_usage },
	{ .name = REFUNDS,
	  .path = "refunds/",
	  .doc = "Who may give how much back, for what and how long after.",
	  .compile = compile_refunds },
	{ .name = DECLINES,
	  .path = "declines/",
	  .doc = "What a declined payment's codes mean: may it be tried again, who must act.",
	  .compile = compile_declines },
	{ .name = ATTEMPTS,
	  .path = "attempts/",
	  .doc = "How often a card may be tried, by network.",
	  .compile = compile_attempts },
	{ .name = DUNNING,
	  .path = "dunning/",
	  .doc = "What is done about an invoice that is not paid, and after how long.",
	  .compile = compile_dunning },
	{ .name = SUSPENSE,
	  .path = "suspense/",
	  .doc = "How long what cannot be placed may wait.",
	  .compile = compile_suspense },
	{ .name = PROVIDER,
	  .path = "provider/",
	  .doc = "Which of the provider's objects are ours: of which mode, of which accounts.",
	  .compile = compile_provider },
	{ .name = CLOSE,
	  .path = "close/",
	  .doc = "What may stay unexplained when a period of the books is closed.",
	  .compile = compile_close },
	{ .name = FX, .path = "fx/", .doc = "Exchange rates of days.", .compile = compile_fx },
	{ .name = NULL },
};

const struct currency_policy *policies_currency(struct task *task, struct instant at)
{
	return policy_at(task_document(task, CURRENCIES), at);
}

const struct invoice_policy *policies_invoice(struct task *task, struct instant at)
{
	return policy_at(task_document(task, INVOICES), at);
}

const struct tax_policy *policies_tax(struct task *task, struct instant at)
{
	return policy_at(task_document(task, TAX), at);
}

const struct movement_policy *policies_movement(struct task *task, struct instant at)
{
	return policy_at(task_document(task, MOVEMENTS), at);
}

struct standing_rules policies_standing(struct task *task, struct instant at)
{
	return (struct standing_rules){ .access = policy_at(task_document(task, ACCESS), at),
		                        .mrr = policy_at(task_document(task, MRR), at),
		                        .books = policy_at(task_document(task, BOOKS), at),
		                        .currencies = policies_currency(task, at) };
}

const struct discrepancy_policy *policies_discrepancy(struct task *task, struct instant at)
{
	return policy_at(task_document(task, DISCREPANCIES), at);
}

const struct usage_policy *policies_usage(struct task *task, struct instant at)
{
	return policy_at(task_document(task, USAGE), at);
}

const struct refund_policy *policies_refund(struct task *task, struct instant at)
{
	return policy_at(task_document(task, REFUNDS), at);
}

const struct decline_policy *policies_decline(struct task *task, struct instant at)
{
	return policy_at(task_document(task, DECLINES), at);
}

const struct attempt_policy *policies_attempt(struct task *task, struct instant at)
{
	return policy_at(task_document(task, ATTEMPTS), at);
}

const struct dunning_policy *policies_dunning(struct task *task, struct instant at)
{
	return policy_at(task_document(task, DUNNING), at);
}

const struct suspense_policy *policies_suspense(struct task *task, struct instant at)
{
	return policy_at(task_document(task, SUSPENSE), at);
}

const struct provider_policy *policies_provider(struct task *task, struct instant at)
{
	return policy_at(task_document(task, PROVIDER), at);
}

int64_t policies_units(struct task *task, struct instant at, struct money money)
{
	char reason[CURRENCY_REASON_SIZE];
	int64_t amount;

	return currency_write(policies_currency(task, at), money, &amount, reason) ? amount
	                                                                           : money.minor;
}

const struct close_policy *policies_close(struct task *task, struct instant at)
{
	return policy_at(task_document(task, CLOSE), at);
}

const struct policy_book *policies_rates(struct task *task)
{
	return task_document(task, FX);
}
