/*
 * The kinds of subjects that there are.
 */
#include "services/kpi-aggregator/money/payment.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "services/kpi-aggregator/ticket/ticket.h"

const struct subject_kind *const partial_kinds[] = { &subject_ticket, &subject_payment, NULL };
