"""Checks and loads exported files: reads a list of {folder, inputs, targets, x} as JSON
from the standard input, has onnx check each folder's model.onnx, and writes what
model_torch.py with model.safetensors, and model_numpy.py, predict for the rows."""
import importlib.util
import json
import os
import sys

import onnx


def load(folder, name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(folder, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def flat(results, rows, targets):
    """The values row by row. Of one target there is no dimension of targets."""
    for v in results:
        if tuple(v.shape) != ((rows,) if targets == 1 else (rows, targets)):
            raise ValueError(f"{targets} targets of {rows} rows have the shape {tuple(v.shape)}")
    return [v.reshape(-1).tolist() for v in results]


answers = []
for case in json.load(sys.stdin):
    folder, inputs, x = case["folder"], case["inputs"], case["x"]
    rows = [x[i : i + inputs] for i in range(0, len(x), inputs)]
    model = onnx.load(os.path.join(folder, "model.onnx"))
    onnx.checker.check_model(model, full_check=True)
    torch = load(folder, "model_torch").load(os.path.join(folder, "model.safetensors"))
    numpy = load(folder, "model_numpy")
    answers.append({
        "ir": model.ir_version,
        "opset": [o.version for o in model.opset_import],
        "producer": model.producer_name,
        "texts": {p.key: p.value for p in model.metadata_props},
        "torch": flat(torch.predict(rows), len(rows), case["targets"]),
        "numpy": flat(numpy.predict(rows), len(rows), case["targets"]),
    })
json.dump(answers, sys.stdout)
