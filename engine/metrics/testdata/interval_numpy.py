"""Writes interval_numpy.json: what NumPy makes of the interval score of single central
intervals (Gneiting & Raftery 2007, equation 43) on the predictions of
uncertainty_metrics.json.gz. Run it in this folder; the file in it was made with NumPy
2.4.6."""

import gzip
import json
from statistics import NormalDist

import numpy as np

with gzip.open("uncertainty_metrics.json.gz") as f:
    cases = json.load(f)["cases"]
scores = {}
for c in cases:
    mean, std, y = (np.array(c[k]) for k in ("mean", "std", "y"))
    of = scores[c["name"]] = {}
    for percent in (50, 68, 90, 95):
        alpha = 1 - percent / 100
        z = NormalDist().inv_cdf(1 - alpha / 2)
        low, high = mean - z * std, mean + z * std
        score = (high - low) + 2 / alpha * np.maximum(low - y, 0) + 2 / alpha * np.maximum(y - high, 0)
        of[f"interval_{percent}"] = float(score.mean())
with open("interval_numpy.json", "w") as f:
    json.dump(scores, f, indent=1)
    f.write("\n")
