"""`python -m twintrack`: the same as the command `twintrack`."""

from twintrack.cli import program

if __name__ == "__main__":
    program()
