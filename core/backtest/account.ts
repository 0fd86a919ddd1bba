/** The account during a backtest: cash, equity marks, daily loss and drawdown limits. */
import type { BacktestMarket } from './backtest-market.js';
import type { StrategyParameters } from './strategy-parameters.js';

const DAY_MS = 86_400_000;

/** Mutable state of one run over one market. */
export class Account {
  /** Realised equity, as a fraction of the initial capital. */
  cash = 1;
  /** First mark that is not written yet. */
  private nextMark = 0;
  private peak = 1;
  private day = Number.NaN;
  private dayStart = 1;
  private last = 1;
  /** Entries are forbidden before this time: the end of a day that reached its loss limit. */
  blockedUntilMs = Number.NEGATIVE_INFINITY;
  /** Close of the bar at which the drawdown limit ended trading. */
  stoppedAtMs: number | null = null;
  readonly equity: Float64Array;
  readonly position: Float64Array;
  readonly price: Float64Array;

  private readonly market: BacktestMarket;
  private readonly risk: StrategyParameters['risk'];

  constructor(market: BacktestMarket, risk: StrategyParameters['risk']) {
    this.market = market;
    this.risk = risk;
    this.equity = new Float64Array(market.markTimeMs.length);
    this.position = new Float64Array(market.markTimeMs.length);
    this.price = new Float64Array(market.markTimeMs.length);
  }

  /** Writes the marks whose last known bar is at most `bar`, with the given equity and signed position in base units. */
  markThrough(bar: number, equity: number, quantity: number): void {
    const { markBar, close, open } = this.market;
    while (this.nextMark < markBar.length && markBar[this.nextMark]! <= bar) {
      const known = markBar[this.nextMark]!;
      const price = known < 0 ? open[0]! : close[known]!;
      this.equity[this.nextMark] = equity;
      this.position[this.nextMark] = quantity * price;
      this.price[this.nextMark] = price;
      this.nextMark++;
    }
  }

  /** Notes the day of a bar's opening: the loss limit counts from the equity known then. */
  beginBar(bar: number): void {
    const day = Math.floor(this.market.openTimeMs[bar]! / DAY_MS);
    if (day === this.day) return;
    this.day = day;
    this.dayStart = this.last;
  }

  /** Looks at the limits with the equity at a bar's close; true when the position must be closed at the next opening. */
  checkLimits(bar: number, equity: number): boolean {
    this.last = equity;
    if (equity > this.peak) this.peak = equity;
    if (equity <= this.peak * (1 - this.risk.maximumDrawdown) || equity <= 0) {
      this.stoppedAtMs ??= this.market.closeTimeMs[bar]!;
      return true;
    }
    if (equity > this.dayStart * (1 - this.risk.dailyLossLimit)) return false;
    this.blockedUntilMs = (this.day + 1) * DAY_MS;
    return true;
  }
}
