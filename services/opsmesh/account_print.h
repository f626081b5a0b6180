/*
 * account_print - lists of accounts as they are shown: a table for people, CSV, JSON.
 *
 * A row of the table has as many lines as its longest list, a sentence each. What is not known is "-", empty, null.
 */
#ifndef SERVICES_OPSMESH_ACCOUNT_PRINT_H
#define SERVICES_OPSMESH_ACCOUNT_PRINT_H

#include "services/opsmesh/account_list.h"

void account_print_table(struct arena *arena, const struct account_rows *rows, struct buffer *out);
/* Sentences of a list are one cell. */
void account_print_csv(struct arena *arena, const struct account_rows *rows, struct buffer *out);
void account_print_json(struct arena *arena, const struct account_rows *rows, struct buffer *out);

#endif
