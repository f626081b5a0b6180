/*
 * macro_check - macros and playbooks against the glossaries that are in force with them.
 *
 * What it finds does not keep the classifier from starting: a wrong word is for who wrote it, before it
 * is published. The lint asks here.
 */
#ifndef SERVICES_CLASSIFIER_MACRO_CHECK_H
#define SERVICES_CLASSIFIER_MACRO_CHECK_H

#include "services/classifier/suggest.h"

/* Adds a line "file: path: what is wrong" for each text that breaks a glossary. True: there is none. */
bool macro_check(const struct suggest_book *book, struct buffer *report) MUST_CHECK;

#endif
