/*
 * signal_score - what the hits of a message come to.
 */
#include "services/classifier/signal.h"

#include <stddef.h>

#define PPM 1000000

const char *const signal_kind_names[] = { "negative",
	                                  "positive",
	                                  "urgent",
	                                  "cancel_threat",
	                                  "dispute_threat",
	                                  "public_threat",
	                                  "legal_threat",
	                                  "asks_person",
	                                  "asked_again",
	                                  "contradicts",
	                                  NULL };

static int32_t squash(int64_t sum)
{
	return (int32_t)(sum * PPM / (PPM + (sum < 0 ? -sum : sum)));
}

void signals_score(const struct signal_hit *hits, size_t count, int32_t *sentiment_ppm,
                   int32_t *urgency_ppm)
{
	static const struct {
		int sentiment; /* quarters of the weight */
		int urgency;
	} shares[SIGNALS] = {
		[SIGNAL_NEGATIVE] = { -4, 0 },       [SIGNAL_POSITIVE] = { 4, 0 },
		[SIGNAL_URGENT] = { 0, 4 },          [SIGNAL_CANCEL_THREAT] = { -2, 2 },
		[SIGNAL_DISPUTE_THREAT] = { -2, 2 }, [SIGNAL_PUBLIC_THREAT] = { -2, 2 },
		[SIGNAL_LEGAL_THREAT] = { -2, 2 },   [SIGNAL_ASKS_PERSON] = { 0, 1 },
		[SIGNAL_ASKED_AGAIN] = { -2, 2 },    [SIGNAL_CONTRADICTS] = { -2, 0 },
	};
	int64_t sentiment = 0;
	int64_t urgency = 0;

	for (size_t i = 0; i < count; i++) {
		sentiment += (int64_t)shares[hits[i].kind].sentiment * hits[i].weight_ppm / 4;
		urgency += (int64_t)shares[hits[i].kind].urgency * hits[i].weight_ppm / 4;
	}
	*sentiment_ppm = squash(sentiment);
	*urgency_ppm = squash(urgency);
}
