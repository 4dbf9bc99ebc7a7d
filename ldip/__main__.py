"""``python -m ldip``, which is the same as ``ldip``."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # Python put the current folder first, and would execute a click.py or numba.py that lies there: last instead.
        sys.path.append(sys.path.pop(0))
    from ldip.cli import entry

    entry()
