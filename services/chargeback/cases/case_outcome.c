/*
 * Whether what was predicted came true: said when a case ends, and again where its end changes.
 *
 * Only disputes that were answered count in the calibration, since the chance is that of an answer. A part that came back is
 * no win. The rows are sums of a shard alone; those of all shards add up (calibration.h). The operator's tool sums these
 * facts of all shards, by cell of the economics document, and writes its next version.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"

static const struct column columns[] = {
	COLUMN(struct case_calibration_row, band),
	COLUMN(struct case_calibration_row, decided),
	COLUMN(struct case_calibration_row, won),
	COLUMN(struct case_calibration_row, predicted_sum_ppm),
	COLUMN_END,
};
const struct state_table case_calibration_table = { .name = "case_calibration",
	                                            .columns = columns,
	                                            .key_columns = 1,
	                                            .row_size =
	                                                sizeof(struct case_calibration_row) };

/* NULL: the state is no end that a chance was given for. */
static const char *outcome_of(enum life_state state)
{
	static const char *const outcomes[LIFE_STATES] = {
		[LIFE_WON] = "won",
		[LIFE_LOST] = "lost",
		[LIFE_LATE_WON] = "late_won",
		[LIFE_PARTIAL] = "partially_recovered",
	};

	return outcomes[state];
}

static bool is_won(const char *outcome)
{
	static const char *const won[] = { "won", "late_won", NULL };

	return text_among(won, outcome);
}

/* The rows. */

static struct calibration load_rows(struct task *task)
{
	struct calibration calibration = { 0 };

	for (int64_t i = 0; i < CALIBRATION_BANDS; i++) {
		struct case_calibration_row row = { .band = i };

		if (task_load(task, &case_calibration_table, &row))
			calibration.bands[i] = (struct calibration_band){ row.decided, row.won,
				                                          row.predicted_sum_ppm };
	}
	return calibration;
}

static void save_row(struct task *task, const struct calibration *calibration, int64_t band)
{
	const struct calibration_band *const it = &calibration->bands[band];

	task_save(task, &case_calibration_table,
	          &(struct case_calibration_row){ .band = band,
	                                          .decided = it->count,
	                                          .won = it->won,
	                                          .predicted_sum_ppm = it->predicted_sum_ppm });
}

static int64_t band_of(int64_t predicted_ppm)
{
	const int64_t band = predicted_ppm / (RATE_WHOLE / CALIBRATION_BANDS);

	return band < CALIBRATION_BANDS ? band : CALIBRATION_BANDS - 1;
}

/* Counted once, by what was predicted then, whatever it becomes later. */
static void count(struct casework *work, struct calibration *calibration, const char *outcome)
{
	Opsmesh__V1__CaseKept *const kept = work->kept;
	const bool won = is_won(outcome);

	if (kept->compared_answered && won != is_won(kept->compared))
		calibration_change(calibration, kept->compared_ppm, won);
	if (!kept->compared_answered && case_is_answered(work)) {
		kept->compared_answered = true;
		kept->compared_ppm = kept->recommendation->win_ppm;
		kept->compared_cell = kept->recommendation->cell;
		calibration_add(calibration, kept->compared_ppm, won);
	}
	if (kept->compared_answered)
		save_row(work->task, calibration, band_of(kept->compared_ppm));
}

/* Saying. */

static Opsmesh__V1__CalibrationBand *band_said(struct arena *arena,
                                               const struct calibration *calibration, size_t band)
{
	Opsmesh__V1__CalibrationBand *const said = arena_alloc(arena, sizeof(*said));
	struct calibration_row row;

	if (!calibration_read(calibration, band, RATE_Z_MILLI_95, &row))
		return NULL;
	opsmesh__v1__calibration_band__init(said);
	said->from_ppm = row.from_ppm;
	said->count = row.count;
	said->won = row.won;
	said->predicted_sum_ppm = calibration->bands[band].predicted_sum_ppm;
	said->predicted_ppm = row.predicted_ppm;
	said->observed_ppm = row.observed.ppm;
	said->observed_low_ppm = row.observed.interval.low_ppm;
	said->observed_high_ppm = row.observed.interval.high_ppm;
	said->surprising = row.surprising;
	return said;
}

static enum status say(struct casework *work, const struct calibration *calibration,
                       const char *outcome)
{
	struct arena *const arena = work->task->arena;
	const Opsmesh__V1__RecommendationMade *const made = work->kept->recommendation;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__OutcomeCompared compared = OPSMESH__V1__OUTCOME_COMPARED__INIT;
	Opsmesh__V1__CalibrationBand *bands[CALIBRATION_BANDS];

	compared.outcome = text_mutable(outcome);
	compared.was = work->kept->compared;
	compared.answered = work->kept->compared_answered;
	compared.predicted_ppm = compared.answered ? work->kept->compared_ppm : made->win_ppm;
	compared.band = band_of(compared.predicted_ppm);
	compared.cell = compared.answered ? work->kept->compared_cell : made->cell;
	compared.recommended = made->recommendation;
	compared.decided = text_mutable(work->row.decision != NULL ? work->row.decision : "");
	compared.calibration = bands;
	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		bands[compared.n_calibration] = band_said(arena, calibration, i);
		compared.n_calibration += bands[compared.n_calibration] != NULL;
	}
	compared.policy = made->policy;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_OUTCOME_COMPARED;
	event.outcome_compared = &compared;
	return case_emit(work, &event);
}

enum status case_compare(struct casework *work)
{
	const char *const outcome = outcome_of(case_life(work));
	const Opsmesh__V1__RecommendationMade *const made = work->kept->recommendation;
	struct calibration calibration;

	if (outcome == NULL || made == NULL || made->stage != case_stage_number(case_stage(work)) ||
	    text_equal(work->kept->compared, outcome))
		return STATUS_OK;
	calibration = load_rows(work->task);
	count(work, &calibration, outcome);
	TRY(say(work, &calibration, outcome));
	work->kept->compared = text_mutable(outcome);
	return STATUS_OK;
}
