"""The command line, one thin file a command; all work is in the rooms before.

In: arguments, files, standard input. Out: what the other rooms say, on standard output or in files.
"""

import atexit
import gc

# What a start imports and loads stays: it would be searched for garbage again and again, and once more at the end.
gc.set_threshold(50_000, *gc.get_threshold()[1:])
atexit.register(gc.freeze)
