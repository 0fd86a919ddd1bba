/** A memory for computed features of one data set: the same name gives the same value back, computed or remembered. */
export type FeatureMemo = <T>(name: string, compute: () => T) => T;

/** Remembers nothing. */
export const NO_MEMO: FeatureMemo = (_name, compute) => compute();
