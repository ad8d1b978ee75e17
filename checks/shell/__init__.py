"""Shell commands, wherever they stand: RUN, shell and command tasks, provisioners, user data."""
