/*
 * provider_words - objects of the provider as tests write them, for provider_said.
 */
#ifndef TESTS_SUPPORT_PROVIDER_WORDS_H
#define TESTS_SUPPORT_PROVIDER_WORDS_H

#define SUB(status_, more_)                                                                      \
	"{'id':'sub_1','object':'subscription','customer':'cus_1','status':'" status_ "'," more_ \
	"'currency':'usd','metadata':{}}"
#define INV(status_, more_)                                                                \
	"{'id':'in_1','object':'invoice','customer':'cus_1','status':'" status_ "'," more_ \
	"'currency':'usd','total':900}"
#define DP(status_) \
	"{'id':'dp_1','object':'dispute','charge':'ch_1','status':'" status_ "','amount':900}"
#define CH(more_)                                                                         \
	"{'id':'ch_1','object':'charge','status':'succeeded','currency':'usd'," more_ "," \
	"'amount':900}"
#define CUS(name_) "{'id':'cus_1','object':'customer','name':'" name_ "'}"

#endif
