"""The model's own question in tables: catch up, explore, or both; open or closed.

Everything here names strategies, parameters, levers and outcomes of this model, by name alone: no equation is
looked into. Nothing of the program imports it, and no wheel contains it. `python -m question` prints all
tables as Markdown; `python -m question.frozen` renews the table that tests compare with.
"""
