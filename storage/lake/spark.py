"""The same kernel on more than one machine: what Apache Spark's ``mapInArrow`` calls.

Spark only hands out buckets and gathers answers; files are read and computed as in
:mod:`storage.lake.running`. All machines have to see the folder. Spark itself is not
imported here, it calls:

    buckets = [(bucket.number, bucket.generation) for bucket in Manifest.read(folder).buckets]
    rows = spark.createDataFrame(buckets, "bucket long, generation long")
    rows.repartition(len(buckets)).mapInArrow(on_buckets(folder, task), schema)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from storage.lake.layout import BucketFiles
from storage.lake.running import keep_memory

#: What is computed of one bucket, as one or more batches of the schema given to Spark.
Task = Callable[[BucketFiles], pa.Table]
MapInArrow = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def on_buckets(folder: Path, task: Task) -> MapInArrow:
    """Return a function that answers rows (``bucket``, ``generation``) by what ``task`` says.

    ``task`` must be importable on the machines that work.
    """

    def answers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        keep_memory()
        for batch in batches:
            for row in batch.to_pylist():
                files = BucketFiles(folder, row["bucket"], row["generation"])
                yield from task(files).to_batches()

    return answers
