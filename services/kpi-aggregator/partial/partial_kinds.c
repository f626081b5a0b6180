/*
 * The kinds of subjects that there are.
 */
#include "services/kpi-aggregator/money/access.h"
#include "services/kpi-aggregator/money/account.h"
#include "services/kpi-aggregator/money/discrepancy.h"
#include "services/kpi-aggregator/money/dispute.h"
#include "services/kpi-aggregator/money/paper.h"
#include "services/kpi-aggregator/money/payment.h"
#include "services/kpi-aggregator/money/usage.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "services/kpi-aggregator/ticket/ticket.h"

const struct subject_kind *const partial_kinds[] = { &subject_ticket,
	                                             &subject_account,
	                                             &subject_payment,
	                                             &subject_refund,
	                                             &subject_credit,
	                                             &subject_invoice,
	                                             &subject_discrepancy,
	                                             &subject_usage,
	                                             &subject_dispute,
	                                             &subject_access,
	                                             NULL };
