#include "services/chargeback/dossier/dossier.h"

#include "common/base/map.h"
#include "common/io/proto.h"

#include <string.h>

static const struct column dossier_columns[] = {
	COLUMN(struct dossier_row, home),
	COLUMN(struct dossier_row, pages),
	COLUMN(struct dossier_row, cases),
	COLUMN_END,
};
const struct state_table dossier_table = { .name = "dossier",
	                                   .columns = dossier_columns,
	                                   .key_columns = 1,
	                                   .row_size = sizeof(struct dossier_row) };

static const struct column page_columns[] = {
	COLUMN(struct dossier_page_row, home),
	COLUMN(struct dossier_page_row, number),
	COLUMN(struct dossier_page_row, entries),
	COLUMN_END,
};
const struct state_table dossier_page_table = { .name = "dossier_page",
	                                        .columns = page_columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct dossier_page_row) };

struct dossier_row dossier_open(struct task *task, const char *home)
{
	struct dossier_row row = { .home = home };

	(void)task_load(task, &dossier_table, &row);
	return row;
}

bool dossier_is_cut(const struct dossier_row *dossier)
{
	return dossier->pages > DOSSIER_PAGES_MAX;
}

/* False: there is no such page. */
static enum status read_page(struct task *task, struct dossier_page_row *row,
                             Opsmesh__V1__DossierPage *page, bool *found)
{
	ProtobufCMessage *message;
	char reason[PROTO_REASON_SIZE];

	opsmesh__v1__dossier_page__init(page);
	*found = task_load(task, &dossier_page_table, row);
	if (!*found)
		return STATUS_OK;
	if (!proto_unpack(task->arena, &opsmesh__v1__dossier_page__descriptor, row->entries,
	                  &message, reason))
		return task_fail(task, STATUS_FATAL, "dossier of %s: a page cannot be read: %s",
		                 row->home, reason);
	*page = *(const Opsmesh__V1__DossierPage *)(const void *)message;
	return STATUS_OK;
}

static void append(struct arena *arena, Opsmesh__V1__DossierPage *page,
                   Opsmesh__V1__DossierEntry *const *entries, size_t count)
{
	Opsmesh__V1__DossierEntry **const all =
	    arena_alloc(arena, (page->n_entries + count + 1) * sizeof(Opsmesh__V1__DossierEntry *));

	if (page->n_entries > 0)
		memcpy(all, page->entries, page->n_entries * sizeof(Opsmesh__V1__DossierEntry *));
	if (count > 0)
		memcpy(all + page->n_entries, entries, count * sizeof(Opsmesh__V1__DossierEntry *));
	page->entries = all;
	page->n_entries += count;
}

/* A page that has one more: of packed messages the repeated fields follow each other, so what is there is not read. */
static struct bytes with_entry(struct arena *arena, struct bytes page,
                               const Opsmesh__V1__DossierEntry *entry)
{
	Opsmesh__V1__DossierEntry *added[] = { (Opsmesh__V1__DossierEntry *)(uintptr_t)entry };
	Opsmesh__V1__DossierPage more = OPSMESH__V1__DOSSIER_PAGE__INIT;
	unsigned char *all;
	struct bytes packed;

	more.entries = added;
	more.n_entries = COUNT_OF(added);
	packed = proto_pack(arena, &more.base);
	all = arena_alloc(arena, page.size + packed.size);
	if (page.size > 0)
		memcpy(all, page.data, page.size);
	memcpy(all + page.size, packed.data, packed.size);
	return (struct bytes){ all, page.size + packed.size };
}

void dossier_add(struct task *task, struct dossier_row *dossier,
                 const Opsmesh__V1__DossierEntry *entry)
{
	struct dossier_page_row row = { .home = dossier->home, .number = dossier->pages - 1 };
	const bool found = dossier->pages > 0 && task_load(task, &dossier_page_table, &row);

	if (!found || row.entries.size >= DOSSIER_PAGE_BYTES) {
		row.entries = (struct bytes){ NULL, 0 };
		row.number = dossier->pages++;
		if (dossier->pages > DOSSIER_PAGES_MAX)
			task_remove(task, &dossier_page_table,
			            &(struct dossier_page_row){ .home = dossier->home,
			                                        .number = dossier->pages -
			                                                  DOSSIER_PAGES_MAX - 1 });
	}
	row.entries = with_entry(task->arena, row.entries, entry);
	task_save(task, &dossier_page_table, &row);
	task_save(task, &dossier_table, dossier);
}

/* What is brought again, because its ticket left and came back or a customer found an account, is the same fact. */
static void drop_repeated(Opsmesh__V1__DossierPage *all)
{
	struct map seen = { 0 };
	size_t kept = all->n_entries;

	for (size_t i = all->n_entries; i-- > 0;) {
		Opsmesh__V1__DossierEntry *const entry = all->entries[i];

		if (map_get(&seen, bytes_of(entry->fact_id)) != NULL)
			continue;
		(void)map_set(&seen, bytes_of(entry->fact_id), entry);
		all->entries[--kept] = entry;
	}
	map_finish(&seen);
	all->entries += kept;
	all->n_entries -= kept;
}

enum status dossier_read(struct task *task, const struct dossier_row *dossier,
                         Opsmesh__V1__DossierPage *all)
{
	const int64_t first =
	    dossier->pages > DOSSIER_PAGES_MAX ? dossier->pages - DOSSIER_PAGES_MAX : 0;
	Opsmesh__V1__DossierPage page;
	bool found;

	opsmesh__v1__dossier_page__init(all);
	for (int64_t i = first; i < dossier->pages; i++) {
		struct dossier_page_row row = { .home = dossier->home, .number = i };

		TRY(read_page(task, &row, &page, &found));
		append(task->arena, all, page.entries, page.n_entries);
	}
	drop_repeated(all);
	return STATUS_OK;
}
