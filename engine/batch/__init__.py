"""Cases by the million: the circuit of each edition as SQL over tables of what the cases say.

In: tables in long form, Parquet or CSV. Out: a table with a row for each line, and one of what was rejected, and why.
"""
