#!/usr/bin/env python3
"""service - what every daemon does by itself, told by the toy daemon as processes.

    service.py FOLDER [STORY...]

Prints `ok service: ...` or `FAIL service: ...` for each promise. Every story begins with no instance
running; the topics and tables go on from one to the next, and are judged whole at its end.
"""
import json
import sys
import time

import toy_mesh
from toy_mesh import check, judge, until

SHARDS = 12  # three stages on four partitions


def story_options(mesh, feeder):
    described = json.loads(mesh.run("--describe").stdout)
    check([stage["name"] for stage in described["stages"]] == ["intake", "account", "settlement"],
          "--describe prints the tables as JSON", described)
    check(mesh.run("--check").returncode == 0, "--check finds good settings good")
    wrong = mesh.run("--check", BATCH_EVENTS="many")
    check(wrong.returncode == 1 and wrong.stderr.startswith("toy: BATCH_EVENTS") and wrong.stderr.count("\n") == 1,
          "a wrong setting is one line that names it, and exit 1", wrong)
    check(mesh.run("--nonsense").returncode == 2, "a wrong option is exit 2")
    check(mesh.run("--migrate").returncode == 0, "--migrate is safe to repeat")
    usage = mesh.run("--help").stdout
    check("TOY_SETTLE" in usage and "settlement" in usage, "--help names the daemon's own settings and stages")


def story_lone(mesh, feeder):
    feeder.post(2000)
    feeder.rate("eur", 7)
    feeder.flush()
    one = mesh.start("toy-1").ready()
    judge(mesh, feeder, "a lone instance folds all there is and says each fact once")
    check(mesh.query("select count(*), min(rate), max(rate) from rate") == [(mesh.partitions, 7, 7)],
          "a fact to all partitions is known to every shard")
    check(one.shards() == SHARDS, "it has every shard")
    check(one.get("/livez")[0] == 200, "it says that it lives")
    metrics = until(lambda: one.metrics().get('opsmesh_lag_messages{stage="intake",topic="toy.journal.v1"}') == 0
                    and one.metrics(), "the lag to be 0")
    check(metrics['opsmesh_events_dead_lettered_total{stage="account"}'] == 0
          and metrics['opsmesh_events_consumed_total{stage="account"}'] >= len(feeder.refs)
          and metrics["opsmesh_transactions_total"] > 0, "its metrics count what it did", metrics)
    story_stop(one)


def story_stop(one):
    one.process.terminate()
    unready = False
    while one.process.poll() is None:
        status = one.get("/readyz")[0]
        unready = unready or status == 503
    check(one.process.returncode == 0, "SIGTERM ends with exit 0", one.lines()[-3:])
    check(unready or one.said("stopping"), "not ready before it stops")
    check(one.said("stopped") and not one.said("facts are left to be published after the next start"),
          "what was committed is published before it ends", one.lines()[-3:])


def story_killed(mesh, feeder):
    one = mesh.start("toy-1").ready()
    for _ in range(3):
        before = mesh.counted()
        feeder.post(3000)
        feeder.flush()
        until(lambda: mesh.counted() > before, "the instance to be at work")
        one.kill()
        one = mesh.start("toy-1").ready()
    judge(mesh, feeder, "an instance that is killed and started again goes on where it was")
    check(one.stop() == 0, "and stops as asked")


def story_two(mesh, feeder):
    one = mesh.start("toy-1").ready()
    feeder.post(1000)
    two = mesh.start("toy-2").ready()
    until(lambda: one.shards() == SHARDS / 2 and two.shards() == SHARDS / 2, "the shards to be shared")
    check(True, "a second instance gets half of the shards")
    feeder.post(3000)
    feeder.flush()
    judge(mesh, feeder, "two instances say each fact once")
    before = mesh.query("select sum(epoch)::bigint from shard")
    two.kill()
    started = time.monotonic()
    two = mesh.start("toy-2").ready()
    print(f"# an instance of the same name was ready {time.monotonic() - started:.2f} s after its start")
    until(lambda: two.shards() == SHARDS / 2, "it to have its shards back")
    check(one.shards() == SHARDS / 2 and
          mesh.query("select sum(epoch)::bigint from shard")[0][0] == before[0][0] + SHARDS / 2,
          "one that is killed has its own shards back, and the other does not notice")
    feeder.post(1000)
    feeder.flush()
    judge(mesh, feeder, "and says each fact once")
    check(one.stop() == 0 and two.stop() == 0, "both stop as asked", one.lines()[-3:] + two.lines()[-3:])


def story_broker(mesh, feeder):
    one = mesh.start("toy-1").ready()
    two = mesh.start("toy-2").ready()
    feeder.post(2000)
    feeder.flush()
    mesh.kafka("kill")
    time.sleep(2)
    check(one.process.poll() is None and two.process.poll() is None, "no instance ends while the broker is away")
    check(one.get("/livez")[0] == 200, "and they live")
    mesh.kafka("start")
    feeder.post(2000)
    feeder.flush()
    judge(mesh, feeder, "after the broker was killed everything is said once")
    check(one.process.poll() is None and two.process.poll() is None, "and no instance had to be started again",
          one.lines()[-3:] + two.lines()[-3:])
    check(one.stop() == 0 and two.stop() == 0, "both stop as asked", one.lines()[-3:] + two.lines()[-3:])


def story_database(mesh, feeder):
    one = mesh.start("toy-1").ready()
    for verb in "kill", "restart":
        feeder.post(2000)
        feeder.flush()
        if verb == "kill":
            mesh.postgres("kill")
            until(lambda: one.get("/readyz")[0] == 503, "the instance to notice")
            check("database" in one.get("/readyz")[1], "without a database it is not ready, and says why")
            mesh.postgres("start")
        else:
            mesh.postgres("restart")
        feeder.post(500)
        feeder.flush()
        one.ready()
        judge(mesh, feeder, f"after a {verb} of the database everything is said once")
    check(one.said("the database went away") and one.said("the database answers again"),
          "the outage is told when it begins and when it ends", one.lines())
    mesh.postgres("kill")
    check(one.stop() == 0, "without a database it stops as asked", one.lines()[-3:])
    mesh.postgres("start")


def story_poison(mesh, feeder):
    one = mesh.start("toy-1").ready()
    feeder.send(kind="post", key="account-1", ref="poison", number=1, bad="account")
    feeder.post(200)
    feeder.flush()
    judge(mesh, feeder, "an event that is refused leaves no trace in state and facts")
    letters = until(lambda: mesh.records(toy_mesh.BY_ACCOUNT + ".dlq"), "the dead letter")
    check(len(letters) == 1 and letters[0].headers["dlq_consumer"] == b"account"
          and b"poison is bad" in letters[0].headers["dlq_reason"],
          "it lies on the dead letter topic once, with who refused it and why", letters)
    check(one.stop() == 0, "and the instance goes on", one.lines()[-3:])


def story_crash_note(mesh, feeder):
    feeder.send(kind="post", key="account-1", ref="deadly", number=1, bad="account dies")
    feeder.post(50)
    feeder.flush()
    for _ in range(3):
        check(mesh.start("toy-1").wait() < 0, "a handler that crashes ends the process")
    one = mesh.start("toy-1").ready()
    judge(mesh, feeder, "an event that crashed its handler three times is set aside")
    letters = until(lambda: [letter for letter in mesh.records(toy_mesh.BY_ACCOUNT + ".dlq")
                             if toy_mesh.unpack(letter.value)["ref"] == "deadly"], "the dead letter")
    check(len(letters) == 1, "as a dead letter", letters)
    check(one.stop() == 0, "and the instance goes on", one.lines()[-3:])


def epochs(mesh):
    return mesh.query("select stage, shard, epoch, owner from shard order by 1, 2")


def story_frozen(mesh, feeder):
    """Frozen at work, so that it wakes up in the middle of things: of a batch, or of publishing."""
    one = mesh.start("toy-1", GROUP_SESSION="6s").ready()
    two = mesh.start("toy-2", GROUP_SESSION="6s").ready()
    until(lambda: one.shards() == SHARDS / 2 and two.shards() == SHARDS / 2, "the shards to be shared")
    before = mesh.counted()
    feeder.post(4000)
    feeder.flush()
    until(lambda: mesh.counted() > before, "the instances to be at work")
    one.freeze()
    until(lambda: two.shards() == SHARDS, "the other to have all shards")
    check(True, "the shards of a frozen instance go to the other one")
    feeder.post(1000)
    feeder.flush()
    judge(mesh, feeder, "which says each fact once")
    rows = mesh.query("select count(*) from fact"), mesh.query("select count(*) from batch_journal"
                                                               " where runs <> ''")
    records = len(mesh.records(toy_mesh.ACCOUNTS)), len(mesh.records(toy_mesh.SETTLED))
    one.thaw()
    until(lambda: one.process.poll() is not None or one.said("no broker can be reached") or two.shards() < SHARDS
          or one.metrics() and one.shards() == 0, "the old owner to find out")
    check((mesh.query("select count(*) from fact"), mesh.query("select count(*) from batch_journal"
                                                               " where runs <> ''")) == rows,
          "the old owner wakes up and writes nothing")
    feeder.post(500)
    feeder.flush()
    judge(mesh, feeder, "nor says anything that was not said before")
    print(f"# it repeated {len(mesh.records(toy_mesh.ACCOUNTS)) - records[0] - 500} records")
    ended = one.process.poll()
    check(ended in (None, 3), "it ends to be started again, or joins again", one.lines()[-3:])
    if ended is not None:
        one = mesh.start("toy-1", GROUP_SESSION="6s")
    one.ready()
    until(lambda: one.shards() == SHARDS / 2 and two.shards() == SHARDS / 2, "the shards to be shared again")
    feeder.post(500)
    feeder.flush()
    judge(mesh, feeder, "and is one of the two again")
    check(one.stop() == 0 and two.stop() == 0, "both stop as asked", one.lines()[-3:] + two.lines()[-3:])


STORIES = [story_options, story_lone, story_killed, story_two, story_broker, story_database, story_poison,
           story_crash_note, story_frozen]


if __name__ == "__main__":
    sys.exit(toy_mesh.tell(STORIES))
