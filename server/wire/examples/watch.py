"""Makes a run, changes eps, and watches what the network predicts, by HTTP alone.

    python3 watch.py [http://127.0.0.1:8080] [token]

Needs nothing but Python 3.8's standard library. GET /api/openapi.json describes
the routes; the comment of the Go package server/wire describes the frames.
"""
import json, struct, sys, time
from urllib.request import Request, urlopen

base = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8080"
headers = {"Authorization": "Bearer " + sys.argv[2]} if len(sys.argv) > 2 else {}

def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(base + path, data, headers, method=method)) as answer:
        return answer.read()

run = json.loads(call("POST", "/api/runs", {"dataset": "mcycle", "seed": 7}))
path, headers["Run-Key"] = "/api/runs/" + run["id"], run["key"]
ack = json.loads(call("POST", path + "/commands", {"type": "change", "set": {"eps": 0.001}}))
print(f"run {run['id']}: eps is 0.001 from revision {ack['revision']}, step {ack['step']}")
for _ in range(5):
    time.sleep(0.2)
    data = call("GET", path + "/frames")
    while data:  # frame after frame: a header of 40 bytes, then scalars and columns
        kind, lane, flags, revision, step, count, columns, scalars = struct.unpack_from("<5xBBB4xIQ4xIHH4x", data)
        first = 40 + 4 * scalars
        end = first + 4 * count * columns
        origins = [0.0] * columns  # what the values of a column are counted from
        if flags & 1:
            origins = struct.unpack_from(f"<{columns}d", data, end)
            end += 8 * columns
        if kind == 3:  # what a lane predicts: a mean and a standard deviation for each x of the grid
            mean, std = ([origins[i] + v for v in struct.unpack_from(f"<{count}f", data, first + 4 * count * i)] for i in (0, 1))
            print(f"step {step}, revision {revision}: mean {min(mean):.2f} to {max(mean):.2f}, std {min(std):.2f} to {max(std):.2f}")
        data = data[end:]
call("DELETE", path)
