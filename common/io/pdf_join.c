#include "common/io/pdf_join.h"

#include "common/base/check.h"

#include <qpdf/qpdf-c.h>

static void release(qpdf_data *pdf)
{
	if (*pdf == NULL)
		return;
	/* An error that nobody took is printed. */
	if (qpdf_has_error(*pdf))
		(void)qpdf_get_error(*pdf);
	qpdf_cleanup(pdf);
}

#define AUTO_PDF __attribute__((cleanup(release))) qpdf_data

/* Warnings may be answered, errors not. */
static bool good(QPDF_ERROR_CODE code)
{
	return (code & QPDF_ERRORS) == 0;
}

/* The library prints nothing: what it says may hold parts of the file. */
static qpdf_data silent(void)
{
	qpdf_data pdf = qpdf_init();

	qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
	qpdf_silence_errors(pdf);
	return pdf;
}

static bool is_locked(qpdf_data pdf)
{
	return qpdf_has_error(pdf) &&
	       qpdf_get_error_code(pdf, qpdf_get_error(pdf)) == qpdf_e_password;
}

static enum status open_pdf(qpdf_data pdf, struct bytes content, int32_t *pages,
                            const char **reason)
{
	*reason = "is no PDF that can be read";
	if (content.size == 0)
		return STATUS_REJECT;
	if (!good(qpdf_read_memory(pdf, "upload", content.data, content.size, NULL))) {
		if (is_locked(pdf))
			*reason = "is locked by a password";
		return STATUS_REJECT;
	}
	*reason = "is locked against changes";
	if (qpdf_is_encrypted(pdf))
		return STATUS_REJECT;
	*reason = "has no page that can be read";
	*pages = qpdf_get_num_pages(pdf);
	return *pages > 0 && !qpdf_has_error(pdf) ? STATUS_OK : STATUS_REJECT;
}

enum status pdf_page_count(struct bytes pdf, int32_t *pages, const char **reason)
{
	AUTO_PDF read = silent();
	int32_t count;

	TRY(open_pdf(read, pdf, &count, reason));
	*pages = count;
	return STATUS_OK;
}

static enum status append(qpdf_data all, qpdf_data pdf, int32_t pages, const char **reason)
{
	*reason = "has a page that cannot be read";
	for (int32_t i = 0; i < pages; i++) {
		const qpdf_oh page = qpdf_get_page_n(pdf, (size_t)i);

		if (qpdf_has_error(pdf) || !good(qpdf_add_page(all, pdf, page, QPDF_FALSE)))
			return STATUS_REJECT;
	}
	return STATUS_OK;
}

/* What the library wrote of a damaged file is not always what it can read. */
static bool is_whole(struct bytes written, int64_t pages)
{
	const char *reason;
	int32_t count;

	return pdf_page_count(written, &count, &reason) == STATUS_OK && count == pages;
}

static enum status write_pdf(struct arena *arena, qpdf_data all, int64_t pages,
                             struct bytes *joined, const char **reason)
{
	*reason = "cannot be joined with the others";
	if (!good(qpdf_init_write_memory(all)))
		return STATUS_REJECT;
	qpdf_set_deterministic_ID(all, QPDF_TRUE);
	qpdf_set_object_stream_mode(all, qpdf_o_generate);
	if (!good(qpdf_write(all)))
		return STATUS_REJECT;
	const struct bytes written = { qpdf_get_buffer(all), qpdf_get_buffer_length(all) };

	if (!is_whole(written, pages))
		return STATUS_REJECT;
	*joined = arena_bytes(arena, written);
	return STATUS_OK;
}

/* What is opened stays open until all is written: pages are read only then. */
struct joining {
	const struct bytes *pdfs;
	size_t count;
	qpdf_data open[PDF_JOIN_MAX];
	size_t at; /* the one at hand */
	int64_t pages;
};

static enum status append_all(struct joining *it, const char **reason)
{
	int32_t pages;

	for (it->at = 0; it->at < it->count; it->at++) {
		it->open[it->at] = silent();
		TRY(open_pdf(it->open[it->at], it->pdfs[it->at], &pages, reason));
		if (it->at > 0)
			TRY(append(it->open[0], it->open[it->at], pages, reason));
		it->pages += pages;
	}
	it->at = 0;
	return STATUS_OK;
}

enum status pdf_join(struct arena *arena, const struct bytes *pdfs, size_t count,
                     struct bytes *joined, size_t *which, const char **reason)
{
	struct joining it = { .pdfs = pdfs, .count = count };

	CHECK(count > 0 && count <= PDF_JOIN_MAX);
	enum status status = append_all(&it, reason);

	if (status == STATUS_OK)
		status = write_pdf(arena, it.open[0], it.pages, joined, reason);
	*which = it.at;
	for (size_t i = 0; i < count; i++)
		release(&it.open[i]);
	return status;
}
