/*
 * guide_fixture - the project's own documents with a small model, trained on the spot.
 *
 * The model knows six intents (refund, duplicate_charge, login, outage, how_to, praise), in English and
 * Japanese, by the project's training text. Programs run in the top folder of the tree.
 */
#ifndef TESTS_SUPPORT_GUIDE_FIXTURE_H
#define TESTS_SUPPORT_GUIDE_FIXTURE_H

#include "services/classifier/guide.h"

/* Compiled once for a program, for as long as it lives. */
const struct guide *guide_fixture(void);
/* The same documents with another model, of a version of its own: so many intents are left out. */
const struct guide *guide_fixture_other(void);

#endif
