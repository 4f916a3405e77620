"""The command line, one thin file a command; all work is in the rooms before.

In: arguments, files, standard input. Out: what the other rooms say, on standard output or in files.
"""
