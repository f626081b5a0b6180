#!/usr/bin/python3
"""classifier - the model against scikit-learn with the same features, on Banking77.

    classifier.py OUT       OUT: the build, e.g. build/release

Both learn from the train file and are asked the test file, in this run. The data is looked for in
$BANKING77 and in ../shared/data/banking77/banking_data; without it, or without scikit-learn, the row is
skipped and says so.
"""

import csv
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

BAR_ACCURACY = 91.0
BAR_BEHIND_PEER = 0.5  # points
BAR_FASTER = 10
BAR_US = 100
BAR_RATE = 10000
BAR_OPEN_MS = 100
BAR_MEMORY_MIB = 160
BAR_TRAINING_S = 120
MESSAGES = 20000


def find_data():
    here = os.path.dirname(os.path.abspath(__file__))
    places = [os.environ.get("BANKING77", ""), f"{here}/../../../shared/data/banking77/banking_data"]
    for place in places:
        if place and os.path.exists(f"{place}/train.csv") and os.path.exists(f"{place}/test.csv"):
            return place
    return None


def spent_by_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(out, data, folder):
    """Accuracy in percent, seconds of CPU for training, and the figures of classifier_bench."""
    model = f"{folder}/banking77.model"
    begin = spent_by_children()
    subprocess.run([f"{out}/bin/classifier", "--train", f"{data}/train.csv", "--out", model],
                   check=True, stdout=subprocess.DEVNULL)
    training = spent_by_children() - begin
    answer = subprocess.run([f"{out}/bin/classifier", "--evaluate", f"{data}/test.csv", "--model", model],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    accuracy = float(re.search(r"^accuracy ([\d.]+) %", answer, re.M).group(1))
    error = float(re.search(r"calibration error ([\d.]+)", answer).group(1))
    figures = json.loads(subprocess.run(
        [f"{out}/tests/bench/classifier_bench", model, f"{data}/test.csv", str(MESSAGES)],
        check=True, stdout=subprocess.PIPE, text=True).stdout)
    return accuracy, error, training, figures


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [row[0] for row in rows], [row[1] for row in rows]


def peer(data):
    """Accuracy in percent, seconds of CPU for training, microseconds of CPU for a prediction."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    texts, labels = read(f"{data}/train.csv")
    asked, right = read(f"{data}/test.csv")
    pipeline = make_pipeline(
        make_union(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
                   TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)),
        LinearSVC())
    begin = time.process_time()
    pipeline.fit(texts, labels)
    training = time.process_time() - begin
    begin = time.process_time()
    answers = pipeline.predict(asked)
    each = (time.process_time() - begin) / len(asked) * 1e6
    accuracy = 100.0 * sum(a == b for a, b in zip(answers, right)) / len(right)
    return accuracy, training, each


def bench_classifier(out, judge):
    """judge(what, measured, bar, good) for each bar."""
    data = find_data()
    if data is None:
        print("skip   classifier: no Banking77; BANKING77 names the folder of train.csv and test.csv", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        accuracy, error, training, figures = ours(out, data, folder)
    judge("classifier: accuracy on Banking77", f"{accuracy:.2f} %", f"{BAR_ACCURACY} %",
          accuracy >= BAR_ACCURACY)
    judge("classifier: training on Banking77, CPU with calibration", f"{training:.1f} s",
          f"{BAR_TRAINING_S} s", training < BAR_TRAINING_S)
    rate = 1e6 / figures["us_200"]
    judge("classifier: messages of 200 bytes a second on one core", f"{rate:.0f}", BAR_RATE,
          rate >= BAR_RATE)
    judge("classifier: CPU of a verdict of 200 bytes", f"{figures['us_200']:.1f} us", f"{BAR_US} us",
          figures["us_200"] <= BAR_US)
    judge("classifier: the model opens", f"{figures['open_ms']:.1f} ms", f"{BAR_OPEN_MS} ms",
          figures["open_ms"] < BAR_OPEN_MS)
    judge("classifier: resident memory with the model", f"{figures['resident_kib'] / 1024:.0f} MiB",
          f"{BAR_MEMORY_MIB} MiB", figures["resident_kib"] / 1024 < BAR_MEMORY_MIB)
    print(f"       classifier: expected calibration error on Banking77 {error:.4f}", flush=True)
    try:
        their_accuracy, their_training, their_us = peer(data)
    except ImportError:
        print("skip   classifier's peer: python3-sklearn is missing, run 'make setup'", flush=True)
        return
    print(f"       scikit-learn: accuracy {their_accuracy:.2f} %, training {their_training:.1f} s of CPU,"
          f" {their_us:.0f} us a prediction", flush=True)
    judge("classifier: accuracy against scikit-learn", f"{accuracy - their_accuracy:+.2f} points",
          f"-{BAR_BEHIND_PEER} points", accuracy >= their_accuracy - BAR_BEHIND_PEER)
    print(f"       ours: {figures['us_label']:.1f} us a prediction, {figures['us']:.1f} us with confidences"
          " and reasons", flush=True)
    faster = their_us / figures["us_label"]
    judge("classifier: predictions a CPU second against scikit-learn", f"{faster:.1f} times",
          f"{BAR_FASTER} times", faster >= BAR_FASTER)


def main():
    missed = []

    def judge(what, measured, bar, good):
        print(f"{'met' if good else 'MISSED':6} {what}: {measured}, bar {bar}", flush=True)
        if not good:
            missed.append(what)

    bench_classifier(os.path.abspath(sys.argv[1]), judge)
    return 1 if missed else 0


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    sys.exit(main())
