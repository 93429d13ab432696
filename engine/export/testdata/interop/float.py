"""Predicts where there is float32 alone, and in ONNX's own reference: reads a list of
{file, float_file, inputs, x} as JSON from the standard input, and writes for each what
tract makes of the graph in float32, and what the reference makes of both graphs, as
[mean, std]."""
import json
import sys

import numpy as np
import onnx
import tract
from onnx.reference import ReferenceEvaluator


def by_tract(file, x):
    model = tract.onnx().load(file)
    model.set_input_fact(0, f"{x.shape[0]},{x.shape[1]},f32")
    names = [model.output_name(i) for i in range(model.output_count())]
    results = model.into_model().into_runnable().run([x])
    return [r.to_numpy() for r in (results[names.index(n)] for n in ("mean", "std"))]


def by_reference(file, x):
    return ReferenceEvaluator(onnx.load(file)).run(["mean", "std"], {"x": x})


def answer(results, kind):
    for r in results:
        if r.dtype != kind:
            raise TypeError(f"{r.dtype}, not {kind}")
    return [r.astype(np.float64).ravel().tolist() for r in results]


answers = []
for case in json.load(sys.stdin):
    x = np.array(case["x"]).reshape(-1, case["inputs"])
    narrow = x.astype(np.float32)
    onnx.checker.check_model(onnx.load(case["float_file"]), full_check=True)
    answers.append({
        "tract": answer(by_tract(case["float_file"], narrow), np.float32),
        "reference": answer(by_reference(case["file"], x), np.float64),
        "reference_float": answer(by_reference(case["float_file"], narrow), np.float32),
    })
json.dump(answers, sys.stdout)
