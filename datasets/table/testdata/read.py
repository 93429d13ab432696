"""Reads tables as csv.reader and float do: a line of JSON for each, in and out.

In: {"text": ..., "delimiter": ...}. Out: the rows, each cell the bits of its number
in hexadecimal, or null where float takes it for none.
"""

import csv
import io
import json
import math
import re
import struct
import sys

csv.field_size_limit(1 << 20)
plain = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def cell(text):
    # float also takes 1_000, inf and digits of other scripts.
    text = text.strip()
    if not plain.fullmatch(text):
        return None
    value = float(text)
    return struct.pack(">d", value).hex() if math.isfinite(value) else None


for line in sys.stdin:
    job = json.loads(line)
    rows = csv.reader(io.StringIO(job["text"], newline=""), delimiter=job["delimiter"], skipinitialspace=True)
    print(json.dumps([[cell(c) for c in row] for row in rows if row]), flush=True)
