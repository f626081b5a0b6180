/*
 * programme_fixture - the project's own documents of monitoring programmes, for tests of them.
 */
#ifndef TESTS_SUPPORT_PROGRAMME_FIXTURE_H
#define TESTS_SUPPORT_PROGRAMME_FIXTURE_H

#include "services/chargeback/programme/programme.h"

#define PROGRAMME_VAMP "programmes/visa-vamp-2.json"
#define PROGRAMME_ECM "programmes/mastercard-ecm-1.json"
#define PROGRAMME_EFM "programmes/mastercard-efm-1.json"

/* Into the arena of the test (arena_fixture.h). */
struct programme_policy programme_document(const char *name);

#endif
