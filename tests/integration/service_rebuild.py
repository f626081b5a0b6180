#!/usr/bin/env python3
"""service_rebuild - tables and facts of a stage are what its journal makes of the topics, and damage is told.

    service_rebuild.py FOLDER [STORY...]

Prints `ok service_rebuild: ...` or `FAIL service_rebuild: ...` for each promise. The toy daemon's past has a
kill, refusals and two instances in it.
"""
import sys

import toy_mesh
from toy_mesh import check, judge

STAGES = "intake", "account", "settlement"


def rebuild(mesh, stage):
    return mesh.run("--rebuild", stage, "--verify")


def story_same(mesh, feeder):
    one = mesh.start("toy-1").ready()
    two = mesh.start("toy-2").ready()
    feeder.post(3000)
    feeder.rate("eur", 7)
    feeder.flush()
    one.kill()
    one = mesh.start("toy-1").ready()
    feeder.post(500)
    feeder.send(kind="post", key="account-2", ref="rebuilt poison", number=1, bad="account")
    feeder.flush()
    judge(mesh, feeder, "before a rebuild all is well")
    for stage in STAGES:
        done = rebuild(mesh, stage)
        check(done.returncode == 0, f"{stage}: tables and facts are what journal and topics make", done)
        check(f"{stage}: the same" in done.stdout, f"{stage}: while the daemon runs, and it says so", done)
    check(one.stop() == 0 and two.stop() == 0, "the daemon does not notice", one.lines()[-3:])


DAMAGES = [  # what somebody did by hand, how it is undone, what is told
    ("update account set sum = sum + 1 where account = 'account-3'",
     "update account set sum = sum - 1 where account = 'account-3'", "account: 1 rows: differs in sum"),
    ("insert into account values (0, 'nobody', 1, 1)", "delete from account where account = 'nobody'",
     "account: 1 rows: missing in the replay"),
    ("update fact set subject = 'else' where stream = 'account/1' and sequence = 2",
     "update fact set subject = null where stream = 'account/1' and sequence = 2",
     "fact: 1 rows: differs in subject"),
    ("update shard set now = now + interval '1 us' where stage = 'account' and shard = 2",
     "update shard set now = now - interval '1 us' where stage = 'account' and shard = 2",
     "shard: 1 rows: differs in now"),
    ("delete from rate where shard = 3 returning null", "insert into rate select 3, name, rate, since from rate"
     " where shard = 0", "rate: 1 rows: only in the replay"),
]


def story_damaged(mesh, feeder):
    for harm, mend, told in DAMAGES:
        mesh.execute(harm)
        done = rebuild(mesh, "account")
        check(done.returncode == 1 and told in done.stdout, f"by hand: {harm}: {told}", done)
        mesh.execute(mend)
    done = rebuild(mesh, "account")
    check(done.returncode == 0, "what was mended is the same again", done)


def story_lost(mesh, feeder):
    check(rebuild(mesh, "nobody").returncode == 2, "a stage that the daemon does not have is a wrong usage")
    mesh.kafka("stop")
    check(rebuild(mesh, "account").returncode == 3, "without a broker it says so, and exit 3")
    mesh.kafka("start")
    mesh.postgres("stop")
    check(rebuild(mesh, "account").returncode == 3, "without a database too")
    mesh.postgres("start")
    before = mesh.query("select runs from batch_journal where stage = 'account' and shard = 0 and runs <> ''")
    mesh.execute("delete from batch_journal where stage = 'account' and shard = 0 and number = 1")
    done = rebuild(mesh, "account")
    check(before and done.returncode == 1 and "account/0: the journal has no batch 1" in done.stdout
          and "account/3: alike" in done.stdout, "a batch that is missing is told, and the other shards go on", done)


if __name__ == "__main__":
    sys.exit(toy_mesh.tell([story_same, story_damaged, story_lost]))
