"""Motor's common names of GridFS."""

from tornado_pymongo.motor import core

AgnosticGridFSBucket = core.MotorGridFSBucket
AgnosticGridIn = core.MotorGridIn
AgnosticGridOut = core.MotorGridOut
AgnosticGridOutCursor = core.MotorGridOutCursor
