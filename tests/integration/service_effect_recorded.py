#!/usr/bin/env python3
"""service_effect_recorded - a recorded day with effects is the same to the byte, on one instance or three.

    service_effect_recorded.py FOLDER

Once on an instance that is killed again and again, once on three: the toy daemon's tables and facts are compared
row by row. Prints `ok service_effect_recorded: ...` or `FAIL service_effect_recorded: ...` for each promise.
"""
import datetime
import os
import sys

import toy_mesh
from toy_mesh import check, judge, until

POSTS, ACCOUNTS, KILLS = 240, 60, 5
SETTINGS = {"MESH_MODE": "recorded", "TOY_RECEIPT": "3ms"}
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
TABLES = "seen", "account", "rate", "open_account", "receipt", "blob", "timer", "effect_pending", "effect_answered", "fact"


def send(mesh, feeder, second, partition, **fields):
    time = (START + datetime.timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    feeder.producer.produce(toy_mesh.JOURNAL, toy_mesh.pack(**fields), fields["key"], partition, headers=[
        ("ce_time", time), ("ce_source", "edge"), ("ce_id", fields["ref"])])


def feed_day(mesh, feeder):
    """Four postings a second, to every account in turn; then the clock goes on, on every partition."""
    for number in range(POSTS):
        ref, account = f"day-{number}", f"account-{number % ACCOUNTS}"
        feeder.refs[ref], feeder.owners[ref] = number, account
        send(mesh, feeder, number // 4, number % mesh.partitions, kind="post", key=account, ref=ref, number=number)
    for second in 1000, 2000:
        for partition in range(mesh.partitions):
            send(mesh, feeder, second, partition, kind="rate", key="eur", ref=f"end-{second}-{partition}", number=1)
    feeder.flush()


def answered(mesh):
    return mesh.query("select count(*) from effect_answered")[0][0]


def run_day(folder, instances, kills):
    """The rows of a day, by table."""
    os.makedirs(folder)
    os.chmod(folder, 0o711)
    mesh = toy_mesh.ToyMesh(folder)
    feeder = toy_mesh.Feeder(mesh)
    try:
        started = [mesh.start(f"toy-{number}", **SETTINGS).ready() for number in range(instances)]
        feed_day(mesh, feeder)
        for kill in range(kills):
            until(lambda count=kill: answered(mesh) > count * ACCOUNTS // kills, "some receipts")
            started[0].kill()
            started[0] = mesh.start("toy-0", **SETTINGS).ready()
        judge(mesh, feeder, f"{instances} instances, {kills} kills: each account has its receipt")
        until(lambda: mesh.query("select min(now) from shard")[0][0] >= START + datetime.timedelta(seconds=2000),
              "the day to end")
        done = mesh.run("--rebuild", "settlement", "--verify", **SETTINGS)
        check(done.returncode == 0, "and a rebuild is the same", done)
        return {table: sorted(map(repr, mesh.query(f"select * from {table}"))) for table in TABLES}
    finally:
        mesh.finish()


def main():
    one = run_day(os.path.join(sys.argv[1], "one"), 1, KILLS)
    three = run_day(os.path.join(sys.argv[1], "three"), 3, 0)
    for table in TABLES:
        differ = [(a, b) for a, b in zip(one[table], three[table]) if a != b]
        check(one[table] == three[table], f"{table}: {len(one[table])} rows are the same", differ[:3])
    return 1 if toy_mesh.failures else 0


if __name__ == "__main__":
    sys.exit(main())
