# /// script
# dependencies = ["ipykernel==7.4.0", "nbclient==0.11.0"]
# [tool.ecosystem]
# doors = ["client", "native"]
# ///
"""A notebook whose cells await, on the event loop of its kernel."""

import nbformat
from nbclient import NotebookClient

FIRST = """
import os

from pymongo import AsyncMongoClient

client = AsyncMongoClient(os.environ["MONGODB_URI"])
teas = client.shop.teas
"""
CELLS = [
    FIRST,
    "(await teas.insert_many([{'_id': 1, 'name': 'Sencha'}, {'_id': 2, 'name': 'Assam'}]))",
    "counting = teas.count_documents({})",
    "await counting",
    "[tea['name'] async for tea in teas.find().sort('name')]",
    "await teas.find_one({'_id': 3})",
    "await client.close()",
]

notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
NotebookClient(notebook, timeout=60).execute()
for cell in notebook.cells:
    print([output.get("data", output) for output in cell.outputs])
