"""``python -m tornado_pymongo.motor ...``: ``python ...``, with Motor's names installed."""

from tornado_pymongo._launch import launch

if __name__ == "__main__":
    launch("motor")
