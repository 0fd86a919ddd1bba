"""hmmlearn's hidden Markov models and arch's volatility models on the rows and returns of a JSON file: prints what tests compare with."""
import json
import sys

import numpy as np
from arch import arch_model
from hmmlearn.hmm import GaussianHMM


def hidden(rows, given):
    x = np.array(rows).reshape(-1, 2)
    free = dict(n_components=2, covariance_type="diag", covars_prior=0, covars_weight=0, min_covar=1e-6)
    fits = [GaussianHMM(**free, n_iter=2000, tol=1e-12, random_state=seed).fit(x) for seed in range(5)]
    fit = max(fits, key=lambda one: one.score(x))
    order = np.argsort(fit.means_[:, 0])
    model = GaussianHMM(**free)
    model.startprob_, model.transmat_ = np.array(given["initial"]), np.array(given["transition"])
    model.means_, model.covars_ = np.array(given["means"]), np.array(given["variances"])
    return {
        "fit": {
            "logLikelihood": fit.score(x),
            "means": fit.means_[order].tolist(),
            "variances": np.array([np.diag(fit.covars_[i]) for i in order]).tolist(),
            "transition": fit.transmat_[order][:, order].tolist(),
        },
        "given": {
            "logLikelihood": model.score(x),
            # The last posterior of a prefix is the filtered probability of its last row.
            "filtered": [float(model.predict_proba(x[: row + 1])[-1, 0]) for row in given["rows"]],
        },
    }


def volatility(returns):
    kinds = {"garch": dict(vol="GARCH", p=1, q=1), "gjr": dict(vol="GARCH", p=1, o=1, q=1), "egarch": dict(vol="EGARCH", p=1, o=1, q=1)}
    out = {}
    for kind, settings in kinds.items():
        fit = arch_model(np.array(returns), mean="Constant", rescale=False, **settings).fit(disp="off", tol=1e-12, cov_type="classic")
        names = ["mu", "omega", "alpha[1]", "gamma[1]", "beta[1]"]
        out[kind] = {
            "logLikelihood": fit.loglikelihood,
            "parameters": [float(fit.params.get(name, 0)) for name in names],
            "errors": [float(fit.std_err.get(name, 0)) for name in names],
        }
    return out


with open(sys.argv[1]) as file:
    case = json.load(file)
answer = {}
if "rows" in case:
    answer["hidden"] = hidden(case["rows"], case["given"])
if "returns" in case:
    answer["volatility"] = volatility(case["returns"])
print(json.dumps(answer))
