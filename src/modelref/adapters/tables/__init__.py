"""Tables: results per user, and inputs.

They are read in a child process with limits: nobody vouches for the files, and what reads them is
large.
"""
