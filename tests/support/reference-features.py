"""Features by other means: TA-Lib where it has the indicator, else the formula of the paper in numpy, pandas or scipy.

Arguments: folder of market data, folder to write. Reads real klines, writes per data set the bars and the reference columns as
little-endian doubles, column after column, and prints what it wrote as JSON:
{"sets": [{"file", "rows", "bars": [column], "periodMs", "funding": n, "features": [{"name", "reference", "tolerance"}]}]}.
Tolerances are relative to the larger of the value and the column's standard deviation.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.stats
import talib
from numpy.lib.stride_tricks import sliding_window_view

EXACT = 1e-9
# Seeds differ or a long recursion rounds: forgotten to 1e-8 of it after the warm-up.
SMOOTHED = 1e-6

source, target = Path(sys.argv[1]), Path(sys.argv[2])


def windows(values, n):
    """[rows x n]; rows of NaN where the window is not full."""
    padded = np.concatenate([np.full(n - 1, np.nan), np.asarray(values, float)])
    return sliding_window_view(padded, n)


def over(values, n, function):
    """function of each full window without NaN, one number each."""
    view = windows(values, n)
    out = np.full(len(view), np.nan)
    whole = ~np.isnan(view).any(axis=1)
    out[whole] = function(view[whole])
    return out


def mean(values, n):
    return over(values, n, lambda w: w.mean(axis=1))


def total(values, n):
    return over(values, n, lambda w: w.sum(axis=1))


def deviation(values, n):
    return over(values, n, lambda w: w.std(axis=1, ddof=1))


def ema(values, span):
    return pd.Series(values).ewm(span=span, adjust=False, ignore_na=True).mean().to_numpy()


def wilder(values, n):
    return pd.Series(values).ewm(alpha=1 / n, adjust=False, ignore_na=True).mean().to_numpy()


def lag(values, n=1):
    return pd.Series(values).shift(n).to_numpy()


def correlation(a, b, n):
    return pd.Series([np.nan] * (n - 1) + [np.corrcoef(x, y)[0, 1] for x, y in zip(windows(a, n)[n - 1 :], windows(b, n)[n - 1 :])]).to_numpy()


def rank(values, n):
    view = windows(values, n + 1)
    before, last = view[:, :-1], view[:, -1:]
    out = ((before < last).sum(axis=1) + 0.5 * (before == last).sum(axis=1)) / n
    return np.where(np.isnan(view).any(axis=1), np.nan, out)


def realized(c, n):
    r = np.log(c / lag(c))
    return np.sqrt(mean(r * r, n))


def true_range(h, l, c):
    p = lag(c)
    return np.where(np.isnan(p), np.nan, np.maximum.reduce([h - l, np.abs(h - p), np.abs(l - p)]))


def rogers_satchell(o, h, l, c):
    return np.log(h / c) * np.log(h / o) + np.log(l / c) * np.log(l / o)


def fractional(c, d):
    w = [1.0]
    while abs(w[-1] * (len(w) - 1 - d) / len(w)) >= 0.001:
        w.append(w[-1] * (len(w) - 1 - d) / len(w))
    return over(np.log(c), len(w), lambda x: x[:, ::-1] @ np.array(w))


def line(c, n):
    x = np.arange(n)
    fits = [np.polyfit(x, w, 1) for w in windows(c, n)[n - 1 :]]
    pad = [np.nan] * (n - 1)
    return np.array(pad + [f[0] for f in fits]), np.array(pad + [np.polyval(f, n - 1) for f in fits])


def corwin_schultz(h, l, c):
    out = np.full(len(c), np.nan)
    for t in range(1, len(c)):
        top, bottom = h[t], l[t]
        if l[t] > c[t - 1]:
            top, bottom = h[t] - (l[t] - c[t - 1]), c[t - 1]
        elif h[t] < c[t - 1]:
            top, bottom = c[t - 1], l[t] + (c[t - 1] - h[t])
        beta = np.log(top / bottom) ** 2 + np.log(h[t - 1] / l[t - 1]) ** 2
        gamma = np.log(max(top, h[t - 1]) / min(bottom, l[t - 1])) ** 2
        k = 3 - 2 * np.sqrt(2)
        alpha = (np.sqrt(2 * beta) - np.sqrt(beta)) / k - np.sqrt(gamma / k)
        out[t] = max(2 * (np.exp(alpha) - 1) / (1 + np.exp(alpha)), 0)
    return mean(out, 20)


def streaks(c):
    out, run = np.full(len(c), np.nan), 0
    for t in range(1, len(c)):
        step = np.sign(c[t] - c[t - 1])
        run = 0 if step == 0 else (run + step if run * step > 0 else step)
        out[t] = run
    return np.clip(out, -20, 20)


def super_trend(h, l, c):
    """Both bands followed from the first bar on."""
    middle, band = (h + l) / 2, 3 * talib.ATR(h, l, c, 10)
    upper, lower, side = middle + band, middle - band, np.ones(len(c))
    for t in range(11, len(c)):
        if c[t - 1] <= upper[t - 1]:
            upper[t] = min(upper[t], upper[t - 1])
        if c[t - 1] >= lower[t - 1]:
            lower[t] = max(lower[t], lower[t - 1])
        side[t] = side[t - 1]
        if side[t - 1] == 1 and c[t] < lower[t]:
            side[t] = -1
        elif side[t - 1] == -1 and c[t] > upper[t]:
            side[t] = 1
    return side, np.where(side == 1, lower, upper)


def fisher(h, l):
    m = (h + l) / 2
    top, low = pd.Series(m).rolling(10).max().to_numpy(), pd.Series(m).rolling(10).min().to_numpy()
    x, y, out = 0.0, 0.0, np.full(len(m), np.nan)
    for t in range(9, len(m)):
        x = 0.33 * 2 * ((m[t] - low[t]) / (top[t] - low[t]) - 0.5) + 0.67 * x
        x = max(-0.999, min(0.999, x))
        y = 0.5 * np.log((1 + x) / (1 - x)) + 0.5 * y
        out[t] = y
    return out


def profile(h, l, c, v, read, n=96, levels=24):
    """Levels by whole numbers of cents, so that a price on an edge is exactly on it; the area grows from its heaviest level."""
    high, low, close = (np.rint(100 * x).astype(np.int64) for x in (h, l, c))
    out = np.full(len(c), np.nan)
    for t in range(n - 1, len(c)):
        s = slice(t - n + 1, t + 1)
        bottom, top = low[s].min(), high[s].max()
        level = (high[s] + low[s] + close[s] - 3 * bottom) * levels // (3 * (top - bottom))
        amounts = np.bincount(np.minimum(level, levels - 1), weights=v[s], minlength=levels)
        poc = int(np.argmax(amounts))
        a = b = poc
        while amounts[a : b + 1].sum() < 0.7 * amounts.sum():
            above = amounts[b + 1] if b + 1 < levels else -1
            below = amounts[a - 1] if a > 0 else -1
            a, b = (a, b + 1) if above >= below else (a - 1, b)
        out[t] = read(np.linspace(bottom, top, levels + 1) / 100, poc, a, b, c[t])
    return out


def entropy(c, n=64):
    codes = np.full(len(c), np.nan)
    for t in range(2, len(c)):
        codes[t] = int("".join(map(str, np.argsort(c[t - 2 : t + 1], kind="stable"))), 3)

    def of(w):
        p = np.unique(w, return_counts=True)[1] / n
        return -(p * np.log(p)).sum() / np.log(6)

    return over(codes, n, lambda ws: np.array([of(w) for w in ws]))


def hurst(c):
    x = np.log([1, 2, 4, 8])
    y = np.array([np.log(deviation(np.log(c / lag(c, k)), 128)) for k in (1, 2, 4, 8)])
    whole = ~np.isnan(y).any(axis=0)
    out = np.full(len(c), np.nan)
    out[whole] = np.polyfit(x, y[:, whole], 1)[0]
    return out


def weights_of(n):
    return np.arange(1, n + 1) / (n * (n + 1) / 2)


def sessions(stamps):
    """Day of each bar, -1 on the first day unless it begins at midnight."""
    days = stamps // 86_400_000
    return np.where((days == days[0]) & (stamps[0] % 86_400_000 != 0), -1, days)


def by_session(stamps, values):
    frame = pd.DataFrame({"day": sessions(stamps), "value": values})
    return frame, frame["day"].to_numpy() >= 0


REFERENCES = {}


def add(name, reference, function, tolerance=EXACT):
    REFERENCES[name] = (reference, tolerance, function)


def define_market():
    for n in (1, 2, 4, 8, 16, 32, 96):
        add(f"log_return_{n}", "numpy", lambda b, n=n: np.log(b.c / lag(b.c, n)))
    add("rate_of_change_10", "TA-Lib ROCP", lambda b: talib.ROCP(b.c, 10))
    add("return_change_8", "numpy", lambda b: np.log(b.c / lag(b.c, 8)) - np.log(lag(b.c, 8) / lag(b.c, 16)))
    add("scaled_momentum_24", "numpy", lambda b: np.log(b.c / lag(b.c, 24)) / (deviation(np.log(b.c / lag(b.c)), 24) * np.sqrt(24)))
    add("volume_score_32", "scipy zscore", lambda b: over(np.log1p(b.v), 32, lambda w: scipy.stats.zscore(w, axis=1, ddof=1)[:, -1]))
    add("trade_count_score_32", "scipy zscore", lambda b: over(np.log1p(b.n), 32, lambda w: scipy.stats.zscore(w, axis=1, ddof=1)[:, -1]))
    add("trade_size_score_32", "scipy zscore", lambda b: over(np.log1p(b.v / b.n), 32, lambda w: scipy.stats.zscore(w, axis=1, ddof=1)[:, -1]))
    close_time = lambda b: pd.to_datetime(b.close_time, unit="ms")
    day = lambda b: 2 * np.pi * ((close_time(b).hour * 60 + close_time(b).minute) / 1440).to_numpy()
    # A week of the epoch begins on Thursday.
    week = lambda b: 2 * np.pi * ((((close_time(b).dayofweek - 3) % 7) * 1440 + close_time(b).hour * 60 + close_time(b).minute) / 10080).to_numpy()
    add("hour_sine", "pandas clock", lambda b: np.sin(day(b)))
    add("hour_cosine", "pandas clock", lambda b: np.cos(day(b)))
    add("day_sine", "pandas clock", lambda b: np.sin(week(b)))
    add("day_cosine", "pandas clock", lambda b: np.cos(week(b)))
    add("drawdown_64", "TA-Lib MAX", lambda b: b.c / talib.MAX(b.c, 64) - 1)
    add("rise_from_low_64", "TA-Lib MIN", lambda b: b.c / talib.MIN(b.c, 64) - 1)
    add("ulcer_14", "numpy (Martin and McCann)", lambda b: np.sqrt(mean((b.c / talib.MAX(b.c, 14) - 1) ** 2, 14)))
    add("drawdown_age_64", "numpy argmax", lambda b: over(b.c, 64, lambda w: np.argmax(w[:, ::-1], axis=1)) / 63)
    add("rise_age_64", "numpy argmin", lambda b: over(b.c, 64, lambda w: np.argmin(w[:, ::-1], axis=1)) / 63)
    r = lambda b: np.log(b.c / lag(b.c))
    add("autocorrelation_32", "numpy corrcoef", lambda b: correlation(r(b), lag(r(b)), 32))
    pairs = lambda b: np.array([np.nan] * 33 + [np.cov(x, y, ddof=0)[0, 1] for x, y in zip(windows(r(b), 32)[33:], windows(lag(r(b)), 32)[33:])])
    add("roll_spread_32", "numpy cov (Roll)", lambda b: 2 * np.sqrt(np.maximum(-pairs(b), 0)))
    add("skewness_32", "scipy skew", lambda b: over(r(b), 32, lambda w: scipy.stats.skew(w, axis=1)), 1e-8)
    add("kurtosis_32", "scipy kurtosis", lambda b: over(r(b), 32, lambda w: scipy.stats.kurtosis(w, axis=1)), 1e-8)
    for d in (2, 4, 6, 8):
        add(f"fractional_difference_0{d}", "numpy (Hosking)", lambda b, d=d: fractional(b.c, d / 10))
    add("funding_rate", "pandas merge_asof", lambda b: b.funding_last)
    add("funding_rate_mean_3", "pandas merge_asof", lambda b: b.funding_mean)
    size = lambda b: b.h - b.l
    share = lambda b, x, rest: np.where(size(b) == 0, rest, x / np.where(size(b) == 0, 1, size(b)))
    add("close_location", "numpy", lambda b: share(b, b.c - b.l, 0.5))
    add("candle_body", "TA-Lib BOP", lambda b: talib.BOP(b.o, b.h, b.l, b.c))
    add("upper_wick", "numpy", lambda b: share(b, b.h - np.maximum(b.o, b.c), 0))
    add("lower_wick", "numpy", lambda b: share(b, np.minimum(b.o, b.c) - b.l, 0))
    add("engulfing", "TA-Lib CDLENGULFING", lambda b: np.sign(talib.CDLENGULFING(b.o, b.h, b.l, b.c)).astype(float))
    add("profile_control_distance_96", "numpy, whole cents", lambda b: profile(b.h, b.l, b.c, b.v, lambda e, p, i, j, c: (c - (e[p] + e[p + 1]) / 2) / c))
    add("profile_value_width_96", "numpy, whole cents", lambda b: profile(b.h, b.l, b.c, b.v, lambda e, p, i, j, c: (j - i + 1) / 24))
    add("profile_value_position_96", "numpy, whole cents", lambda b: profile(b.h, b.l, b.c, b.v, lambda e, p, i, j, c: (c - e[i]) / (e[j + 1] - e[i])))
    add("session_vwap_distance", "pandas groupby cumsum", session_vwap)
    add("session_return", "pandas groupby first", session_return)
    add("return_rank_96", "numpy", lambda b: rank(r(b), 96))
    add("volume_rank_96", "numpy", lambda b: rank(b.v, 96))
    squared = lambda b, q, n: over(np.log(b.c / lag(b.c, q)), n, lambda w: w.var(axis=1, ddof=1))
    add("variance_ratio_4_64", "numpy (Lo and MacKinlay)", lambda b: squared(b, 4, 64) / (4 * squared(b, 1, 64)))
    add("variance_ratio_16_128", "numpy (Lo and MacKinlay)", lambda b: squared(b, 16, 128) / (16 * squared(b, 1, 128)))
    add("hurst_128", "numpy polyfit", lambda b: hurst(b.c))
    add("permutation_entropy_64", "numpy argsort", lambda b: entropy(b.c))
    add("return_signs_32", "numpy", lambda b: mean(np.sign(b.c - lag(b.c)), 32))
    add("largest_return_64", "numpy", lambda b: over(r(b), 64, lambda w: w.max(axis=1) / np.sqrt((w * w).mean(axis=1))))
    add("price_score_64", "scipy zscore", lambda b: over(b.c, 64, lambda w: scipy.stats.zscore(w, axis=1, ddof=1)[:, -1]))


def session_vwap(b):
    frame, known = by_session(b.open_time, b.v * (b.h + b.l + b.c) / 3)
    value = frame.groupby("day")["value"].cumsum().to_numpy()
    frame["value"] = b.v
    return np.where(known, b.c / (value / frame.groupby("day")["value"].cumsum().to_numpy()) - 1, np.nan)


def session_return(b):
    frame, known = by_session(b.open_time, b.o)
    return np.where(known, b.c / frame.groupby("day")["value"].transform("first").to_numpy() - 1, np.nan)


def define_trend():
    for n in (8, 21, 55):
        add(f"ema_ratio_{n}", "TA-Lib EMA", lambda b, n=n: b.c / talib.EMA(b.c, n) - 1)
    for n in (20, 50):
        add(f"sma_ratio_{n}", "TA-Lib SMA", lambda b, n=n: b.c / talib.SMA(b.c, n) - 1)
    add("ema_cross_8_21", "TA-Lib EMA", lambda b: talib.EMA(b.c, 8) / talib.EMA(b.c, 21) - 1)
    for k, part in enumerate(("line", "signal", "histogram")):
        add(f"macd_{part}", "TA-Lib MACD", lambda b, k=k: talib.MACD(b.c, 12, 26, 9)[k] / b.c, SMOOTHED)
    add("ppo_12_26", "TA-Lib PPO", lambda b: talib.PPO(b.c, 12, 26, matype=1), SMOOTHED)
    add("apo_per_range_12_26", "TA-Lib APO, ATR", lambda b: talib.APO(b.c, 12, 26, matype=1) / talib.ATR(b.h, b.l, b.c, 14), SMOOTHED)
    add("volume_oscillator_12_26", "TA-Lib PPO", lambda b: talib.PPO(b.v, 12, 26, matype=1), SMOOTHED)
    add("dema_ratio_21", "TA-Lib DEMA", lambda b: b.c / talib.DEMA(b.c, 21) - 1, SMOOTHED)
    add("tema_ratio_21", "TA-Lib TEMA", lambda b: b.c / talib.TEMA(b.c, 21) - 1, SMOOTHED)
    add("trix_15", "TA-Lib TRIX", lambda b: talib.TRIX(b.c, 15), SMOOTHED)
    add("wma_ratio_20", "TA-Lib WMA", lambda b: b.c / talib.WMA(b.c, 20) - 1)
    hull = lambda c: over(2 * over(c, 12, lambda w: w @ weights_of(12)) - over(c, 25, lambda w: w @ weights_of(25)), 5, lambda w: w @ weights_of(5))
    add("hma_ratio_25", "numpy (Hull)", lambda b: b.c / hull(b.c) - 1)
    for n in (10, 32):
        add(f"efficiency_ratio_{n}", "numpy (Kaufman)", lambda b, n=n: np.abs(b.c - lag(b.c, n)) / total(np.abs(b.c - lag(b.c)), n))
    add("kama_ratio_10", "TA-Lib KAMA", lambda b: b.c / talib.KAMA(b.c, 10) - 1)
    add("regression_slope_20", "TA-Lib LINEARREG_SLOPE", lambda b: talib.LINEARREG_SLOPE(b.c, 20) / b.c, 1e-7)
    add("regression_fit_20", "numpy corrcoef", lambda b: over(b.c, 20, lambda w: np.array([np.corrcoef(x, np.arange(20))[0, 1] ** 2 for x in w])))
    add("regression_residual_20", "numpy polyfit", lambda b: 1 - line(b.c, 20)[1] / b.c)
    add("adx_14", "TA-Lib ADX", lambda b: talib.ADX(b.h, b.l, b.c, 14), SMOOTHED)
    di = lambda b: talib.PLUS_DI(b.h, b.l, b.c, 14) - talib.MINUS_DI(b.h, b.l, b.c, 14)
    add("di_difference_14", "TA-Lib PLUS_DI, MINUS_DI", di, SMOOTHED)
    add("aroon_oscillator_25", "TA-Lib AROONOSC", lambda b: talib.AROONOSC(b.h, b.l, 25))
    add("aroon_up_25", "TA-Lib AROON", lambda b: talib.AROON(b.h, b.l, 25)[1])
    add("aroon_down_25", "TA-Lib AROON", lambda b: talib.AROON(b.h, b.l, 25)[0])
    movement = lambda b: total(np.abs(b.h - lag(b.l)), 14) - total(np.abs(b.l - lag(b.h)), 14)
    add("vortex_difference_14", "TA-Lib TRANGE, numpy", lambda b: movement(b) / total(talib.TRANGE(b.h, b.l, b.c), 14))
    add("parabolic_stop_distance", "TA-Lib SAR", lambda b: 1 - talib.SAR(b.h, b.l, 0.02, 0.2) / b.c)
    add("super_trend_side", "numpy, one run over all bars", lambda b: super_trend(b.h, b.l, b.c)[0])
    add("super_trend_distance", "numpy, one run over all bars", lambda b: 1 - super_trend(b.h, b.l, b.c)[1] / b.c, SMOOTHED)
    middle = lambda b, n: (talib.MAX(b.h, n) + talib.MIN(b.l, n)) / 2
    cloud = lambda b: ((middle(b, 9) + middle(b, 26)) / 2, middle(b, 52))
    add("ichimoku_cross", "TA-Lib MAX, MIN", lambda b: (middle(b, 9) - middle(b, 26)) / b.c)
    add("ichimoku_base_distance", "TA-Lib MAX, MIN", lambda b: 1 - middle(b, 26) / b.c)
    add("ichimoku_cloud_thickness", "TA-Lib MAX, MIN", lambda b: (cloud(b)[0] - cloud(b)[1]) / b.c)
    outside = lambda c, x, y: np.where(c > np.maximum(x, y), c - np.maximum(x, y), np.where(c < np.minimum(x, y), c - np.minimum(x, y), 0))
    add("ichimoku_cloud_distance", "TA-Lib MAX, MIN", lambda b: outside(b.c, *cloud(b)) / b.c)


def define_oscillators():
    add("rsi_7", "TA-Lib RSI", lambda b: talib.RSI(b.c, 7))
    add("rsi_14", "TA-Lib RSI", lambda b: talib.RSI(b.c, 14))
    rsi_rank = lambda r: 100 * (r - pd.Series(r).rolling(14).min()) / (pd.Series(r).rolling(14).max() - pd.Series(r).rolling(14).min())
    add("stochastic_rsi_14", "TA-Lib RSI, pandas", lambda b: rsi_rank(talib.RSI(b.c, 14)).to_numpy())
    add("stochastic_k_14", "TA-Lib STOCHF", lambda b: talib.STOCHF(b.h, b.l, b.c, 14, 1)[0])
    add("stochastic_d_14", "TA-Lib STOCHF", lambda b: talib.STOCHF(b.h, b.l, b.c, 14, 3)[1])
    add("stochastic_slow_d_14", "TA-Lib STOCH", lambda b: talib.STOCH(b.h, b.l, b.c, 14, 3, 0, 3, 0)[1])
    add("williams_r_14", "TA-Lib WILLR", lambda b: talib.WILLR(b.h, b.l, b.c, 14))
    add("cci_20", "TA-Lib CCI", lambda b: talib.CCI(b.h, b.l, b.c, 20))
    rises = lambda c: c - lag(c)
    add("cmo_14", "numpy (Chande and Kroll; TA-Lib smooths)", lambda b: 100 * total(rises(b.c), 14) / total(np.abs(rises(b.c)), 14))
    add("ultimate_oscillator_7_14_28", "TA-Lib ULTOSC", lambda b: talib.ULTOSC(b.h, b.l, b.c, 7, 14, 28))
    tsi = lambda c: 100 * ema(ema(rises(c), 25), 13) / ema(ema(np.abs(rises(c)), 25), 13)
    add("tsi_25_13", "pandas ewm", lambda b: tsi(b.c), SMOOTHED)
    add("fisher_transform_10", "numpy (Ehlers)", lambda b: fisher(b.h, b.l))
    coppock = lambda b: over(talib.ROC(b.c, 14) + talib.ROC(b.c, 11), 10, lambda w: w @ weights_of(10))
    add("coppock_14_11_10", "TA-Lib ROC, numpy", coppock)
    kst = lambda c: sum(k * mean(talib.ROC(c, q), n) for k, q, n in ((1, 10, 10), (2, 15, 10), (3, 20, 10), (4, 30, 15)))
    add("know_sure_thing", "TA-Lib ROC, numpy", lambda b: kst(b.c))
    add("detrended_price_20", "TA-Lib SMA", lambda b: lag(b.c, 11) / talib.SMA(b.c, 20) - 1)
    add("close_streak", "numpy loop", lambda b: streaks(b.c))
    connors = lambda c: (talib.RSI(c, 3) + np.append(np.nan, talib.RSI(streaks(c)[1:], 2)) + 100 * rank(c / lag(c) - 1, 100)) / 3
    add("connors_rsi", "TA-Lib RSI, numpy", lambda b: connors(b.c))
    add("balance_of_power_14", "TA-Lib BOP, SMA", lambda b: talib.SMA(talib.BOP(b.o, b.h, b.l, b.c), 14))
    sym = lambda x: x + 2 * lag(x, 1) + 2 * lag(x, 2) + lag(x, 3)
    add("relative_vigor_10", "numpy (Ehlers)", lambda b: total(sym(b.c - b.o), 10) / total(sym(b.h - b.l), 10))


def define_bands():
    add("atr_14", "TA-Lib ATR", lambda b: talib.ATR(b.h, b.l, b.c, 14) / b.c)
    bands = lambda b: talib.BBANDS(b.c, 20, 2, 2)
    add("bollinger_position_20", "TA-Lib BBANDS", lambda b: (b.c - bands(b)[1]) / (bands(b)[0] - bands(b)[1]), 1e-7)
    add("bollinger_width_20", "TA-Lib BBANDS", lambda b: (bands(b)[0] - bands(b)[2]) / bands(b)[1], 1e-7)
    add("keltner_position_20", "TA-Lib EMA, ATR", lambda b: (b.c - talib.EMA(b.c, 20)) / (2 * talib.ATR(b.h, b.l, b.c, 20)))
    add("squeeze_20", "TA-Lib STDDEV, ATR", lambda b: 2 * talib.STDDEV(b.c, 20) / (1.5 * talib.ATR(b.h, b.l, b.c, 20)), 1e-7)
    add("donchian_position_55", "TA-Lib MAX, MIN", lambda b: (b.c - talib.MIN(b.l, 55)) / (talib.MAX(b.h, 55) - talib.MIN(b.l, 55)))
    add("donchian_width_20", "TA-Lib MAX, MIN", lambda b: (talib.MAX(b.h, 20) - talib.MIN(b.l, 20)) / b.c)
    top, low = (lambda b: lag(talib.MAX(b.h, 20))), (lambda b: lag(talib.MIN(b.l, 20)))
    beyond = lambda b: np.where(b.c > top(b), b.c - top(b), np.where(b.c < low(b), b.c - low(b), 0))
    add("donchian_breakout_20", "TA-Lib MAX, MIN, ATR", lambda b: beyond(b) / talib.ATR(b.h, b.l, b.c, 14))
    mass = lambda x: total(ema(x, 9) / ema(ema(x, 9), 9), 25)
    add("mass_index_9_25", "pandas ewm", lambda b: mass(b.h - b.l), SMOOTHED)
    span = lambda b, n: talib.MAX(b.h, n) - talib.MIN(b.l, n)
    add("choppiness_14", "TA-Lib TRANGE, MAX, MIN", lambda b: 100 * np.log10(total(talib.TRANGE(b.h, b.l, b.c), 14) / span(b, 14)) / np.log10(14))
    add("range_expansion_14", "TA-Lib TRANGE, ATR", lambda b: talib.TRANGE(b.h, b.l, b.c) / lag(talib.ATR(b.h, b.l, b.c, 14)))
    add("bull_power_13", "TA-Lib EMA, ATR", lambda b: (b.h - talib.EMA(b.c, 13)) / talib.ATR(b.h, b.l, b.c, 13))
    add("bear_power_13", "TA-Lib EMA, ATR", lambda b: (b.l - talib.EMA(b.c, 13)) / talib.ATR(b.h, b.l, b.c, 13))


def define_volume():
    add("mfi_14", "TA-Lib MFI", lambda b: talib.MFI(b.h, b.l, b.c, b.v, 14))
    add("obv_20", "TA-Lib OBV", lambda b: (talib.OBV(b.c, b.v) - lag(talib.OBV(b.c, b.v), 20)) / total(b.v, 20))
    typical = lambda b: (b.h + b.l + b.c) / 3
    add("vwap_distance_32", "numpy", lambda b: b.c / (total(b.v * typical(b), 32) / total(b.v, 32)) - 1)
    change = lambda b: total(np.diff(talib.AD(b.h, b.l, b.c, b.v), prepend=0), 20)
    add("chaikin_money_flow_20", "TA-Lib AD", lambda b: change(b) / total(b.v, 20))
    add("chaikin_oscillator_3_10", "TA-Lib ADOSC", lambda b: talib.ADOSC(b.h, b.l, b.c, b.v, 3, 10) / mean(b.v, 10), SMOOTHED)
    force = lambda b: ema((b.c - lag(b.c)) * b.v, 13)
    add("force_index_13", "pandas ewm, TA-Lib ATR", lambda b: force(b) / (talib.ATR(b.h, b.l, b.c, 13) * ema(b.v, 13)), SMOOTHED)
    rise = lambda b: ((b.h + b.l) / 2 - lag((b.h + b.l) / 2)) / b.c
    add("ease_of_movement_14", "numpy (Arms)", lambda b: mean(1e4 * rise(b) * ((b.h - b.l) / b.c) / (b.v / mean(b.v, 14)), 14))
    r = lambda b: np.log(b.c / lag(b.c))
    add("price_volume_correlation_20", "numpy corrcoef", lambda b: correlation(b.c, b.v, 20))
    add("return_volume_correlation_32", "numpy corrcoef", lambda b: correlation(r(b), b.v, 32))
    add("absolute_return_volume_correlation_32", "numpy corrcoef", lambda b: correlation(np.abs(r(b)), b.v, 32))
    add("price_volume_trend_20", "numpy", lambda b: total((b.c / lag(b.c) - 1) * b.v, 20) / total(b.v, 20))
    add("taker_imbalance", "numpy", lambda b: 2 * b.buys / b.v - 1)
    add("taker_imbalance_ema_8", "pandas ewm", lambda b: ema(2 * b.buys / b.v - 1, 8), SMOOTHED)
    add("taker_imbalance_ema_32", "pandas ewm", lambda b: ema(2 * b.buys / b.v - 1, 32), SMOOTHED)
    add("amihud_32", "numpy (Amihud)", lambda b: np.log1p(mean(1e6 * np.abs(r(b)) / b.quote, 32)))
    add("corwin_schultz_20", "numpy (Corwin and Schultz)", lambda b: corwin_schultz(b.h, b.l, b.c))


def define_volatility():
    r = lambda b: np.log(b.c / lag(b.c))
    for n in (16, 64):
        add(f"realized_volatility_{n}", "numpy", lambda b, n=n: realized(b.c, n))
    add("volatility_ratio_8_64", "numpy", lambda b: realized(b.c, 8) / realized(b.c, 64))
    add("volatility_ratio_16_96", "numpy", lambda b: realized(b.c, 16) / realized(b.c, 96))
    parkinson = lambda b, n: np.sqrt(mean(np.log(b.h / b.l) ** 2, n) / (4 * np.log(2)))
    add("parkinson_20", "numpy (Parkinson)", lambda b: parkinson(b, 20))
    klass = lambda b: 0.5 * np.log(b.h / b.l) ** 2 - (2 * np.log(2) - 1) * np.log(b.c / b.o) ** 2
    add("garman_klass_20", "numpy (Garman and Klass)", lambda b: np.sqrt(mean(klass(b), 20)))
    add("rogers_satchell_20", "numpy (Rogers and Satchell)", lambda b: np.sqrt(mean(rogers_satchell(b.o, b.h, b.l, b.c), 20)))
    k = 0.34 / (1.34 + 21 / 19)
    parts = lambda b: (deviation(np.log(b.o / lag(b.c)), 20) ** 2, deviation(np.log(b.c / b.o), 20) ** 2, mean(rogers_satchell(b.o, b.h, b.l, b.c), 20))
    add("yang_zhang_20", "numpy (Yang and Zhang)", lambda b: np.sqrt(parts(b)[0] + k * parts(b)[1] + (1 - k) * parts(b)[2]))
    add("downside_share_32", "numpy", lambda b: total(np.minimum(r(b), 0) ** 2, 32) / total(r(b) ** 2, 32))
    add("exponential_volatility_94", "pandas ewm", lambda b: np.sqrt(wilder(r(b) ** 2, 1 / 0.06)), SMOOTHED)
    add("volatility_of_volatility_32", "numpy", lambda b: deviation(realized(b.c, 16), 32) / mean(realized(b.c, 16), 32))
    add("range_volatility_ratio_5_20", "numpy (Parkinson)", lambda b: parkinson(b, 5) / parkinson(b, 20))
    add("range_to_close_volatility_20", "numpy (Parkinson)", lambda b: parkinson(b, 20) / realized(b.c, 20))
    add("volatility_rank_96", "numpy", lambda b: rank(realized(b.c, 16), 96))
    add("volatility_clustering_64", "numpy corrcoef", lambda b: correlation(np.abs(r(b)), lag(np.abs(r(b))), 64))
    add("leverage_correlation_64", "numpy corrcoef", lambda b: correlation(lag(r(b)), np.abs(r(b)), 64))


class Bars:
    """Columns of one kline file; NaN where it has none."""

    def __init__(self, frame, period_ms):
        self.period_ms = period_ms
        missing = np.full(len(frame), np.nan)
        column = lambda name: frame[name].to_numpy(float) if name in frame else missing
        self.open_time = frame["open_time"].to_numpy(np.int64)
        self.close_time = self.open_time + period_ms
        self.o, self.h, self.l, self.c, self.v = (column(name) for name in ("open", "high", "low", "close", "volume"))
        self.quote, self.n, self.buys = column("quote_volume"), column("count"), column("taker_buy_volume")
        self.funding_time = self.funding_rate = np.array([])

    def join_funding(self, frame):
        """As-of join from the stamp on, no older than a day."""
        self.funding_time, self.funding_rate = frame["calc_time"].to_numpy(float), frame["last_funding_rate"].to_numpy(float)
        right = pd.DataFrame({"time": frame["calc_time"].astype("int64"), "last": self.funding_rate})
        right["mean"] = right["last"].rolling(3).mean()
        joined = pd.merge_asof(pd.DataFrame({"time": self.close_time}), right, on="time", tolerance=86_400_000)
        self.funding_last, self.funding_mean = joined["last"].to_numpy(), joined["mean"].to_numpy()

    def columns(self):
        times = {"openTimeMs": self.open_time, "closeTimeMs": self.close_time}
        prices = {"open": self.o, "high": self.h, "low": self.l, "close": self.c}
        amounts = {"volume": self.v, "quoteVolume": self.quote, "tradeCount": self.n, "takerBuyVolume": self.buys}
        return {**times, **prices, **amounts}


def write(name, bars, features):
    columns = [*bars.columns().values(), bars.funding_time, bars.funding_rate, *(REFERENCES[feature][2](bars) for feature in features)]
    np.concatenate([np.asarray(column, "<f8") for column in columns]).tofile(target / name)
    return {
        "file": name,
        "rows": len(bars.c),
        "bars": list(bars.columns()),
        "periodMs": bars.period_ms,
        "funding": len(bars.funding_time),
        "features": [{"name": f, "reference": REFERENCES[f][0], "tolerance": REFERENCES[f][1]} for f in features],
    }


def main():
    for define in (define_market, define_trend, define_oscillators, define_bands, define_volume, define_volatility):
        define()
    flows = ["trade_count_score_32", "trade_size_score_32", "taker_imbalance", "taker_imbalance_ema_8", "taker_imbalance_ema_32", "amihud_32"]
    perpetual = Bars(pd.read_csv(source / "klines" / "ETHUSDT-perp-5m-2025-03-06_2025-04-13.csv.gz"), 300_000)
    perpetual.join_funding(pd.read_csv(source / "futures" / "ETHUSDT-fundingRate-2025-03-06_2025-06-15.csv.gz"))
    names = ["open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count", "taker_buy_volume", "taker_buy_quote", "ignore"]
    spot = Bars(pd.read_csv(source / "klines" / "BTCUSDT-spot-1h-2020-04-30T2100_2020-06-11T1200.zip", header=None, names=names), 3_600_000)
    sets = [write("perpetual.bin", perpetual, [f for f in REFERENCES if f not in flows]), write("spot.bin", spot, flows)]
    print(json.dumps({"sets": sets}))


main()
