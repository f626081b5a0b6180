/*
 * model_tool - the classifier's commands on models, without the daemon: --train, --evaluate, --compare.
 */
#include "services/classifier/evaluate.h"
#include "services/classifier/train.h"

#include "common/base/text.h"

int main(int argc, char **argv)
{
	if (argc > 1 && text_equal(argv[1], "--train"))
		return classifier_train(argc - 2, argv + 2);
	if (argc > 1 && text_equal(argv[1], "--evaluate"))
		return classifier_evaluate(argc - 2, argv + 2);
	if (argc > 1 && text_equal(argv[1], "--compare"))
		return classifier_compare(argc - 2, argv + 2);
	fprintf(stderr, "usage: model_tool --train|--evaluate|--compare ...\n");
	return 2;
}
