"""SQL of users: one statement, run by DuckDB in a process of its own that can do nothing else.

The service holds `Engine`; `forks` is the program that it starts, of which every statement gets a
fork (`child`) that ends with it. What may be read is said in `offered`, and what a statement may
contain in `statement`. Two walls stand behind each bound: the engine's own, and the kernel's.
"""
