"""LightGBM and XGBoost by their Python wheels.

Arguments: file of little-endian doubles (features row by row, then targets), rows, columns. Then lines on stdin, each answered on stdout
by a line of JSON: "train LIBRARY THREADS ROUNDS {parameters}" by {"seconds", "check"} (sha256 of the trees' text), "predict LIBRARY CALLS"
by {"p50", "p99", "check"} of one-row predictions of the model trained last.
"""

import hashlib
import json
import sys
import time

import lightgbm as lgb
import numpy as np
import xgboost as xgb

rows, columns = int(sys.argv[2]), int(sys.argv[3])
flat = np.fromfile(sys.argv[1], "<f8")
x, y = flat[: rows * columns].reshape(rows, columns), flat[rows * columns :]
names = [f"f{i}" for i in range(columns)]
models = {}


def train_lightgbm(parameters, threads, rounds):
    p = {**parameters, "num_threads": threads, "deterministic": True, "force_row_wise": True, "verbosity": -1}
    return lgb.train(p, lgb.Dataset(x, y, feature_name=names, params=p), rounds)


def train_xgboost(parameters, threads, rounds):
    p = {**parameters, "nthread": threads, "tree_method": "hist", "verbosity": 0}
    return xgb.train(p, xgb.DMatrix(x, y, feature_names=names, nthread=threads), rounds)


def text_of(library, model):
    if library == "lightgbm":
        text = model.model_to_string()
        return text[: text.index("end of trees")]
    return model.save_raw("json").decode()


def predict(library, row):
    # Both without the checks of names that a bare array has no use for.
    return models[library].predict(row)[0] if library == "lightgbm" else models[library].inplace_predict(row, validate_features=False)[0]


print("ready", flush=True)
for line in sys.stdin:
    kind, library, *rest = line.strip().split(" ", 4)
    if kind == "train":
        threads, rounds, parameters = int(rest[0]), int(rest[1]), json.loads(rest[2])
        start = time.perf_counter()
        models[library] = (train_lightgbm if library == "lightgbm" else train_xgboost)(parameters, threads, rounds)
        seconds = time.perf_counter() - start
        answer = {"seconds": seconds, "check": hashlib.sha256(text_of(library, models[library]).encode()).hexdigest()}
    else:
        taken, total = [], 0.0
        for i in range(int(rest[0])):
            row = x[i : i + 1]
            start = time.perf_counter()
            value = predict(library, row)
            taken.append(time.perf_counter() - start)
            total += float(value)
        answer = {"p50": float(np.quantile(taken, 0.5)), "p99": float(np.quantile(taken, 0.99)), "check": total}
    print(json.dumps(answer), flush=True)
