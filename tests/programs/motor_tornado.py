"""A program for Motor with Tornado, of the style with ``yield`` too.

``tests/test_programs.py`` runs it as it is, and with its first import changed.
"""

import asyncio
import os

import motor
from tornado import gen
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler


class NotesHandler(RequestHandler):
    async def get(self):
        notes = self.settings["db"].notes.find({}, {"_id": 0}).sort("_id")
        self.write({"notes": await notes.to_list(length=100)})

    async def post(self):
        note = {"text": self.get_argument("text")}
        result = await self.settings["db"].notes.insert_one(note)
        self.set_status(201)
        self.write({"new": result.inserted_id is not None})


@gen.coroutine
def notes(db):
    result = yield db.notes.insert_one({"_id": 1, "text": "yield"})
    print("inserted", result.inserted_id)
    yield [db.notes.insert_one({"_id": n, "text": "many"}) for n in (2, 3)]
    note = yield db.notes.find_one({"_id": 2})
    print("found", note)
    count, names = yield [db.notes.count_documents({}), db.list_collection_names()]
    print("count", count, "notes" in names)
    yield db.notes.update_many({"text": "many"}, {"$set": {"read": True}})
    documents = yield db.notes.find({"read": True}).sort("_id").to_list(None)
    print("read", documents)
    yield db.notes.delete_many({"_id": {"$in": [2, 3]}})


@gen.coroutine
def each(db):
    done = gen.Future()

    def show(note, error):
        if error or not note:
            done.set_result(error)
        else:
            print("each", note["text"])

    db.notes.find().sort("_id").each(callback=show)
    print("error", (yield done))


async def serve(db):
    socket, port = bind_unused_port()
    server = HTTPServer(Application([("/notes", NotesHandler)], db=db))
    server.add_socket(socket)
    http, url = AsyncHTTPClient(), f"http://127.0.0.1:{port}/notes"
    response = await http.fetch(url, method="POST", body="text=posted")
    print(response.code, response.body)
    response = await http.fetch(url)
    print(response.code, response.body)
    http.close()
    server.stop()
    await server.close_all_connections()


async def main(client):
    db = client.tornado_pymongo_test
    print("names", db.name, db.notes.full_name, db.notes.old.name, client["a"]["b"].name)
    print("kinds", isinstance(db, motor.MotorDatabase), isinstance(db.a, motor.MotorCollection))
    await db.notes.drop()
    await notes(db)
    await serve(db)
    await each(db)
    try:
        await db.notes.insert_one({"_id": 1})
    except Exception as error:
        print(type(error).__name__)
    await db.notes.drop()
    print("loop", client.get_io_loop() is IOLoop.current())


if __name__ == "__main__":
    client = motor.MotorClient(os.environ["MONGODB_URI"])
    asyncio.run(main(client))
    client.close()
