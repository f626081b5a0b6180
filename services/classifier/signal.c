#include "services/classifier/signal.h"

#include "common/base/check.h"
#include "services/classifier/signal_book.h"

#include <string.h>

#define MARKS 128  /* more than a phrase has points: where each of the last ones was */
#define FIRSTS 16  /* the last first parts of pairs */
#define NEGATORS 8 /* the last ones: no reach goes over so many */

/* Where a point that counts was: which of the text, in which word, in which clause. */
struct mark {
	size_t point;
	uint32_t word;
	uint32_t clause;
};

/* A part of the walk, by numbers of points that count: first..last. */
struct stretch {
	uint32_t first;
	uint32_t last;
	uint32_t length;
};

struct negator {
	struct stretch place;
	uint32_t word; /* of its end that is nearer to what it negates */
	uint32_t clause;
	uint32_t reach;
	uint32_t used_until; /* one past the end of what it negates; 0: nothing yet */
};

struct first {
	struct stretch place;
	uint32_t pair;
	uint32_t word; /* of its end */
	uint32_t clause;
};

/* What is known of a hit beside what is told. */
struct trace {
	struct stretch place;
	enum signal_kind kind; /* before negation */
	const struct signal_group *group;
	uint32_t word; /* of its end */
	uint32_t clause;
	bool gone;
};

struct walk {
	const struct signal_book *book;
	const struct prepared *text;
	struct signals *found;
	uint32_t language; /* its bit */
	uint32_t at;       /* the number of the point at hand */
	uint32_t word;
	uint32_t clause;
	size_t negator_count; /* ever */
	size_t first_count;   /* ever */
	struct stretch exception;
	/* Of these only what was written is read. */
	struct mark marks[MARKS];
	struct negator negators[NEGATORS];
	struct first firsts[FIRSTS];
	struct trace traces[SIGNAL_HITS_MAX]; /* of found's hits */
};

static bool lies_in(struct stretch inner, struct stretch outer)
{
	return inner.first >= outer.first && inner.last <= outer.last;
}

static bool overlaps(struct stretch a, struct stretch b)
{
	return a.first <= b.last && b.first <= a.last;
}

/* As overlaps, of one that may not be there. */
static bool touches(struct stretch exception, struct stretch place)
{
	return exception.length > 0 && overlaps(exception, place);
}

static const struct mark *mark_at(const struct walk *walk, uint32_t at)
{
	CHECK(walk->at - at < MARKS);
	return &walk->marks[at % MARKS];
}

/* Whether a negator whose end is at word from reaches what begins at word to. */
static bool reaches(uint32_t from, uint32_t to, uint32_t reach)
{
	return to <= from + reach + 1;
}

/* Hits. */

static void remove_gone(struct walk *walk)
{
	struct signals *const found = walk->found;
	size_t kept = 0;

	for (size_t i = 0; i < found->hit_count; i++) {
		if (walk->traces[i].gone)
			continue;
		walk->traces[kept] = walk->traces[i];
		found->hits[kept++] = found->hits[i];
	}
	found->hit_count = kept;
}

static void negate(struct walk *walk, size_t hit)
{
	const struct signal_group *const group = walk->traces[hit].group;

	if (group->negated == SIGNAL_NEGATED_KIND)
		walk->found->hits[hit].kind = group->negated_kind;
	else
		walk->traces[hit].gone = true;
}

/* The negator before it that reaches it and has not negated another hit. */
static struct negator *negator_of(struct walk *walk, struct stretch place)
{
	const struct mark *const front = mark_at(walk, place.first);

	for (size_t i = 0; i < NEGATORS && i < walk->negator_count; i++) {
		struct negator *const negator =
		    &walk->negators[(walk->negator_count - 1 - i) % NEGATORS];

		if (negator->place.last < place.first && negator->clause == front->clause &&
		    reaches(negator->word, front->word, negator->reach) &&
		    (negator->used_until == 0 || place.first < negator->used_until))
			return negator;
	}
	return NULL;
}

/*
 * Of hits of one kind that overlap the longest stays, "very disappointed" before "disappointed". Answers
 * whether there is a place for the new one.
 */
static bool makes_way(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	size_t count = 0;

	for (size_t i = 0; i < walk->found->hit_count; i++) {
		struct trace *const old = &walk->traces[i];

		if (old->kind != group->kind || !overlaps(old->place, place)) {
			count += old->kind == group->kind && !old->gone;
			continue;
		}
		if (!lies_in(old->place, place) || old->place.length >= place.length)
			return false;
		old->gone = true;
	}
	if (walk->found->hit_count == SIGNAL_HITS_MAX)
		remove_gone(walk);
	return count < SIGNAL_KIND_HITS_MAX && walk->found->hit_count < SIGNAL_HITS_MAX;
}

static void add_hit(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	struct signals *const found = walk->found;
	const struct mark *const front = mark_at(walk, place.first);
	const struct mark *const back = mark_at(walk, place.last);
	struct negator *negator = NULL;

	if (touches(walk->exception, place) || !makes_way(walk, group, place))
		return;
	const size_t hit = found->hit_count++;
	walk->traces[hit] = (struct trace){ .place = place,
		                            .kind = group->kind,
		                            .group = group,
		                            .word = back->word,
		                            .clause = back->clause };
	found->hits[hit] = (struct signal_hit){
		.kind = group->kind,
		.span = prepared_span(walk->text, front->point, back->point + 1),
		.weight_ppm = group->weight_ppm,
		.phrase_id = group->id,
	};
	if (group->negated != SIGNAL_NEGATED_STANDS)
		negator = negator_of(walk, place);
	if (negator == NULL)
		return;
	negator->used_until = place.last + 1;
	negate(walk, hit);
}

/* Exceptions and negators. */

/* Whatever it touches means something else there. */
static void add_exception(struct walk *walk, struct stretch place)
{
	if (touches(walk->exception, place) && walk->exception.first < place.first)
		place.first = walk->exception.first;
	walk->exception = place;
	for (size_t i = 0; i < walk->found->hit_count; i++)
		if (overlaps(walk->traces[i].place, place))
			walk->traces[i].gone = true;
	for (size_t i = 0; i < NEGATORS && i < walk->negator_count; i++)
		if (overlaps(walk->negators[i].place, place))
			walk->negators[i].clause = UINT32_MAX;
}

static void add_before(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	const struct mark *const back = mark_at(walk, place.last);

	if (!touches(walk->exception, place))
		walk->negators[walk->negator_count++ % NEGATORS] = (struct negator){
			.place = place,
			.word = back->word,
			.clause = back->clause,
			.reach = group->reach,
		};
}

/* The nearest hit before it, where it reaches that. */
static void add_after(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	const struct mark *const front = mark_at(walk, place.first);

	if (touches(walk->exception, place))
		return;
	for (size_t i = walk->found->hit_count; i-- > 0;) {
		const struct trace *const hit = &walk->traces[i];

		if (hit->gone || hit->place.last >= place.first)
			continue;
		if (hit->clause == front->clause && reaches(hit->word, front->word, group->reach) &&
		    hit->group->negated != SIGNAL_NEGATED_STANDS)
			negate(walk, i);
		return;
	}
}

/* Pairs. */

static void add_first(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	const struct mark *const back = mark_at(walk, place.last);

	walk->firsts[walk->first_count++ % FIRSTS] = (struct first){
		.place = place,
		.pair = group->pair,
		.word = back->word,
		.clause = back->clause,
	};
}

/* The nearest first part before it, where it is near enough and in the same clause. */
static void add_then(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	const struct mark *const front = mark_at(walk, place.first);

	for (size_t i = 0; i < FIRSTS && i < walk->first_count; i++) {
		const struct first *const first =
		    &walk->firsts[(walk->first_count - 1 - i) % FIRSTS];

		if (first->pair != group->pair || first->clause != front->clause ||
		    first->place.last >= place.first || place.last - first->place.first >= MARKS ||
		    !reaches(first->word, front->word, group->reach))
			continue;
		place.first = first->place.first;
		place.length = place.last + 1 - place.first;
		if (group->excepts)
			add_exception(walk, place);
		else
			add_hit(walk, group, place);
		return;
	}
}

static void use(struct walk *walk, const struct signal_group *group, struct stretch place)
{
	switch (group->use) {
	case SIGNAL_USE_HIT: add_hit(walk, group, place); return;
	case SIGNAL_USE_FIRST: add_first(walk, group, place); return;
	case SIGNAL_USE_THEN: add_then(walk, group, place); return;
	case SIGNAL_USE_EXCEPTION: add_exception(walk, place); return;
	case SIGNAL_USE_BEFORE: add_before(walk, group, place); return;
	case SIGNAL_USE_AFTER: add_after(walk, group, place); return;
	case SIGNAL_USE_BREAK:
	default: walk->clause++; return;
	}
}

/* The walk. */

/* Whether a word that the phrase ends with ends there. */
static bool stands_alone(const struct walk *walk, const struct signal_phrase *phrase,
                         struct stretch place)
{
	const struct prepared *const text = walk->text;
	const size_t back = mark_at(walk, place.last)->point;

	return !(phrase->word_back && back + 1 < text->count &&
	         signal_is_word(text->points[back + 1].code));
}

static void use_phrases(struct walk *walk, uint32_t first)
{
	for (uint32_t i = first; i != 0; i = walk->book->phrases[i].next) {
		const struct signal_phrase *const phrase = &walk->book->phrases[i];
		const struct stretch place = { .first = walk->at + 1 - phrase->length,
			                       .last = walk->at,
			                       .length = phrase->length };

		if ((phrase->languages & walk->language) != 0 && stands_alone(walk, phrase, place))
			use(walk, phrase->group, place);
	}
}

/* Blank lines end a clause; a line's end alone does not, since programs wrap. */
static bool parts_paragraphs(const struct prepared *text, const struct prepared_point *point)
{
	const char *const from = text->text + point->at;
	const char *const first = memchr(from, '\n', point->end - point->at);

	return first != NULL &&
	       memchr(first + 1, '\n', (size_t)(from + (point->end - point->at) - first - 1)) !=
	           NULL;
}

static bool ends_clause(const struct prepared *text, size_t at)
{
	const struct prepared_point *const point = &text->points[at];

	switch (point->code) {
	case ' ': return parts_paragraphs(text, point);
	case '.':
	case ',':
	case '!':
	case '?':
	case ';':
	case ':':
	case 0x3001: /* the comma and the full stop of Chinese and Japanese */
	case 0x3002: return true;
	default: return false;
	}
}

static bool begins_word(const struct prepared *text, size_t at)
{
	const uint32_t code = text->points[at].code;

	if (signal_is_wide(code))
		return true;
	return signal_is_word(code) && (at == 0 || !(signal_is_word(text->points[at - 1].code) ||
	                                             text->points[at - 1].code == '\''));
}

static void add_mark(struct walk *walk, size_t point)
{
	walk->clause += ends_clause(walk->text, point);
	walk->word += begins_word(walk->text, point);
	walk->marks[walk->at % MARKS] =
	    (struct mark){ .point = point, .word = walk->word, .clause = walk->clause };
}

static uint32_t said(const struct signals *found)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < found->hit_count; i++)
		kinds |= UINT32_C(1) << found->hits[i].kind;
	return kinds;
}

void signals_find(const struct signal_book *book, const struct prepared *text,
                  enum language language, struct signals *found)
{
	struct walk walk;
	uint32_t before = 0;
	uint32_t node = 0;
	size_t point;

	_Static_assert(MARKS > SIGNAL_PHRASE_POINTS_MAX, "a phrase's first point is remembered");
	memset(&walk, 0, offsetof(struct walk, marks));
	walk.book = book;
	walk.text = text;
	walk.found = found;
	walk.language = UINT32_C(1) << language;
	found->hit_count = 0;
	for (size_t at = 0; signal_point_next(text, &at, &point); walk.at++) {
		add_mark(&walk, point);
		const uint32_t code = text->points[point].code;

		node = signal_book_step(book, node, signal_symbol(code, before));
		before = code;
		use_phrases(&walk, book->nodes[node].phrase);
		for (uint32_t end = book->nodes[node].shorter; end != 0;
		     end = book->nodes[end].shorter)
			use_phrases(&walk, book->nodes[end].phrase);
	}
	remove_gone(&walk);
	found->said = said(found);
	signals_score(found->hits, found->hit_count, &found->sentiment_ppm, &found->urgency_ppm);
}
