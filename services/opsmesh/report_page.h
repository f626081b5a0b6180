/*
 * report_page - a leader's page of figures: as Markdown, as one HTML file, as a PDF.
 *
 * Every number has its definition, its population and its state; what is in no section is in the appendix. Texts of definitions and
 * reasons are escaped: the page runs nothing of what they say. The HTML has no script, and asks for nothing outside of it.
 */
#ifndef SERVICES_OPSMESH_REPORT_PAGE_H
#define SERVICES_OPSMESH_REPORT_PAGE_H

#include "common/base/bytes.h"
#include "services/opsmesh/report_words.h"

void report_markdown(const struct report *report, struct buffer *out);
void report_html(const struct report *report, struct buffer *out);
/*
 * The same words and bars, in the print's colours; the appendix has words alone. The same figures, fonts and libraries give the same
 * bytes. Nothing is added where the fonts (pdf_font_files) are not there, or the library refuses.
 */
void report_pdf(const struct report *report, struct buffer *out);

#endif
