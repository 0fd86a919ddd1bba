"""The benched features in TA-Lib and in pandas.

Arguments: file of little-endian doubles (open, high, low, close, volume, column after column), number of bars. Then lines on stdin,
"name talib" or "name pandas"; each is answered on stdout by a line of JSON: {"seconds", "last", "sum"}, or {"none": true} where the
library has no such function. `sum` is over the last tenth of the bars.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
import talib

count = int(sys.argv[2])
o, h, l, c, v = np.fromfile(sys.argv[1], "<f8").reshape(5, count)
O, H, L, C, V = (pd.Series(x) for x in (o, h, l, c, v))
T = talib


def ema(x, span):
    return x.ewm(span=span, adjust=False).mean()


def wilder(x, n):
    return x.ewm(alpha=1 / n, adjust=False).mean()


def true_range():
    p = C.shift()
    return np.maximum(H, p) - np.minimum(L, p)


def atr(n):
    return wilder(true_range(), n)


def rsi(n):
    d = C.diff()
    up, down = wilder(d.clip(lower=0), n), wilder((-d).clip(lower=0), n)
    return 100 * up / (up + down)


def k(n):
    low = L.rolling(n).min()
    return 100 * (C - low) / (H.rolling(n).max() - low)


def movements(n):
    up, down = H.diff(), -L.diff()
    a = atr(n)
    plus = 100 * wilder(up.where((up > down) & (up > 0), 0.0), n) / a
    minus = 100 * wilder(down.where((down > up) & (down > 0), 0.0), n) / a
    return plus, minus


def adx(n):
    plus, minus = movements(n)
    return wilder(100 * (plus - minus).abs() / (plus + minus), n)


def difference(n):
    plus, minus = movements(n)
    return plus - minus


def macd():
    line = ema(C, 12) - ema(C, 26)
    return line - ema(line, 9)


def weighted(x, n):
    """No rolling weighted mean of this kind is built in: a sum of shifted series."""
    return sum((n - i) * x.shift(i) for i in range(n)) / (n * (n + 1) / 2)


def slope(n):
    return (weighted(C, n) - C.rolling(n).mean()) * 6 / (n - 1)


def money_flow(n):
    typical = (H + L + C) / 3
    flow, change = typical * V, typical.diff()
    up = flow.where(change > 0, 0.0).rolling(n).sum()
    return 100 * up / (up + flow.where(change < 0, 0.0).rolling(n).sum())


def accumulation():
    return ((C - L) - (H - C)) / (H - L) * V


def ultimate():
    low = np.minimum(L, C.shift())
    pressure, range_ = C - low, true_range()
    share = lambda n: pressure.rolling(n).sum() / range_.rolling(n).sum()
    return 100 * (4 * share(7) + 2 * share(14) + share(28)) / 7


def realized(n):
    r = np.log(C).diff()
    return np.sqrt((r * r).rolling(n).mean())


def satchell():
    return np.log(H / C) * np.log(H / O) + np.log(L / C) * np.log(L / O)


def yang_zhang(n):
    w = 0.34 / (1.34 + (n + 1) / (n - 1))
    return np.sqrt(np.log(O / C.shift()).rolling(n).var() + w * np.log(C / O).rolling(n).var() + (1 - w) * satchell().rolling(n).mean())


def middle(n):
    return (H.rolling(n).max() + L.rolling(n).min()) / 2


def stochastic_strength(x):
    low = x.rolling(14).min()
    return 100 * (x - low) / (x.rolling(14).max() - low)


def triple(x, n):
    first = ema(x, n)
    second = ema(first, n)
    return 3 * first - 3 * second + ema(second, n)


def double(x, n):
    first = ema(x, n)
    return 2 * first - ema(first, n)


def changes(x, n):
    smooth = ema(ema(ema(x, n), n), n)
    return 100 * smooth.pct_change()


def numpy_window(values, n, function):
    view = np.lib.stride_tricks.sliding_window_view(values, n)
    return np.concatenate([np.full(n - 1, np.nan), function(view)])


RETURNS = lambda: np.log(C).diff()
# name: (TA-Lib or None, pandas)
FEATURES = {
    "ema_ratio_8": (lambda: c / T.EMA(c, 8) - 1, lambda: C / ema(C, 8) - 1),
    "ema_ratio_21": (lambda: c / T.EMA(c, 21) - 1, lambda: C / ema(C, 21) - 1),
    "ema_ratio_55": (lambda: c / T.EMA(c, 55) - 1, lambda: C / ema(C, 55) - 1),
    "ema_cross_8_21": (lambda: T.EMA(c, 8) / T.EMA(c, 21) - 1, lambda: ema(C, 8) / ema(C, 21) - 1),
    "sma_ratio_20": (lambda: c / T.SMA(c, 20) - 1, lambda: C / C.rolling(20).mean() - 1),
    "sma_ratio_50": (lambda: c / T.SMA(c, 50) - 1, lambda: C / C.rolling(50).mean() - 1),
    "wma_ratio_20": (lambda: c / T.WMA(c, 20) - 1, lambda: C / weighted(C, 20) - 1),
    "dema_ratio_21": (lambda: c / T.DEMA(c, 21) - 1, lambda: C / double(C, 21) - 1),
    "tema_ratio_21": (lambda: c / T.TEMA(c, 21) - 1, lambda: C / triple(C, 21) - 1),
    "trix_15": (lambda: T.TRIX(c, 15), lambda: changes(C, 15)),
    "kama_ratio_10": (lambda: c / T.KAMA(c, 10) - 1, None),
    "macd_histogram": (lambda: T.MACD(c)[2] / c, lambda: macd() / C),
    "ppo_12_26": (lambda: T.PPO(c, 12, 26, matype=1), lambda: 100 * (ema(C, 12) / ema(C, 26) - 1)),
    "apo_per_range_12_26": (lambda: T.APO(c, 12, 26, matype=1) / T.ATR(h, l, c, 14), lambda: (ema(C, 12) - ema(C, 26)) / atr(14)),
    "rate_of_change_10": (lambda: T.ROCP(c, 10), lambda: C.pct_change(10)),
    "log_return_16": (None, lambda: np.log(C / C.shift(16))),
    "rsi_7": (lambda: T.RSI(c, 7), lambda: rsi(7)),
    "rsi_14": (lambda: T.RSI(c, 14), lambda: rsi(14)),
    "stochastic_rsi_14": (lambda: T.STOCHRSI(c, 14, 14, 1)[0], lambda: stochastic_strength(rsi(14))),
    "stochastic_k_14": (lambda: T.STOCHF(h, l, c, 14, 1)[0], lambda: k(14)),
    "stochastic_d_14": (lambda: T.STOCHF(h, l, c, 14, 3)[1], lambda: k(14).rolling(3).mean()),
    "stochastic_slow_d_14": (lambda: T.STOCH(h, l, c, 14, 3, 0, 3, 0)[1], lambda: k(14).rolling(3).mean().rolling(3).mean()),
    "williams_r_14": (lambda: T.WILLR(h, l, c, 14), lambda: k(14) - 100),
    "cci_20": (
        lambda: T.CCI(h, l, c, 20),
        lambda: (lambda t: (t - t.rolling(20).mean()) / (0.015 * t.rolling(20).apply(lambda w: np.abs(w - w.mean()).mean(), raw=True)))((H + L + C) / 3),
    ),
    "cmo_14": (None, lambda: 100 * C.diff(14) / C.diff().abs().rolling(14).sum()),
    "efficiency_ratio_10": (None, lambda: C.diff(10).abs() / C.diff().abs().rolling(10).sum()),
    "ultimate_oscillator_7_14_28": (lambda: T.ULTOSC(h, l, c), ultimate),
    "tsi_25_13": (None, lambda: 100 * ema(ema(C.diff(), 25), 13) / ema(ema(C.diff().abs(), 25), 13)),
    "balance_of_power_14": (lambda: T.SMA(T.BOP(o, h, l, c), 14), lambda: ((C - O) / (H - L)).rolling(14).mean()),
    "candle_body": (lambda: T.BOP(o, h, l, c), lambda: (C - O) / (H - L)),
    "atr_14": (lambda: T.ATR(h, l, c, 14) / c, lambda: atr(14) / C),
    "bollinger_position_20": (
        lambda: (lambda u, m, w: (c - m) / (u - m))(*T.BBANDS(c, 20)),
        lambda: (C - C.rolling(20).mean()) / (2 * C.rolling(20).std(ddof=0)),
    ),
    "bollinger_width_20": (lambda: (lambda u, m, w: (u - w) / m)(*T.BBANDS(c, 20)), lambda: 4 * C.rolling(20).std(ddof=0) / C.rolling(20).mean()),
    "keltner_position_20": (lambda: (c - T.EMA(c, 20)) / (2 * T.ATR(h, l, c, 20)), lambda: (C - ema(C, 20)) / (2 * atr(20))),
    "squeeze_20": (lambda: T.STDDEV(c, 20) / (0.75 * T.ATR(h, l, c, 20)), lambda: C.rolling(20).std(ddof=0) / (0.75 * atr(20))),
    "donchian_position_55": (
        lambda: (lambda a, b: (c - b) / (a - b))(T.MAX(h, 55), T.MIN(l, 55)),
        lambda: (lambda a, b: (C - b) / (a - b))(H.rolling(55).max(), L.rolling(55).min()),
    ),
    "donchian_width_20": (lambda: (T.MAX(h, 20) - T.MIN(l, 20)) / c, lambda: (H.rolling(20).max() - L.rolling(20).min()) / C),
    "ichimoku_cross": (lambda: (T.MIDPRICE(h, l, 9) - T.MIDPRICE(h, l, 26)) / c, lambda: (middle(9) - middle(26)) / C),
    "drawdown_64": (lambda: c / T.MAX(c, 64) - 1, lambda: C / C.rolling(64).max() - 1),
    "rise_from_low_64": (lambda: c / T.MIN(c, 64) - 1, lambda: C / C.rolling(64).min() - 1),
    "ulcer_14": (None, lambda: np.sqrt(((C / C.rolling(14).max() - 1) ** 2).rolling(14).mean())),
    "adx_14": (lambda: T.ADX(h, l, c, 14), lambda: adx(14)),
    "di_difference_14": (lambda: T.PLUS_DI(h, l, c, 14) - T.MINUS_DI(h, l, c, 14), lambda: difference(14)),
    "aroon_oscillator_25": (lambda: T.AROONOSC(h, l, 25), None),
    "aroon_up_25": (lambda: T.AROON(h, l, 25)[1], None),
    "parabolic_stop_distance": (lambda: 1 - T.SAR(h, l, 0.02, 0.2) / c, None),
    "vortex_difference_14": (
        None,
        lambda: ((H - L.shift()).abs() - (L - H.shift()).abs()).rolling(14).sum() / true_range().rolling(14).sum(),
    ),
    "mass_index_9_25": (None, lambda: (ema(H - L, 9) / ema(ema(H - L, 9), 9)).rolling(25).sum()),
    "choppiness_14": (None, lambda: 100 * np.log(true_range().rolling(14).sum() / (H.rolling(14).max() - L.rolling(14).min())) / np.log(14)),
    "mfi_14": (lambda: T.MFI(h, l, c, v, 14), lambda: money_flow(14)),
    "obv_20": (
        lambda: (lambda x: np.append(np.full(20, np.nan), x[20:] - x[:-20]) / T.SUM(v, 20))(T.OBV(c, v)),
        lambda: (np.sign(C.diff()) * V).rolling(20).sum() / V.rolling(20).sum(),
    ),
    "chaikin_money_flow_20": (None, lambda: accumulation().rolling(20).sum() / V.rolling(20).sum()),
    "chaikin_oscillator_3_10": (
        lambda: T.ADOSC(h, l, c, v, 3, 10) / T.SMA(v, 10),
        lambda: (lambda a: (ema(a, 3) - ema(a, 10)) / V.rolling(10).mean())(accumulation().cumsum()),
    ),
    "force_index_13": (None, lambda: ema(C.diff() * V, 13) / (atr(13) * ema(V, 13))),
    "vwap_distance_32": (None, lambda: C * V.rolling(32).sum() / (V * (H + L + C) / 3).rolling(32).sum() - 1),
    "price_volume_correlation_20": (lambda: T.CORREL(c, v, 20), lambda: C.rolling(20).corr(V)),
    "regression_slope_20": (lambda: T.LINEARREG_SLOPE(c, 20) / c, lambda: slope(20) / C),
    "realized_volatility_16": (None, lambda: realized(16)),
    "parkinson_20": (None, lambda: np.sqrt((np.log(H / L) ** 2).rolling(20).mean() / (4 * np.log(2)))),
    "yang_zhang_20": (None, lambda: yang_zhang(20)),
    "skewness_32": (None, lambda: numpy_window(RETURNS().to_numpy(), 32, third)),
    "autocorrelation_32": (None, lambda: (lambda r: r.rolling(32).corr(r.shift()))(RETURNS())),
    "volume_score_32": (None, lambda: (lambda x: (x - x.rolling(32).mean()) / x.rolling(32).std())(np.log1p(V))),
}


def third(view):
    """pandas' own skew corrects for bias: this is the plain one from its sums."""
    d = view - view.mean(axis=1, keepdims=True)
    return (d**3).mean(axis=1) / (d**2).mean(axis=1) ** 1.5


print(json.dumps({"features": list(FEATURES)}), flush=True)
for line in sys.stdin:
    name, library = line.split()
    function = FEATURES[name][0 if library == "talib" else 1]
    if function is None:
        print(json.dumps({"none": True}), flush=True)
        continue
    begin = time.perf_counter()
    column = np.asarray(function())
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "last": float(column[-1]), "sum": float(column[-count // 10 :].sum())}), flush=True)
