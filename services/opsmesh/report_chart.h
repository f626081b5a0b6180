/*
 * report_chart - the last thirteen periods of a figure as small bars: an SVG that lies in an HTML page.
 *
 * The page's style sheet has the colours (classes bar, open, now, gap). Bars stand on zero; a share's scale ends at 100 %, any other's at
 * its highest bar. A period without a figure is a dot on the line, so that it is not taken for zero.
 */
#ifndef SERVICES_OPSMESH_REPORT_CHART_H
#define SERVICES_OPSMESH_REPORT_CHART_H

#include "common/base/bytes.h"
#include "services/opsmesh/report_book.h"

void report_chart(struct arena *arena, const struct report_metric *metric,
                  const struct report_line *line, struct buffer *out);
/* Text of a document, in content and in attributes between quotes; control characters are spaces. */
void html_text(struct buffer *out, const char *text);

#endif
