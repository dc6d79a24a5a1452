"""`python -m tests.chaos`: every scene, or those named; the exit code is 1 where an invariant did not hold."""

if __name__ == "__main__":  # each process that is forked for a run imports this module again
    from tests.chaos.run import command

    command()
