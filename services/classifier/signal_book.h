/*
 * signal_book - the phrases of all documents as one automaton: what signal.c and signal_document.c share.
 *
 * Aho and Corasick's: a tree of the phrases' points whose nodes know where to go on when the next point
 * does not fit, so that a text is walked once for any number of phrases. Points are those of prepared.h
 * without apostrophes ("dont" is "don't") and without blanks between characters of Chinese, Japanese or
 * Korean, where people break lines and space words as they like. A letter that begins a word is another
 * symbol than the same letter within one: a phrase cannot begin within a word, and is not looked for there.
 */
#ifndef SERVICES_CLASSIFIER_SIGNAL_BOOK_H
#define SERVICES_CLASSIFIER_SIGNAL_BOOK_H

#include "services/classifier/signal.h"

#define SIGNAL_PHRASE_POINTS_MAX 96 /* of one phrase; the walk remembers as many */
#define SIGNAL_PHRASES_MAX 65536    /* of all documents, alternatives counted apart */

/* What a phrase is for. */
enum signal_use {
	SIGNAL_USE_HIT,
	SIGNAL_USE_FIRST,     /* the first part of a pair */
	SIGNAL_USE_THEN,      /* its second: behind the first one it is a hit that spans both */
	SIGNAL_USE_EXCEPTION, /* what it touches says nothing: "cancel the meeting" */
	SIGNAL_USE_BEFORE,    /* negates the next hit behind it */
	SIGNAL_USE_AFTER,     /* negates the last hit before it */
	SIGNAL_USE_BREAK,     /* no negation reaches over it: "but" */
};

enum signal_negated {
	SIGNAL_NEGATED_VOID,   /* a negated hit is none */
	SIGNAL_NEGATED_STANDS, /* it is not looked at: "it does not work" */
	SIGNAL_NEGATED_KIND,   /* it is one of another kind */
};

/* A group of phrases. */
struct signal_group {
	const char *id;
	enum signal_use use;
	enum signal_kind kind; /* of a hit */
	enum signal_negated negated;
	enum signal_kind negated_kind;
	int32_t weight_ppm;
	bool excepts;       /* of a pair: it is an exception */
	uint32_t pair;      /* of both parts of a pair: the same number, from 1 */
	uint32_t reach;     /* of negators and pairs: words between; a character of CJK is one */
	uint32_t languages; /* a bit for each language in which it counts */
};

struct signal_phrase {
	const struct signal_group *group;
	uint32_t length;    /* points */
	bool word_back;     /* it ends with a letter that words are made of */
	uint32_t languages; /* the group\'s */
	uint32_t next;      /* another phrase of the same points; 0: none */
};

struct signal_node {
	uint32_t children; /* the first of them: they lie together, by their symbols */
	uint32_t child_count;
	uint32_t fail;    /* the longest end of this node's points that is a node */
	uint32_t phrase;  /* that ends here; 0: none */
	uint32_t shorter; /* the next node on the way of fails where one ends; 0: none */
};

/* The root has far more children than others, and nearly every point asks it: an open table. */
struct signal_start {
	uint32_t symbol;
	uint32_t node; /* 0: none */
};

/* Nodes are in the order of their depth; the first is the root. */
struct signal_book {
	const struct signal_node *nodes;
	const uint32_t *symbols; /* of each node, the one that leads to it */
	size_t node_count;
	const struct signal_start *starts;
	uint32_t start_mask;
	const struct signal_phrase *phrases; /* the first is none */
};

/* The points of a text that count, one after another. *point: which it is; *at begins as 0. */
bool signal_point_next(const struct prepared *text, size_t *at, size_t *point);
/* Letters and digits of scripts that part words with blanks. */
bool signal_is_word(uint32_t code);
/* Characters of Chinese, Japanese and Korean. */
bool signal_is_wide(uint32_t code);

/* What the automaton goes by: the point, and whether it begins a word behind the one before (0: none). */
uint32_t signal_symbol(uint32_t code, uint32_t before);

/* A book that is being made, in an arena that may go when it is finished. */
struct signal_making;
/* Room for so many phrases and points. */
struct signal_making *signal_making_new(struct arena *scratch, size_t phrases, size_t points);
/* 1 to SIGNAL_PHRASE_POINTS_MAX points, as signal_point_next gave them. */
void signal_making_add(struct signal_making *making, const struct signal_group *group,
                       const uint32_t *codes, size_t count);
/* When all are added: the book to be used, as large as it must be, in the arena. */
const struct signal_book *signal_book_finish(struct signal_making *making, struct arena *arena);
/* Where a symbol leads from a node. */
uint32_t signal_book_step(const struct signal_book *book, uint32_t node, uint32_t symbol);

#endif
