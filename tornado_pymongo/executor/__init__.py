"""The bounded threads of a client: knows nothing of PyMongo's insides, nor of event loops."""

from tornado_pymongo.executor.call import REQUEUE as REQUEUE
from tornado_pymongo.executor.call import Call as Call
from tornado_pymongo.executor.call import running_call as running_call
from tornado_pymongo.executor.executor import Executor as Executor
from tornado_pymongo.executor.futures import ThreadFuture as ThreadFuture
from tornado_pymongo.executor.lifecycle import DRAIN as DRAIN
