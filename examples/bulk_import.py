"""A bulk import into MongoDB, with a progress bar.

::

    python examples/bulk_import.py [FILE.csv] [--key COLUMN] [--in-flight NUMBER]

Imports a CSV file with a header line, or, without one, as many made-up rows as `--rows` says, into
`tornado_pymongo_import.rows` of the MongoDB that MONGODB_URI names, else of one of its own, which
ends with it. Each row replaces the one with the same key: an import that was interrupted is
completed by starting it again.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pymongo import ReplaceOne
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

import tornado_pymongo
from tornado_pymongo.testing import MongoServer

BATCH = 1000


class Source:
    """Rows of a file, or made up, and how much of it has been read."""

    def __init__(self, file: Path | None, rows: int, key: str) -> None:
        self.key = key
        self.total = rows if file is None else file.stat().st_size
        self.read = 0
        self.rows = self._make_up(rows) if file is None else self._read(file)

    def batch(self) -> tuple[list[ReplaceOne[dict[str, Any]]], int]:
        """Return what is to be done for the next rows, and how much they are of the total."""
        before = self.read
        rows = islice(self.rows, BATCH)
        wishes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        return wishes, self.read - before

    def _make_up(self, rows: int) -> Iterator[dict[str, Any]]:
        for n in range(rows):
            self.read += 1
            yield {"_id": f"tea-{n}", "name": f"Tea {n}", "price_cents": 500 + n * 37 % 2000}

    def _read(self, file: Path) -> Iterator[dict[str, Any]]:
        with file.open("rb") as raw:
            for row in csv.DictReader((line.decode() for line in raw), strict=True):
                self.read = raw.tell()
                yield {"_id": row.pop(self.key), **row}


async def bulk_import(uri: str, source: Source, in_flight: int, console: Console) -> int:
    """Import all rows; return how many are new or different."""
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %")
    numbers = TextColumn("{task.fields[rows]:,} rows"), TimeRemainingColumn()
    changed = 0
    async with tornado_pymongo.MongoClient(uri, serverSelectionTimeoutMS=5000) as client:
        rows = client.tornado_pymongo_import.rows
        with Progress(*columns, *numbers, console=console) as progress:
            bar = progress.add_task("Importing", total=source.total, rows=0)
            done = 0

            async def load() -> None:
                nonlocal changed, done
                # One reads the file at a time, while the others' batches are on their way.
                while True:
                    async with reading:
                        batch, size = await client.run_in_worker(source.batch)
                    if not batch:
                        return
                    result = await rows.bulk_write(batch, ordered=False)
                    changed += result.upserted_count + result.modified_count
                    done += len(batch)
                    progress.update(bar, advance=size, rows=done)

            reading = asyncio.Lock()
            await asyncio.gather(*(load() for _ in range(in_flight)))
            progress.update(bar, completed=source.total)
    return changed


def run() -> None:
    """Import, and say in one line how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--key", default="_id", help="the column with what a row is known by")
    parser.add_argument("--rows", type=int, default=200_000, help="how many to make up")
    parser.add_argument("--in-flight", type=int, default=4, help="how many batches at a time")
    options = parser.parse_args()
    console = Console()
    try:
        source = Source(options.file, options.rows, options.key)
        with MongoServer() as mongodb:
            changed = asyncio.run(bulk_import(mongodb.uri, source, options.in_flight, console))
    except KeyboardInterrupt:
        sys.exit("Interrupted: start it again to complete it.")
    except KeyError as error:
        sys.exit(f"There is no column {error}: choose another --key.")
    except (OSError, ValueError, csv.Error, PyMongoError) as error:
        sys.exit(f"It cannot go on: {error}")
    console.print(f"Done: {changed:,} rows are new or different.")


if __name__ == "__main__":
    run()
