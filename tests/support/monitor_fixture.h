/*
 * monitor_fixture - the stage `programme` of chargeback in one shard: counts in, what is said out as lines.
 *
 *   ratio_projected visa-vamp non_compliant clear 1 of 1000     fact, programme, threshold, standing, events of payments
 *   pattern_found country BR 30 of 100, others 1 of 1000
 *   raised alert/chargeback/programmes:visa/visa-vamp/excessive/crossed
 */
#ifndef TESTS_SUPPORT_MONITOR_FIXTURE_H
#define TESTS_SUPPORT_MONITOR_FIXTURE_H

#include "common/base/time.h"
#include "opsmesh/v1/dispute.pb-c.h"

/* key: what is watched. By the project's own documents; country: of our account, where it is another than the document's. */
void monitor_start(const char *key, const char *country);
void monitor_stop(void);

struct monitor_count {
	const char *day;
	const char *dimension; /* NULL: the network */
	const char *value;
	int64_t payments;
	int64_t events;
	int64_t authenticated;
	bool warning;
	bool fraud;
	bool inquiry;
	bool prevented;
	bool compelling;
	int64_t minor;
	const char *currency; /* NULL: no amount */
};

/* Mesh time from here on. */
void monitor_at(const char *text);
void monitor_feed(const struct monitor_count *count);
/* Folds what was fed, and starts anew from what was committed. */
void monitor_cut(void);
/* Folds all, and lets mesh time pass. */
void monitor_until(const char *text);
void monitor_acknowledge(const char *alert_id);

/* What was said since it was asked last; the last fact about what is watched, NULL: none. */
const Opsmesh__V1__DisputeEvent *monitor_said(const char *want);
/* The same, whatever it is. */
const char *monitor_said_any(void);

#endif
