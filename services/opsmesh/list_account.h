/*
 * list_account - `opsmesh list renewals`, `list signals`, `list accounts`: what kpi-aggregator knows of accounts.
 */
#ifndef SERVICES_OPSMESH_LIST_ACCOUNT_H
#define SERVICES_OPSMESH_LIST_ACCOUNT_H

#include "services/opsmesh/account_list.h"
#include "services/opsmesh/opsmesh.h"

int list_accounts(struct tool *tool, const struct account_listing *listing);

#endif
