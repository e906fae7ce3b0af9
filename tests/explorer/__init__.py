"""An explorer of all interleavings of threads (`engine`), and what it explores.

`scenarios` are pairs and triples of events over the real executor and inbox, `invariants` what has
to hold in each, and `faults` what it must find.
"""
