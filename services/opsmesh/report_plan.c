#include "services/opsmesh/report_plan.h"

#include "common/base/text.h"

static const char *const support[] = {
	"support.tickets_opened",
	"support.solved",
	"support.first_reply",
	"support.next_reply",
	"support.full_resolution",
	"support.attainment",
	"support.breaches",
	"support.csat",
	"support.csat_responses",
	"support.one_touch",
	"support.reopened",
	"support.escalated",
	"support.backlog",
	"support.backlog_waiting",
	NULL,
};

static const char *const billing[] = {
	"billing.authorisation_first_try",
	"billing.authorisation_acceptance",
	"billing.payments_failed_amount",
	"billing.recovered",
	"billing.refunds_amount",
	"billing.disputes",
	"billing.dispute_wins",
	"billing.discrepancies_open",
	"billing.unexplained_amount",
	"billing.mrr",
	"billing.net_retention",
	NULL,
};

static const char *const value[] = {
	"value.customers",       "value.tickets_per_100_customers",
	"value.deflection",      "value.saved_disputes_amount",
	"value.pattern_tickets", NULL,
};

const struct report_plan report_plans[] = {
	{ "Support", support },
	{ "Billing", billing },
	{ "Value", value },
	{ NULL, NULL },
};

bool report_plan_names(const char *metric)
{
	for (const struct report_plan *plan = report_plans; plan->heading != NULL; plan++)
		if (text_among(plan->metrics, metric))
			return true;
	return false;
}
