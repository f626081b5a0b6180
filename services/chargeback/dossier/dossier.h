/*
 * dossier - what was brought under an account, page by page, in the order in which it came.
 *
 * A page is one row, so that what comes rewrites some kilobytes and no more. The oldest pages go when there are too many.
 */
#ifndef SERVICES_CHARGEBACK_DOSSIER_DOSSIER_H
#define SERVICES_CHARGEBACK_DOSSIER_DOSSIER_H

#include "common/flow/task.h"
#include "opsmesh/v1/material.pb-c.h"

#define DOSSIER_PAGE_BYTES ((size_t)16 << 10) /* a page that is larger is full */
#define DOSSIER_PAGES_MAX 256                 /* of one account; some 10,000 messages */

/* One account, customer, charge or dispute that has anything. */
struct dossier_row {
	const char *home;
	int64_t pages;     /* that ever were; the last has this number less one */
	const char *cases; /* dispute ids that are open, a line each (listed.h); NULL: none */
};

struct dossier_page_row {
	const char *home;
	int64_t number;
	struct bytes entries; /* DossierPage, packed */
};

extern const struct state_table dossier_table;
extern const struct state_table dossier_page_table;

/* The row of a home; a fresh one where there is none. */
struct dossier_row dossier_open(struct task *task, const char *home);
/* Is its beginning gone, because there were too many pages? */
bool dossier_is_cut(const struct dossier_row *dossier);
/* Adds to the last page, or begins one; saves both. */
void dossier_add(struct task *task, struct dossier_row *dossier,
                 const Opsmesh__V1__DossierEntry *entry);
/* All entries, the oldest first, in the task's arena. What came twice stands once, where it came last. */
enum status dossier_read(struct task *task, const struct dossier_row *dossier,
                         Opsmesh__V1__DossierPage *all) MUST_CHECK;

#endif
