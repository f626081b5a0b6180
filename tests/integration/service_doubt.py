#!/usr/bin/env python3
"""service_doubt - a daemon that cannot trust its world stops a shard and says why, or waits; it never guesses.

    service_doubt.py FOLDER [STORY...]

Servers that are away at the start, too many refusals, a database set back, a topic made anew, a topic of
another shape. Prints `ok service_doubt: ...` or `FAIL service_doubt: ...` for each promise. From the story of
the topic made anew on, the mesh is broken for good.
"""
import os
import signal
import sys
import time

import confluent_kafka.admin
import psycopg

import toy_mesh
from toy_mesh import check, judge, until


def unready(one, words):
    """Waits until it says that it is not ready, with these words."""
    until(lambda: one.get("/readyz")[0] == 503 and words in one.get("/readyz")[1] or one.process.poll() is not None,
          f"{one.name} to say: {words}")
    return one.process.poll() is None


def stop_well(one, name):
    check(one.stop() == 0, name, one.lines()[-3:])


def story_absent(mesh, feeder):
    mesh.kafka("stop")
    one = mesh.start("toy-1")
    check(unready(one, "starting"), "without a broker at the start it waits, not ready")
    until(lambda: one.said("waiting for the lead topic"), "it to say what it waits for")
    check(one.get("/livez")[0] == 200, "alive, and says what it waits for")
    stop_well(one, "and stops as asked")
    one = mesh.start("toy-1")
    mesh.kafka("start")
    one.ready()
    check(True, "it goes on when the broker comes")
    stop_well(one, "and stops as asked then")
    mesh.postgres("stop")
    one = mesh.start("toy-1")
    check(unready(one, "the database cannot be reached"), "without a database at the start it waits, and says so")
    mesh.postgres("start")
    one.ready()
    feeder.post(300)
    feeder.flush()
    judge(mesh, feeder, "it goes on when the database comes")
    stop_well(one, "and stops as asked afterwards")


def freeze(mesh, server):
    """Stops every process of a server: it keeps its connections and answers nothing. Answers what wakes it."""
    pid = int(mesh.read(server + ".pid"))
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
        pids = [pid] + [int(child) for child in children.read().split()]
    for one in pids:
        os.kill(one, signal.SIGSTOP)
    return lambda: [os.kill(one, signal.SIGCONT) for one in pids]


def story_frozen_server(mesh, feeder):
    for server in "kafka", "postgres":
        one = mesh.start("toy-1").ready()
        feeder.post(500)
        feeder.flush()
        thaw = freeze(mesh, server)
        time.sleep(1)
        status = one.stop()
        thaw()
        check(status in (0, 3), f"with a {server} that hangs it ends all the same", one.lines()[-3:])
        print(f"# with exit status {status}")
    one = mesh.start("toy-1").ready()
    judge(mesh, feeder, "and afterwards everything is said once")
    stop_well(one, "by an instance that stops as asked")


def story_schema(mesh, feeder):
    mesh.execute("alter table rate rename column since to until")
    one = mesh.start("toy-1")
    check(one.wait() == 3, "a schema without a column ends it with exit 3", one.lines()[-3:])
    check("since" in str(one.said("gave up")), "and a line that names the column", one.lines()[-3:])
    mesh.execute("alter table rate rename column until to since")


def story_refusals(mesh, feeder):
    """A bug must not empty a topic into the dead letters: account-1 lies in one shard of the stage."""
    one = mesh.start("toy-1").ready()
    for number in range(30):
        feeder.send(0, kind="post", key="account-1", ref=f"bug-{number}", number=1, bad="account")
    feeder.flush()
    check(unready(one, "refus"), "many refusals in a row stop the shard, which is not ready", one.lines()[-3:])
    letters = [letter for letter in mesh.records(toy_mesh.BY_ACCOUNT + ".dlq")]
    check(0 < len(letters) <= 10, "no more than ten of them became dead letters", len(letters))
    check(one.metrics().get('opsmesh_shards_stopped{stage="account"}') == 1, "the metrics say that one shard stopped",
          one.metrics())
    before = mesh.query("select count(*) from fact where stream like 'intake/%'")
    feeder.send(0, kind="rate", key="usd", ref="rate-usd", number=2)
    feeder.flush()
    until(lambda: mesh.query("select count(*) from fact where stream like 'intake/%'") > before, "intake to go on")
    until(lambda: mesh.query("select count(*) from rate where name = 'usd'")[0][0] == mesh.partitions - 1,
          "the other shards to go on")
    check(True, "the other shards go on")
    stop_well(one, "it stops as asked")
    one = mesh.start("toy-1")
    check(unready(one, "refus"), "started again it stops the shard again")
    stop_well(one, "and ends as asked")


def copy_database(mesh, source, target):
    with psycopg.connect(mesh.read("postgres/admin_url"), autocommit=True) as database:
        database.execute(f"create database {target} template {source}")


def swap_database(mesh, name, aside):
    """name becomes the mesh's database; the one that was it is kept aside."""
    with psycopg.connect(mesh.read("postgres/admin_url"), autocommit=True) as database:
        database.execute(f"alter database mesh rename to {aside}")
        database.execute(f"alter database {name} rename to mesh")
        database.execute("alter role toy in database mesh set search_path = toy")


def story_set_back(mesh, feeder):
    copy_database(mesh, "mesh", "earlier")
    one = mesh.start("toy-1").ready()
    feeder.post(300)
    feeder.flush()
    mesh.settle(feeder)
    stop_well(one, "before the database is set back, it stops as asked")
    swap_database(mesh, "earlier", "later")
    one = mesh.start("toy-1")
    check(unready(one, "set back"), "a database that was set back stops the shards, and it says so", one.lines()[-3:])
    stop_well(one, "it stops as asked")
    swap_database(mesh, "later", "earlier")
    one = mesh.start("toy-1").ready()
    judge(mesh, feeder, "with the right database it goes on, and everything was said once")
    stop_well(one, "and stops")


def story_made_anew(mesh, feeder):
    one = mesh.start("toy-1").ready()
    feeder.post(300)
    feeder.flush()
    mesh.settle(feeder)
    stop_well(one, "before a topic is made anew, it stops as asked")
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": mesh.brokers})
    admin.delete_topics([toy_mesh.ACCOUNTS])[toy_mesh.ACCOUNTS].result()
    topic = confluent_kafka.admin.NewTopic(toy_mesh.ACCOUNTS, mesh.partitions, 1)
    until(lambda: created(admin, topic), "the topic to be made anew")
    facts = mesh.query("select count(*) from fact where stream like 'settlement/%'")
    one = mesh.start("toy-1")
    check(unready(one, toy_mesh.ACCOUNTS) or unready(one, "made anew"), "a topic that was made anew stops the shards",
          one.lines()[-3:])
    time.sleep(2)
    check(mesh.query("select count(*) from fact where stream like 'settlement/%'") == facts,
          "which then say nothing")
    stop_well(one, "it stops as asked")


def created(admin, topic):
    try:
        admin.create_topics([topic])[topic.topic].result()
        return True
    except confluent_kafka.KafkaException:
        return False


def story_shape(mesh, feeder):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": mesh.brokers})
    more = confluent_kafka.admin.NewPartitions(toy_mesh.BY_ACCOUNT, mesh.partitions + 1)
    admin.create_partitions([more])[toy_mesh.BY_ACCOUNT].result()
    one = mesh.start("toy-1")
    check(unready(one, "has 5 partitions, this mesh has 4"), "a topic of another shape stops it, with the numbers",
          one.lines()[-3:])
    stop_well(one, "it stops as asked")


STORIES = [story_absent, story_frozen_server, story_schema, story_set_back, story_made_anew, story_refusals, story_shape]


if __name__ == "__main__":
    sys.exit(toy_mesh.tell(STORIES))
