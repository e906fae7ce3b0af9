"""The one place that uses undocumented names of PyMongo; `contract` lists them all."""
