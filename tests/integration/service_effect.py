#!/usr/bin/env python3
"""service_effect - what a stage has asked for is answered, and the answer folded once, whatever dies meanwhile.

    service_effect.py FOLDER [STORY...]

Prints `ok service_effect: ...` or `FAIL service_effect: ...` for each promise. The toy daemon writes a receipt of
each account that was settled: an effect, whose answer is a record on toy.receipts.v1, and whose text is a blob.
"""
import random
import sys

import confluent_kafka
import toy_mesh
from toy_mesh import check, judge, until

KILLS = 25
SLOW = {"TOY_SETTLE": "0s", "TOY_RECEIPT": "400ms"}
SWIFT = {"TOY_SETTLE": "0s"}
chance = random.Random("effect")


def pending(mesh):
    return mesh.query("select count(*) from effect_pending")[0][0]


def answered(mesh):
    return mesh.query("select count(*) from effect_answered")[0][0]


def post_new(feeder, count, pause_s=0.0):
    """Postings to accounts that nobody posted to before: each has a receipt to come."""
    first = len(feeder.refs)
    for number in range(first, first + count):
        ref, account = f"effect-{number}", f"receipt-{number}"
        feeder.refs[ref], feeder.owners[ref] = number, account
        feeder.send(kind="post", key=account, ref=ref, number=number)
    feeder.flush()


def story_lone(mesh, feeder):
    one = mesh.start("toy-1", **SWIFT).ready()
    post_new(feeder, 50)
    judge(mesh, feeder, "each account has its receipt")
    name = 'opsmesh_effects_%s{stage="settlement",effect="receipt"}'
    metrics = one.metrics()
    check(metrics.get(name % "started_total") == metrics.get(name % "answered_total") == 50
          and metrics.get(name % "failed_total") == 0, "the daemon counts them", metrics)
    check(one.stop() == 0, "it stops as asked", one.lines()[-3:])


def story_before_the_answer(mesh, feeder):
    """Killed while the first of them runs: nothing of it is left but the wish."""
    one = mesh.start("toy-1", **SLOW).ready()
    before = answered(mesh)
    post_new(feeder, 3)
    until(lambda: pending(mesh) == 3, "the receipts to be asked for")
    one.kill()
    check(answered(mesh) == before, "an effect that was killed has no answer")
    mesh.start("toy-1", **SWIFT).ready()
    judge(mesh, feeder, "and the next process does it, once")
    mesh.instances[-1].kill()


def story_killed(mesh, feeder):
    asked = folded = 0
    for _ in range(KILLS):
        one = mesh.start("toy-1", TOY_SETTLE="0s", TOY_RECEIPT="5ms").ready()
        before = answered(mesh)
        post_new(feeder, 40)
        target = chance.randrange(40)
        until(lambda: answered(mesh) - before >= target, "some receipts")
        one.kill()
        asked += pending(mesh)
        folded += answered(mesh) - before
    check(asked > 0 and folded > 0, f"{KILLS} kills left {asked} receipts to come, of {asked + folded}")
    one = mesh.start("toy-1", **SWIFT).ready()
    judge(mesh, feeder, "after kill -9 at any time each receipt is there, once")
    print(f"# {len(mesh.records(toy_mesh.RECEIPTS)) - answered(mesh)} answers were repeated")
    check(one.stop() == 0, "it stops as asked", one.lines()[-3:])


def repeat(mesh, records, **changes):
    """Puts records on the topic again, as an owner that was might; changes: of headers."""
    producer = confluent_kafka.Producer({"bootstrap.servers": mesh.brokers, "log_level": 0})
    for record in records:
        headers = {**record.headers, **changes}
        producer.produce(toy_mesh.RECEIPTS, record.value, record.key, record.partition, headers=list(headers.items()))
    assert producer.flush(60) == 0


def lagging(mesh):
    ends = {record.partition: record.offset + 1 for record in mesh.records(toy_mesh.RECEIPTS)}
    read = dict(mesh.query("select shard, next_offset from input_offset where stage = 'settlement'"
                           f" and topic = '{toy_mesh.RECEIPTS}'"))
    return any(read.get(partition, 0) < end for partition, end in ends.items())


def story_repeated(mesh, feeder):
    one = mesh.start("toy-1", **SWIFT).ready()
    records = mesh.records(toy_mesh.RECEIPTS)
    repeat(mesh, records)
    repeat(mesh, records[:20], ce_subject=b"nobody's")
    until(lambda: not lagging(mesh), "all of that to be read")
    post_new(feeder, 10)
    judge(mesh, feeder, "an answer that comes again, or to nobody, has no effect")
    check(mesh.query("select count(*) from dead_letter")[0][0] == 0, "and is no dead letter")
    check(one.stop() == 0, "it stops as asked", one.lines()[-3:])


def story_frozen(mesh, feeder):
    one = mesh.start("toy-1", GROUP_SESSION="6s", TOY_SETTLE="0s", TOY_RECEIPT="50ms").ready()
    two = mesh.start("toy-2", GROUP_SESSION="6s", **SWIFT).ready()
    until(lambda: one.shards() == two.shards() > 0, "the shards to be shared")
    shards = one.shards() + two.shards()
    before = answered(mesh)
    post_new(feeder, 200)
    until(lambda: answered(mesh) > before and pending(mesh) > 0, "the instances to be at work")
    one.freeze()
    until(lambda: two.shards() == shards, "the other to have all shards")
    judge(mesh, feeder, "what a frozen owner has asked for is done by the next one")
    count = len(mesh.records(toy_mesh.RECEIPTS))
    one.thaw()
    until(lambda: one.process.poll() is not None or two.shards() < shards
          or one.metrics() and one.shards() == 0, "the old owner to find out")
    post_new(feeder, 50)
    judge(mesh, feeder, "and when it wakes up, what it still says has no effect")
    print(f"# it repeated {len(mesh.records(toy_mesh.RECEIPTS)) - count - 50} answers")
    for instance in one, two:
        if instance.process.poll() is None:
            instance.kill()


def story_deadly(mesh, feeder):
    """Behind all that is judged: its account has no receipt that is kept."""
    mesh.start("toy-1", **SWIFT).ready()
    feeder.send(kind="post", key="deadly", ref="deadly-1", number=1)
    feeder.flush()
    deaths = 0
    while deaths < 9:
        one = mesh.instances[-1]
        until(lambda: one.process.poll() is not None
              or mesh.query("select 1 from receipt where account = 'deadly'"), "it to die, or its receipt to fail")
        if one.process.poll() is None:
            break
        deaths += 1
        mesh.start("toy-1", **SWIFT)
    said = mesh.query("select digest from receipt where account = 'deadly'")
    check(deaths == 3 and said and "three times" in said[0][0], f"an effect that kills its process {deaths} times"
          f" is said to have failed", said)
    mesh.instances[-1].kill()


def story_rebuilt(mesh, feeder):
    before = len(mesh.records(toy_mesh.RECEIPTS))
    done = mesh.run("--rebuild", "settlement", "--verify", **SWIFT)
    check(done.returncode == 0 and "settlement: the same" in done.stdout, "a rebuild folds the answers on the log",
          done)
    check(len(mesh.records(toy_mesh.RECEIPTS)) == before, "and runs no effect")


STORIES = [story_lone, story_before_the_answer, story_killed, story_repeated, story_frozen,
           story_deadly, story_rebuilt]


if __name__ == "__main__":
    sys.exit(toy_mesh.tell(STORIES))
