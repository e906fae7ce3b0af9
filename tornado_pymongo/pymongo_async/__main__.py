"""``python -m tornado_pymongo.pymongo_async ...``: ``python ...``, with these classes installed."""

from tornado_pymongo._launch import launch

if __name__ == "__main__":
    launch("pymongo_async")
