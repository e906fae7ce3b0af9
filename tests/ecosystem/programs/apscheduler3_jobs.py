# /// script
# dependencies = ["apscheduler==3.11.3"]
# [tool.ecosystem]
# doors = ["delegate"]
# ///
"""APScheduler 3: its scheduler has a thread of its own, and keeps its jobs by the delegate."""

import asyncio
import os

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.jobstores.mongodb import MongoDBJobStore
from apscheduler.schedulers.background import BackgroundScheduler

import tornado_pymongo


class Store(MongoDBJobStore):
    """APScheduler's, which leaves the client open."""

    def shutdown(self) -> None:
        """Do nothing: it would close the delegate."""


def brew(tea: str) -> str:
    """Be a job: run in a thread of APScheduler's."""
    if tea == "coffee":
        raise ValueError("that is no tea")
    return f"a cup of {tea}"


async def main() -> None:
    """Run two jobs, and find a third in the store."""
    client = tornado_pymongo.MongoClient(os.environ["MONGODB_URI"])
    store = Store("shop", "jobs", client=client.delegate)
    scheduler = BackgroundScheduler(jobstores={"default": store})

    loop = asyncio.get_running_loop()
    executed: asyncio.Queue[JobExecutionEvent] = asyncio.Queue()

    def tell(event: JobExecutionEvent) -> None:
        loop.call_soon_threadsafe(executed.put_nowait, event)

    scheduler.add_listener(tell, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    await client.run_in_worker(scheduler.start)  # it makes an index

    for tea in "Assam", "coffee":
        await client.run_in_worker(scheduler.add_job, brew, args=[tea])
        event = await executed.get()
        print(event.retval, event.exception)
    await client.run_in_worker(
        scheduler.add_job, brew, "cron", args=["Sencha"], id="tea time", year=9999
    )
    jobs = await client.run_in_worker(scheduler.get_jobs)
    print([(job.id, job.args) for job in jobs])
    print(await client.run_in_worker(client.delegate.shop.jobs.distinct, "_id"))

    await client.run_in_worker(scheduler.shutdown)
    await client.close()


if __name__ == "__main__":
    asyncio.run(main())
