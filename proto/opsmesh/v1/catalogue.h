/*
 * catalogue - the topics of the mesh by their place in the table.
 *
 * The order is that of the flow of data, left to right, and with equal mesh times the order of folding:
 * so an action is folded after the ticket on which it acts. A place may change with a new topic; it
 * is never stored.
 */
#ifndef PROTO_OPSMESH_V1_CATALOGUE_H
#define PROTO_OPSMESH_V1_CATALOGUE_H

#include "common/flow/catalogue.h"

enum ops_topic {
	OPS_INTAKE,
	OPS_CONTROL,
	OPS_BY_CONTACT,
	OPS_BY_TICKET,
	OPS_ACCOUNTS,
	OPS_ACTIONS,
	OPS_PROVIDER_EVENTS,
	OPS_USAGE,
	OPS_TICKETS,
	OPS_BY_INTENT,
	OPS_TRIAGE,
	OPS_SLA,
	OPS_BY_ACCOUNT,
	OPS_BY_SOURCE,
	OPS_BY_CHARGE,
	OPS_BY_CARD,
	OPS_BY_CUSTOMER,
	OPS_BY_PAYOUT,
	OPS_BY_BOOKS,
	OPS_BILLING,
	OPS_MATERIAL,
	OPS_CASE_RESULTS,
	OPS_BY_PROGRAMME,
	OPS_BY_DISPUTE,
	OPS_DISPUTES,
	OPS_BY_METRIC,
	OPS_KPI,
	OPS_ALERTS,
	OPS_PROGRESS,
	OPS_TOPICS, /* how many */
};

extern const struct catalogue opsmesh_catalogue;

#endif
