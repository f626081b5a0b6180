#include "services/kpi-aggregator/partial/partial_money.h"

#include "common/io/proto.h"
#include "services/kpi-aggregator/money/access.h"
#include "services/kpi-aggregator/money/account.h"
#include "services/kpi-aggregator/money/discrepancy.h"
#include "services/kpi-aggregator/money/dispute.h"
#include "services/kpi-aggregator/money/moved.h"
#include "services/kpi-aggregator/money/paper.h"
#include "services/kpi-aggregator/money/payment.h"
#include "services/kpi-aggregator/money/usage.h"
#include "services/kpi-aggregator/partial/partial.h"

/* Which subject a fact is about, and how it learns of it. */
struct about {
	const struct subject_kind *kind;
	const char *id;
	subject_apply *apply;
};

static struct about about_paper(const Opsmesh__V1__BillingEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_CHANGED:
		return (struct about){ &subject_refund, event->refund_changed->refund_id,
			               subject_refund_apply };
	case OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_CHANGED:
		return (struct about){ &subject_credit, event->credit_note_changed->credit_note_id,
			               subject_credit_apply };
	case OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RECOVERED:
		return (struct about){ &subject_invoice, event->dunning_recovered->invoice_id,
			               subject_invoice_apply };
	case OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_EXHAUSTED:
		return (struct about){ &subject_invoice, event->dunning_exhausted->invoice_id,
			               subject_invoice_apply };
	default:
		return (struct about){ &subject_invoice, event->invoice_changed->invoice_id,
			               subject_invoice_apply };
	}
}

static struct about about_money(struct task *task, const Opsmesh__V1__BillingEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED:
		return (struct about){ &subject_payment, subject_payment_id(event->payment_changed),
			               subject_payment_apply };
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK:
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED:
		return (struct about){ &subject_discrepancy, subject_discrepancy_id(event),
			               subject_discrepancy_apply };
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN:
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE:
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED:
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED:
		return (struct about){ &subject_usage, subject_usage_id(task->arena, event),
			               subject_usage_apply };
	case OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED:
		return (struct about){ &subject_access, subject_access_id(task->arena, event),
			               subject_access_apply };
	default: return about_paper(event);
	}
}

/* What is wrong with a fact is ours: billing-sync and chargeback check what comes from outside. */
static enum status learn(struct task *task, struct about about,
                         const Google__Protobuf__Timestamp *occurred_at)
{
	struct instant at;

	if (!proto_instant(occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	if (*about.id == '\0')
		return task_fail(task, STATUS_REJECT, "%s: the fact names none",
		                 about.kind->prefix);
	return partial_learn(task, about.kind, about.id, about.apply, task->message);
}

static enum status learn_money(struct task *task)
{
	const Opsmesh__V1__BillingEvent *const event = (const void *)task->message;

	return learn(task, about_money(task, event), event->occurred_at);
}

static enum status learn_dispute(struct task *task)
{
	const Opsmesh__V1__DisputeEvent *const event = (const void *)task->message;

	return learn(task,
	             (struct about){ &subject_dispute, subject_dispute_id(event),
	                             subject_dispute_apply },
	             event->occurred_at);
}

static enum status learn_account(struct task *task)
{
	const Opsmesh__V1__AccountEvent *const event = (const void *)task->message;

	return learn(task,
	             (struct about){ &subject_account, event->account_id, subject_account_apply },
	             event->occurred_at);
}

/* A movement that names no amount, or no time, is counted nowhere: billing-sync says why beside it. */
static enum status observe(struct task *task)
{
	struct observation it;
	const Opsmesh__V1__BillingEvent *const event = (const void *)task->message;
	const bool recurring = event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED;

	if (!(recurring ? moved_recurring(task->arena, event, &it)
	                : moved_seat(task->arena, event, &it)))
		return STATUS_OK;
	return partial_observe(task, &it);
}

static enum status observe_programme(struct task *task)
{
	struct observation it;

	if (!moved_programme(task->arena, (const void *)task->message, &it))
		return STATUS_OK;
	return partial_observe(task, &it);
}

/* A handler for each fact. */
#define HANDLER(learn_it, Fact, handler)                         \
	enum status handler(struct task *task, const Fact *fact) \
	{                                                        \
		(void)fact;                                      \
		return learn_it(task);                           \
	}
#define ON_MONEY(topic, Type, member, Fact, handler, need) HANDLER(learn_money, Fact, handler)
#define ON_MOVED(topic, Type, member, Fact, handler, need) HANDLER(observe, Fact, handler)
#define ON_DISPUTE(topic, Type, member, Fact, handler, need) HANDLER(learn_dispute, Fact, handler)
#define ON_PROGRAMME(topic, Type, member, Fact, handler, need) \
	HANDLER(observe_programme, Fact, handler)
#define ON_ACCOUNT(topic, Type, member, Fact, handler, need) HANDLER(learn_account, Fact, handler)
PARTIAL_MONEY_EVENTS(ON_MONEY)
PARTIAL_MOVED_EVENTS(ON_MOVED)
PARTIAL_DISPUTE_EVENTS(ON_DISPUTE)
PARTIAL_PROGRAMME_EVENTS(ON_PROGRAMME)
PARTIAL_ACCOUNT_EVENTS(ON_ACCOUNT)

/* Rows that will be wanted. */

void partial_need_money(struct task *task, const ProtobufCMessage *event)
{
	const struct about about = about_money(task, (const void *)event);

	partial_need(task, about.kind, about.id);
}

void partial_need_nothing(struct task *task, const ProtobufCMessage *event)
{
	(void)task;
	(void)event;
}

void partial_need_dispute(struct task *task, const ProtobufCMessage *event)
{
	partial_need(task, &subject_dispute, subject_dispute_id((const void *)event));
}

void partial_need_account(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__AccountEvent *const account = (const void *)event;

	partial_need(task, &subject_account, account->account_id);
}
