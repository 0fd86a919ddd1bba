"""Models of the Python wheels of LightGBM, XGBoost and scikit-learn on the examples of a folder.

Argument: the folder. It holds cases.json and files of little-endian doubles (features row by row, targets, weights); each case is
answered by N-answer.json (model text, rounds) and N-predictions.bin, N-contributions.bin, N-interactions.bin.
"""

import json
import os
import sys

import numpy as np

folder = sys.argv[1]


def examples(part):
    flat = np.fromfile(os.path.join(folder, part["file"]), "<f8")
    n, k = part["rows"], part["columns"]
    return flat[: n * k].reshape(n, k), flat[n * k : n * k + n], flat[n * k + n :]


def weights_or_none(w):
    return None if np.all(w == 1) else w


def lightgbm(case):
    import lightgbm as lgb

    x, y, w = examples(case["train"])
    p = {**case["parameters"], "deterministic": True, "force_row_wise": True, "verbosity": -1, "num_threads": 1}
    train = lgb.Dataset(
        x,
        y,
        weight=weights_or_none(w),
        group=case["train"]["groups"],
        feature_name=case["featureNames"],
        categorical_feature=case["categorical"] or "auto",
        params=p,
    )
    sets, calls = [], []
    if case["validation"]:
        vx, vy, vw = examples(case["validation"])
        sets = [lgb.Dataset(vx, vy, weight=weights_or_none(vw), group=case["validation"]["groups"], reference=train)]
        calls = [lgb.early_stopping(case["validation"]["patience"], first_metric_only=True, verbose=False)]
    booster = lgb.train(p, train, case["rounds"], valid_sets=sets, callbacks=calls)
    rounds = booster.best_iteration if case["validation"] else booster.current_iteration()
    later = examples(case["later"])[0]
    contributions = booster.predict(later, pred_contrib=True, num_iteration=rounds)
    return booster.model_to_string(num_iteration=rounds), rounds, booster.predict(later, num_iteration=rounds), contributions, []


def xgboost(case):
    import xgboost as xgb

    types = ["c" if i in case["categorical"] else "float" for i in range(len(case["featureNames"]))] if case["categorical"] else None

    def matrix(part):
        x, y, w = examples(part)
        names = {"feature_names": case["featureNames"], "feature_types": types, "enable_categorical": types is not None}
        d = xgb.DMatrix(x, y, weight=weights_or_none(w), nthread=1, **names)
        if part["groups"]:
            d.set_group(part["groups"])
        return d

    p = {**case["parameters"], "tree_method": "hist", "nthread": 1, "verbosity": 0}
    watch = {}
    if case["validation"]:
        evals = [(matrix(case["validation"]), "validation")]
        watch = {"evals": evals, "early_stopping_rounds": case["validation"]["patience"], "verbose_eval": False}
    booster = xgb.train(p, matrix(case["train"]), case["rounds"], **watch)
    if case["validation"]:
        booster = booster[: booster.best_iteration + 1]
    later = matrix(case["later"])
    interactions = booster.predict(later, pred_interactions=True, strict_shape=True)[: case["interactionRows"]]
    text = booster.save_raw("json").decode()
    return text, booster.num_boosted_rounds(), booster.predict(later), booster.predict(later, pred_contribs=True), interactions


def forest(case):
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

    maker = RandomForestClassifier if case["library"] == "random-forest" else ExtraTreesClassifier
    x, y, w = examples(case["train"])
    model = maker(n_estimators=case["rounds"], n_jobs=1, **case["parameters"]).fit(x, y, sample_weight=w)
    return None, case["rounds"], model.predict_proba(examples(case["later"])[0])[:, 1], [], []


makers = {"lightgbm": lightgbm, "xgboost": xgboost, "random-forest": forest, "extra-trees": forest}
for i, case in enumerate(json.load(open(os.path.join(folder, "cases.json")))):
    model, rounds, *values = makers[case["library"]](case)
    with open(os.path.join(folder, f"{i}-answer.json"), "w") as out:
        json.dump({"model": model, "rounds": int(rounds)}, out)
    for name, array in zip(["predictions", "contributions", "interactions"], values):
        np.asarray(array, "<f8").tofile(os.path.join(folder, f"{i}-{name}.bin"))
