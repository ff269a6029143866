"""What commands that help to decide tell in a terminal: lines and tables in each language.

Names of strategies stay as they are typed; outcomes, levers, loops and units are told by their titles.
"""
