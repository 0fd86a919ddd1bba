"""Linear models and isolation forest of scikit-learn on the examples of a JSON file: prints what tests compare with."""
import json
import sys

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score


def fitted(model, x, y, w):
    model.fit(x, y, sample_weight=w)
    return [float(np.ravel(model.intercept_)[0]), *np.ravel(model.coef_).tolist()]


def linear(case):
    x = np.array(case["x"], dtype=float).reshape(-1, case["columns"])
    w = np.array(case["weights"])
    mean = np.average(x, axis=0, weights=w)
    x = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w))
    labels, targets = np.array(case["labels"]), np.array(case["targets"])
    out = {"logistic": [], "squared": []}
    for penalty, ratio in case["penalties"]:
        c = 1 / (penalty * w.sum())
        out["logistic"].append(fitted(LogisticRegression(penalty="elasticnet", solver="saga", C=c, l1_ratio=ratio, tol=1e-13, max_iter=100000, random_state=0), x, labels, w))
        model = Lasso(alpha=penalty, tol=1e-14, max_iter=100000) if ratio == 1 else ElasticNet(alpha=penalty, l1_ratio=ratio, tol=1e-14, max_iter=100000)
        out["squared"].append(fitted(model, x, targets, w))
    out["ridge"] = fitted(Ridge(alpha=case["ridge"]), x, targets, w)
    return out


def isolation(case):
    x = np.array(case["x"], dtype=float).reshape(-1, case["columns"])
    planted = np.array(case["planted"])
    scores = [-IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(x).score_samples(x) for seed in range(case["seeds"])]
    return {"auc": [roc_auc_score(planted, s) for s in scores], "scores": np.mean(scores, axis=0).tolist()}


with open(sys.argv[1]) as file:
    cases = json.load(file)
print(json.dumps({"linear": linear(cases["linear"]), "isolation": isolation(cases["isolation"])}))
